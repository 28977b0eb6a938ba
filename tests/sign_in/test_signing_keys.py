"""The provider's keys: new ones are fetched when a token needs them, not for whoever makes one up."""

import asyncio

import httpx
import pytest
from joserfc.jwk import KeySet
from starlette.requests import Request

from core.sign_in import signing_keys
from core.sign_in.problems import NotVerified
from core.sign_in.signing_keys import SigningKeys
from tests.sign_in.flow import problem_of, sign_in
from tests.sign_in.identity_provider import JWKS, IdentityProvider, new_key

HOME = "/dashboard/generate"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(signing_keys, "time", clock)
    return clock


class Published:
    """What a provider publishes: another key at each look."""

    def __init__(self) -> None:
        self.looks = 0

    async def fetch(self) -> object:
        self.looks += 1
        kid = str(self.looks)
        await asyncio.sleep(0)
        return {"keys": [new_key(kid).as_dict(private=False)]}


def names(keys: KeySet | None) -> list[str | None]:
    return [key.kid for key in keys or []]


async def test_they_are_fetched_again_once_in_ten_seconds(clock: Clock) -> None:
    published = Published()
    keys = SigningKeys(published.fetch)
    known = await keys.get()
    assert names(await keys.get()) == ["1"]
    newer = await keys.newer_than(known)
    assert newer is not None
    assert names(newer) == ["2"]
    clock.now += 9.9
    assert await keys.newer_than(newer) is None
    clock.now += 0.2
    assert names(await keys.newer_than(newer)) == ["3"]


async def test_those_who_come_while_they_are_fetched_share_them(clock: Clock) -> None:
    published = Published()
    keys = SigningKeys(published.fetch)
    known = await keys.get()
    found = await asyncio.gather(*(keys.newer_than(known) for _ in range(20)))
    assert [names(each) for each in found] == [["2"]] * 20
    assert published.looks == 2


async def test_a_withdrawn_key_is_believed_for_an_hour(clock: Clock) -> None:
    keys = SigningKeys(Published().fetch)
    await keys.get()
    clock.now += 3599
    assert names(await keys.get()) == ["1"]
    clock.now += 2
    assert names(await keys.get()) == ["2"]


async def test_keys_for_encryption_and_of_unknown_kinds_are_left_out() -> None:
    good = new_key("good").as_dict(private=False)
    others = [
        good | {"kid": "enc", "use": "enc"},
        {"kty": "AKP", "kid": "new"},
        {"kty": "oct", "k": "AAAA"},
        7,
    ]

    async def fetch() -> object:
        return {"keys": [*others, good | {"use": "sig"}]}

    assert names(await SigningKeys(fetch).get()) == ["good"]


@pytest.mark.parametrize("document", [None, [], {}, {"keys": None}, {"keys": {}}])
async def test_what_is_no_set_of_keys_is_not_kept(document: object) -> None:
    async def fetch() -> object:
        return document

    keys = SigningKeys(fetch)
    for _ in range(2):
        with pytest.raises(NotVerified):
            await keys.get()


@pytest.mark.asvs("9.1.3")
@pytest.mark.parametrize("kid", ["first", "second"])
async def test_a_new_signing_key_is_fetched_whatever_its_name(
    kid: str, identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser)
    identity_provider.rotate_key(kid)
    assert (await sign_in(browser)).headers["location"] == HOME


async def test_tokens_of_made_up_keys_fetch_nothing_more(
    identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    looks = 0

    async def count(_: Request) -> None:
        nonlocal looks
        looks += 1

    identity_provider.faults[JWKS] = count
    await sign_in(browser)
    for kid in ("made up", "first", "another"):
        identity_provider.signing_key = new_key(kid)
        assert problem_of(await sign_in(browser)) == "SIGN_IN_FAILED"
    assert looks == 2


@pytest.mark.parametrize(
    "unusable",
    [
        {"kty": "EC", "crv": "BP-256", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "Ed999", "x": "AA"},
        {"kty": "RSA", "kid": "no modulus", "e": "AQAB"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": 7},
        "no key at all",
    ],
    ids=str,
)
async def test_a_key_that_cannot_be_used_leaves_the_others(unusable: object) -> None:
    good = new_key("good").as_dict(private=False)

    async def fetch() -> object:
        return {"keys": [unusable, good]}

    assert "good" in names(await SigningKeys(fetch).get())


async def test_without_any_key_nothing_is_verified() -> None:
    async def fetch() -> object:
        return {"keys": [{"kty": "oct", "k": "AA"}]}

    with pytest.raises(NotVerified):
        await SigningKeys(fetch).get()
