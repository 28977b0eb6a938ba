"""The keys with which a provider signs: kept, and fetched again when one of them has changed."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from joserfc.jwk import Key, KeySet

from core.sign_in.problems import NotVerified

AGAIN_AFTER_SECONDS = 10.0
"""Tokens of unknown keys fetch the keys again at most as often as this."""
KEPT_SECONDS = 3600.0
"""A key that the provider has withdrawn is believed for so long."""
_KINDS = ("RSA", "EC", "OKP")


class SigningKeys:
    """`fetch` answers the provider's JSON; what cannot be read as keys is not kept."""

    def __init__(self, fetch: Callable[[], Awaitable[object]]) -> None:
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._keys: KeySet | None = None
        self._fetched_at = 0.0
        self._asked_again_at: float | None = None

    async def get(self) -> KeySet:
        """Those that are known, which may be outdated."""
        async with self._lock:
            if self._keys is None or time.monotonic() - self._fetched_at > KEPT_SECONDS:
                await self._renew()
            assert self._keys is not None  # noqa: S101  (or `_renew` has raised)
            return self._keys

    async def newer_than(self, keys: KeySet) -> KeySet | None:
        """Those that replaced `keys`, or may have; None when the provider was asked just now."""
        async with self._lock:
            if self._keys is keys:
                now = time.monotonic()
                if self._asked_again_at is not None and now - self._asked_again_at < AGAIN_AFTER_SECONDS:
                    return None
                self._asked_again_at = now
                await self._renew()
            return self._keys

    async def _renew(self) -> None:
        self._keys = _imported(await self._fetch())
        self._fetched_at = time.monotonic()


def _imported(document: object) -> KeySet:
    """Those that can have signed a token: not keys for encryption, nor of kinds that nobody here knows."""
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise NotVerified("the provider's keys are none")
    usable = [key for each in keys if (key := _import(each))]
    if not usable:
        raise NotVerified("the provider has no key that can be used")
    return KeySet(usable)


def _import(each: object) -> Key | None:
    """The key; None for one that cannot be used here, which is to be passed over (RFC 7517, 5)."""
    if not isinstance(each, dict) or each.get("kty") not in _KINDS or each.get("use", "sig") != "sig":
        return None
    try:
        return KeySet.import_key_set({"keys": [each]}).keys[0]
    except Exception:  # noqa: BLE001  # whatever is wrong with it: the others may be good
        return None
