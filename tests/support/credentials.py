"""Pictures that say where they come from: a C2PA manifest where each format has its place for one."""

import zlib
from struct import pack

from tests.support.images import picture

MANIFEST = pack(">I", 40) + b"jumb" + b"c2pa: made by a model, signed by its maker"


def signed(kind: str) -> bytes:
    """A PNG, JPEG or WebP with a manifest."""
    return _SIGNERS[kind](picture(kind, (400, 300)))


def _sign_png(content: bytes) -> bytes:
    """A chunk `caBX` after the header."""
    end_of_header = 8 + 25
    body = b"caBX" + MANIFEST
    chunk = pack(">I", len(MANIFEST)) + body + pack(">I", zlib.crc32(body))
    return content[:end_of_header] + chunk + content[end_of_header:]


def _sign_jpeg(content: bytes) -> bytes:
    """A segment APP11 after the start."""
    body = b"JP" + pack(">HI", 1, 1) + MANIFEST
    return content[:2] + b"\xff\xeb" + pack(">H", len(body) + 2) + body + content[2:]


def _sign_webp(content: bytes) -> bytes:
    """A chunk `C2PA` at the end of the RIFF container."""
    padding = bytes(len(MANIFEST) % 2)
    chunks = content[8:] + b"C2PA" + pack("<I", len(MANIFEST)) + MANIFEST + padding
    return b"RIFF" + pack("<I", len(chunks)) + chunks


_SIGNERS = {"PNG": _sign_png, "JPEG": _sign_jpeg, "WEBP": _sign_webp}
