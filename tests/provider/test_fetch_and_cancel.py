"""`fetch_prediction` and `cancel_prediction`: where a prediction stands, asked once and not for long."""

import json
import time
from collections.abc import Awaitable, Callable

import httpx
import pytest
from pydantic import SecretStr

from core.charges import Charge
from core.failures import FailureCode
from core.limits import ProviderLimits
from core.models import Phase, Status
from core.provider.client import Provider, ProviderUnavailable
from core.provider.replies import PROCESSING, Prediction
from core.settings import Settings
from tests.provider.conftest import connected
from tests.support.emulator import Fault
from tests.support.faults import NEVER_ENDING, NO_ANSWER, answering, answering_in_turn, answering_text
from tests.support.limits import with_limits
from tests.support.orders import order
from tests.support.provider import EmulatedProvider
from tests.support.servers import free_port

Ask = Callable[[Provider, str], Awaitable[Prediction]]
URL = "https://replicate.delivery/pbxt/out-0.png"
SUCCEEDED = Prediction(Status.SUCCEEDED, url=URL, charge=Charge.CHARGED)
STARTING = PROCESSING._replace(phase=Phase.STARTING)
DRAWING = PROCESSING._replace(phase=Phase.DRAWING)

both_asks = pytest.mark.parametrize(
    "ask", [Provider.fetch_prediction, Provider.cancel_prediction], ids=["fetch", "cancel"]
)


def failed(code: FailureCode, charge: Charge = Charge.UNKNOWN) -> Prediction:
    return Prediction(Status.FAILED, error=code, charge=charge)


def reply(status: object, **changes: object) -> dict[str, object]:
    """A prediction's JSON as the API sends it."""
    return {
        "id": "p1",
        "model": "openai/gpt-image-2",
        "version": "hidden",
        "input": {"prompt": "a red kite"},
        "output": None,
        "data_removed": False,
        "error": None,
        "status": status,
        "created_at": "2026-11-20T10:00:00.000Z",
        "urls": {"get": "https://api.replicate.com/v1/predictions/p1"},
    } | changes


STATUSES = {
    "starting": (reply("starting"), STARTING),
    "processing": (reply("processing"), DRAWING),
    "succeeded": (reply("succeeded", output=[URL]), SUCCEEDED),
    "failed": (reply("failed", error="(E005)"), failed(FailureCode.MODERATED)),
    "canceled": (reply("canceled"), failed(FailureCode.CANCELED, Charge.CHARGED)),
    "aborted": (reply("aborted"), failed(FailureCode.CANCELED, Charge.NOT_CHARGED)),
    "unknown": (reply("queued"), PROCESSING),
    "null": (reply(None), PROCESSING),
    "an object": (reply({"succeeded": True}), PROCESSING),
    "in capitals": (reply("SUCCEEDED", output=[URL]), PROCESSING),
    "an output while processing": (reply("processing", output=[URL]), DRAWING),
    "an empty object": ({}, PROCESSING),
    "a null version": (reply("succeeded", output=[URL], version=None, model=None), SUCCEEDED),
    "an error that is no string": (reply("failed", error={"a": 1}), failed(FailureCode.PROVIDER_ERROR)),
    "an error that is null": (reply("failed"), failed(FailureCode.PROVIDER_ERROR)),
    "nothing but a status": ({"status": "aborted"}, failed(FailureCode.CANCELED, Charge.NOT_CHARGED)),
}

NO_PICTURE = failed(FailureCode.PROVIDER_ERROR)
OUTPUTS: dict[str, tuple[dict[str, object], Prediction]] = {
    "a list": ({"output": [URL, "https://replicate.delivery/second.png"]}, SUCCEEDED),
    "a string": ({"output": URL}, SUCCEEDED),
    "a list with more than addresses": ({"output": [None, 7, {}, URL]}, SUCCEEDED),
    "null": ({"output": None}, NO_PICTURE),
    "an empty list": ({"output": []}, NO_PICTURE),
    "an empty string": ({"output": ""}, NO_PICTURE),
    "an object": ({"output": {"url": URL}}, NO_PICTURE),
    "removed data": ({"output": None, "data_removed": True}, NO_PICTURE),
    "data": ({"output": ["data:image/png;base64,AAAA"]}, NO_PICTURE),
    "a script": ({"output": "javascript:alert(1)"}, NO_PICTURE),
    "a file": ({"output": "file:///etc/passwd"}, NO_PICTURE),
    "no host": ({"output": "https:///out.png"}, NO_PICTURE),
    "a broken address": ({"output": "https://[half/out.png"}, NO_PICTURE),
    "a NUL": ({"output": f"{URL}\x00"}, NO_PICTURE),
    "a lone surrogate": ({"output": f"{URL}\ud800"}, NO_PICTURE),
    "an address without end": ({"output": f"{URL}?{'x' * 100_000}"}, NO_PICTURE),
}


@both_asks
@pytest.mark.parametrize(("content", "expected"), STATUSES.values(), ids=STATUSES)
async def test_every_status_has_its_meaning(
    replicate: Provider, provider: EmulatedProvider, ask: Ask, content: object, expected: Prediction
) -> None:
    provider.emulator.fault = answering(200, content)
    assert await ask(replicate, "p1") == expected


