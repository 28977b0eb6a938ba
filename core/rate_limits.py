"""How often somebody may ask: a person by all that is theirs, a stranger by their address.

Each process counts for itself, so N processes let through up to N times as much.
"""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple
from uuid import UUID

from starlette.requests import HTTPConnection
from throttled import RateLimiterType, Throttled
from throttled.rate_limiter import per_duration
from throttled.store import MemoryStore

from core.errors import RateLimited
from core.settings import Settings
from core.turns import Turns

MAX_HELD = 20
"""Requests that are held at once for a person (`Prefer: wait`)."""
_MAX_KEYS = 20_000
_PREFIX_BITS = 64  # what a provider gives one customer of IPv6
# The library's periods are whole seconds, and its limits whole numbers.
_PERIOD = timedelta(seconds=1000)


class Policy(StrEnum):
    """What is counted apart, by the name that is told."""

    READS = "reads"
    CHANGES = "changes"
    SIGN_INS = "sign-ins"
    HELD = "held"


# A login page takes some 15 ms of a process: 60 of them at once kept everybody else waiting for a second.
_MOST_APART_SECONDS = 0.03
_BURST_SECONDS = {Policy.READS: 3, Policy.CHANGES: 5, Policy.SIGN_INS: 20}


class Quota(NamedTuple):
    """`burst` at once; after that as many in `seconds`."""

    burst: int
    seconds: int


class RateLimits:
    """The counts of one process, in memory of a fixed size: those who have not asked for longest go first."""

    def __init__(self, settings: Settings) -> None:
        rates = {
            Policy.READS: settings.reads_per_second,
            Policy.CHANGES: settings.changes_per_second,
            Policy.SIGN_INS: settings.sign_ins_per_second,
        }
        self._counts = {policy: _counts_of(policy, rate) for policy, rate in rates.items() if rate}
        # Twice as fast as the rate, so that a burst is over after half of its time.
        reads = settings.reads_per_second
        self._turns = Turns(min(_MOST_APART_SECONDS, 0.5 / reads)) if reads else None
        self._known: dict[bytes, UUID] = {}
        self._proving: Counter[str] = Counter()

    def hit(self, policy: Policy, key: UUID | str) -> None:
        """Count one of a person (their id), or of a stranger (their address). Raises `RateLimited`."""
        if counted := self._counts.get(policy):
            quota, throttled = counted
            result = throttled.limit(str(key))
            if result.limited:
                raise _refusal(policy, quota, result.state.retry_after)

    async def turn(self, address: str) -> None:
        """Wait for the turn of one more of a stranger, of those that an address may have at once."""
        if self._turns:
            await self._turns.wait(address)

    @contextmanager
    def proving(self, policy: Policy, address: str) -> Iterator[None]:
        """While a token that nobody has proved yet is looked up: it counts for the stranger's `address` until
        then, as one more that may turn out to be worth nothing. Raises `RateLimited`."""
        counted = self._counts.get(policy)
        if counted is None:
            yield
            return
        quota, throttled = counted
        state = throttled.peek(address)
        if state.remaining <= self._proving[address]:
            raise _refusal(policy, quota, state.retry_after)
        self._proving[address] += 1
        try:
            yield
        finally:
            self._proving[address] -= 1
            if not self._proving[address]:
                del self._proving[address]

    def known_owner(self, token_hash: bytes) -> UUID | None:
        """Whose token this was when it was last proved. For counting only: it may be over by now."""
        return self._known.get(token_hash)

    def learn_owner(self, token_hash: bytes, owner_id: UUID) -> None:
        """Remember whose token it is."""
        if len(self._known) >= _MAX_KEYS:
            self._known.clear()
        self._known[token_hash] = owner_id

    def forget_owner(self, token_hash: bytes) -> None:
        """The token is over, and counts as a stranger's from now on."""
        self._known.pop(token_hash, None)


def address_of(connection: HTTPConnection) -> str:
    """Where a stranger asks from, as the trusted proxy tells it; of IPv6 the part that is one customer's."""
    host = connection.client.host if connection.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> _PREFIX_BITS << _PREFIX_BITS))
    return host


def too_many_held() -> RateLimited:
    """The refusal of one request more than may be held."""
    return _refusal(Policy.HELD, Quota(MAX_HELD, 30), 1.0)


def _counts_of(policy: Policy, rate: float) -> tuple[Quota, Throttled]:
    seconds = _BURST_SECONDS[policy]
    burst = max(1, round(rate * seconds))
    limit = max(1, round(rate * _PERIOD.total_seconds()))
    throttled = Throttled(
        using=RateLimiterType.GCRA.value,
        quota=per_duration(_PERIOD, limit=limit, burst=burst),
        store=MemoryStore(options={"MAX_SIZE": _MAX_KEYS}),
    )
    return Quota(burst, seconds), throttled


def _refusal(policy: Policy, quota: Quota, seconds: float) -> RateLimited:
    """With the fields of draft-ietf-httpapi-ratelimit-headers."""
    wait = max(1, math.ceil(seconds))
    return RateLimited(
        wait,
        {
            "RateLimit-Policy": f'"{policy}";q={quota.burst};w={quota.seconds}',
            "RateLimit": f'"{policy}";r=0;t={wait}',
        },
    )
