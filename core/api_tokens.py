"""API tokens: `easel_`, 30 random characters, and a checksum by which a mistyped one is known at once."""

import secrets
import string
import zlib
from enum import StrEnum

PREFIX = "easel_"
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_LENGTH = 30
_CHECKSUM_LENGTH = 6


class Scope(StrEnum):
    """What a token may be used for."""

    READ = "read"
    """Read generations, lists and pictures."""
    GENERATE = "generate"
    """Submit and cancel, and read."""


def new_api_token() -> str:
    """A token that nobody can guess: 178 bits."""
    return _with_checksum("".join(secrets.choice(_DIGITS) for _ in range(_RANDOM_LENGTH)))


def is_api_token(text: str) -> bool:
    """Whether the text can be one of ours: prefix, length, characters and checksum are right."""
    if not text.startswith(PREFIX):
        return False
    secret = text.removeprefix(PREFIX)[:_RANDOM_LENGTH]
    return secret.isascii() and secret.isalnum() and text == _with_checksum(secret)


def _with_checksum(secret: str) -> str:
    """CRC32 in base 62, as a scanner for leaked secrets computes it."""
    number, digits = zlib.crc32(secret.encode()), ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return f"{PREFIX}{secret}{digits.rjust(_CHECKSUM_LENGTH, '0')}"
