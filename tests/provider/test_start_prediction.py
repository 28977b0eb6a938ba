"""`start_prediction`: an id, a refusal or an uncertainty, and one request whatever happens."""

import time

import pytest

from core.failures import FailureCode
from core.limits import ProviderLimits
from core.provider.client import Provider, StartRefused, StartUncertain
from core.settings import Settings
from tests.provider.conftest import connected
from tests.support.emulator import Fault
from tests.support.faults import NEVER_ENDING, NO_ANSWER, answering, answering_text
from tests.support.limits import with_limits
from tests.support.orders import order
from tests.support.provider import EmulatedProvider
from tests.support.servers import free_port

ODD_BUT_STARTED: dict[str, dict[str, object]] = {
    "nothing but an id": {},
    "aborted": {"status": "aborted"},
    "an unknown status": {"status": "queued"},
    "no version": {"status": "starting", "version": None, "model": None},
    "an error that is no string": {"status": "failed", "error": {"code": 7}},
}
NO_USABLE_ID: dict[str, object] = {
    "an empty object": {},
    "no id": {"status": "starting"},
    "an empty id": {"id": ""},
    "a number": {"id": 7},
    "null": {"id": None},
    "another path": {"id": "../account"},
    "a line break": {"id": "p1\n"},
    "a NUL": {"id": "p\x00"},
    "no end": {"id": "p" * 5000},
}


async def test_a_start_returns_the_predictions_id(replicate: Provider, provider: EmulatedProvider) -> None:
    assert await replicate.start_prediction(order=order("a red kite")) == provider.last_id
    assert provider.creates == 1


@pytest.mark.parametrize("status", [200, 201, 202])
async def test_every_kind_of_success_is_a_start(
    replicate: Provider, provider: EmulatedProvider, status: int
) -> None:
    provider.emulator.fault = answering(status, {"id": "p1", "status": "starting"})
    assert await replicate.start_prediction(order=order("a red kite")) == "p1"


@pytest.mark.parametrize("reply", ODD_BUT_STARTED.values(), ids=ODD_BUT_STARTED)
async def test_a_reply_that_the_client_cannot_parse_still_has_its_id(
    replicate: Provider, provider: EmulatedProvider, reply: dict[str, object]
) -> None:
    provider.emulator.fault = answering(201, {"id": "p1", **reply})
    assert await replicate.start_prediction(order=order("a red kite")) == "p1"
    assert provider.creates == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, FailureCode.PROVIDER_ERROR),
        (401, FailureCode.PROVIDER_REJECTED),
        (402, FailureCode.PROVIDER_BILLING),
        (403, FailureCode.PROVIDER_ERROR),
        (404, FailureCode.PROVIDER_ERROR),
        (422, FailureCode.PROVIDER_REJECTED),
        (429, FailureCode.PROVIDER_BUSY),
    ],
)
async def test_a_client_error_is_a_refusal_with_its_cause(
    replicate: Provider, provider: EmulatedProvider, status: int, code: FailureCode
) -> None:
    provider.emulator.fault = answering(status)
    with pytest.raises(StartRefused) as refusal:
        await replicate.start_prediction(order=order("a red kite"))
    assert refusal.value.code is code
    assert provider.creates == 1


@pytest.mark.parametrize(
    "fault", [answering(422, ["no"]), answering_text(422, "<html>")], ids=["list", "HTML"]
)
async def test_a_refusal_needs_no_readable_body(
    replicate: Provider, provider: EmulatedProvider, fault: Fault
) -> None:
    provider.emulator.fault = fault
    with pytest.raises(StartRefused, match="PROVIDER_REJECTED"):
        await replicate.start_prediction(order=order("a red kite"))


@pytest.mark.parametrize("fault", NO_ANSWER.values(), ids=NO_ANSWER)
async def test_without_a_readable_answer_the_start_is_uncertain_and_not_repeated(
    replicate: Provider, provider: EmulatedProvider, fault: Fault
) -> None:
    provider.emulator.fault = fault
    with pytest.raises(StartUncertain):
        await replicate.start_prediction(order=order("a red kite"))
    assert provider.creates == 1


@pytest.mark.parametrize("reply", NO_USABLE_ID.values(), ids=NO_USABLE_ID)
async def test_without_a_usable_id_the_start_is_uncertain(
    replicate: Provider, provider: EmulatedProvider, reply: object
) -> None:
    provider.emulator.fault = answering(201, reply)
    with pytest.raises(StartUncertain):
        await replicate.start_prediction(order=order("a red kite"))


@with_limits(provider=ProviderLimits(start_seconds=0.2))
@pytest.mark.parametrize("fault", NEVER_ENDING.values(), ids=NEVER_ENDING)
async def test_a_start_that_never_ends_is_uncertain_after_its_time_limit(
    replicate: Provider, provider: EmulatedProvider, fault: Fault
) -> None:
    assert ProviderLimits().start_seconds == 20
    provider.emulator.fault = fault
    started = time.monotonic()
    with pytest.raises(StartUncertain):
        await replicate.start_prediction(order=order("a red kite"))
    assert time.monotonic() - started < 5
    assert provider.creates == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_provider_that_was_never_reached_has_started_nothing(settings: Settings, scheme: str) -> None:
    dead = settings.model_copy(update={"replicate_base_url": f"{scheme}://127.0.0.1:{free_port()}"})
    async with connected(dead) as replicate:
        with pytest.raises(StartRefused, match="PROVIDER_ERROR"):
            await replicate.start_prediction(order=order("a red kite"))


@pytest.mark.asvs("12.3.2")
async def test_a_failed_tls_handshake_has_started_nothing(
    settings: Settings, provider: EmulatedProvider
) -> None:
    tls = settings.model_copy(update={"replicate_base_url": provider.url.replace("http:", "https:")})
    async with connected(tls) as replicate:
        with pytest.raises(StartRefused, match="PROVIDER_ERROR"):
            await replicate.start_prediction(order=order("a red kite"))
    assert provider.creates == 0