@pytest.mark.parametrize(("changes", "expected"), OUTPUTS.values(), ids=OUTPUTS)
async def test_a_success_needs_the_address_of_a_picture(
    replicate: Provider, provider: EmulatedProvider, changes: dict[str, object], expected: Prediction
) -> None:
    content = json.dumps(reply("succeeded") | changes)  # escapes what UTF-8 cannot hold
    provider.emulator.fault = answering_text(200, content, "application/json")
    assert await replicate.fetch_prediction("p1") == expected


async def test_an_absent_output_is_no_picture(replicate: Provider, provider: EmulatedProvider) -> None:
    content = reply("succeeded")
    del content["output"]
    provider.emulator.fault = answering(200, content)
    assert await replicate.fetch_prediction("p1") == NO_PICTURE


@both_asks
@pytest.mark.parametrize("status", [401, 402, 403, 404, 422, 429, 500, 503])
async def test_an_error_status_is_no_answer_and_is_not_asked_again(
    replicate: Provider, provider: EmulatedProvider, ask: Ask, status: int
) -> None:
    provider.emulator.fault = answering(status)
    with pytest.raises(ProviderUnavailable):
        await ask(replicate, "p1")
    assert len(provider.emulator.requests) == 1


@both_asks
@pytest.mark.parametrize("fault", NO_ANSWER.values(), ids=NO_ANSWER)
async def test_what_cannot_be_read_is_no_answer_and_is_not_asked_again(
    replicate: Provider, provider: EmulatedProvider, ask: Ask, fault: Fault
) -> None:
    provider.emulator.fault = fault
    with pytest.raises(ProviderUnavailable):
        await ask(replicate, "p1")
    assert len(provider.emulator.requests) == 1


@both_asks
@with_limits(provider=ProviderLimits(fetch_seconds=0.2, cancel_seconds=0.2))
@pytest.mark.parametrize("fault", NEVER_ENDING.values(), ids=NEVER_ENDING)
async def test_no_answer_is_waited_for_beyond_the_time_limit(
    replicate: Provider, provider: EmulatedProvider, ask: Ask, fault: Fault
) -> None:
    provider.emulator.fault = fault
    started = time.monotonic()
    with pytest.raises(ProviderUnavailable):
        await ask(replicate, "p1")
    assert time.monotonic() - started < 5


async def test_a_fetch_has_two_seconds_and_a_cancel_five(
    replicate: Provider, provider: EmulatedProvider
) -> None:
    assert (ProviderLimits().fetch_seconds, ProviderLimits().cancel_seconds) == (2, 5)
    provider.emulator.fault = NEVER_ENDING["a hang"]
    started = time.monotonic()
    with pytest.raises(ProviderUnavailable, match="TimeoutError"):
        await replicate.fetch_prediction("p1")
    assert 1.9 < time.monotonic() - started < 4


@both_asks
async def test_a_provider_that_cannot_be_reached_gives_no_answer(settings: Settings, ask: Ask) -> None:
    dead = settings.model_copy(update={"replicate_base_url": f"http://127.0.0.1:{free_port()}"})
    async with connected(dead) as replicate:
        with pytest.raises(ProviderUnavailable):
            await ask(replicate, "p1")


@both_asks
async def test_the_reason_does_not_quote_the_token(
    settings: Settings, provider: EmulatedProvider, ask: Ask
) -> None:
    broken = settings.model_copy(update={"replicate_api_token": SecretStr("r8_two\nlines")})
    async with connected(broken) as replicate:
        with pytest.raises(ProviderUnavailable, match="LocalProtocolError") as unavailable:
            await ask(replicate, "p1")
    assert "r8_two" not in str(unavailable.value)


async def test_an_early_404_after_a_create_passes(replicate: Provider, provider: EmulatedProvider) -> None:
    external_id = await replicate.start_prediction(order=order("a red kite"))
    provider.emulator.fault = answering_in_turn(answering(404), answering(404))
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            await replicate.fetch_prediction(external_id)
    assert (await replicate.fetch_prediction(external_id)).status is Status.SUCCEEDED


async def test_a_cancel_ends_the_prediction(replicate: Provider, provider: EmulatedProvider) -> None:
    provider.never_finish()
    external_id = await replicate.start_prediction(order=order("a red kite"))
    assert await replicate.fetch_prediction(external_id) == DRAWING
    assert await replicate.cancel_prediction(external_id) == failed(FailureCode.CANCELED, Charge.CHARGED)
    assert provider.emulator.predictions[external_id]["status"] == "canceled"


async def test_a_mistake_of_our_own_is_not_taken_for_a_missing_answer(replicate: Provider) -> None:
    with pytest.raises(httpx.InvalidURL):
        await replicate.fetch_prediction("p1\n")


@with_limits(provider=ProviderLimits(failures_in_a_row=1000))
async def test_a_fault_leaves_nothing_behind_for_the_next_call(
    replicate: Provider, provider: EmulatedProvider
) -> None:
    provider.emulator.fault = answering_in_turn(*NO_ANSWER.values())
    for _ in NO_ANSWER:
        with pytest.raises(ProviderUnavailable):
            await replicate.fetch_prediction("p1")
    external_id = await replicate.start_prediction(order=order("a red kite"))
    assert (await replicate.fetch_prediction(external_id)).status is Status.SUCCEEDED
