"""A sick provider is asked less, and a well one at once again."""

import pytest

from core.models import Status
from core.provider import breaker
from core.provider.client import Provider, ProviderUnavailable
from tests.support.provider import EmulatedProvider, answering


async def ask(replicate: Provider, times: int) -> None:
    for _ in range(times):
        with pytest.raises(ProviderUnavailable):
            await replicate.fetch_prediction("p1")


async def test_after_some_failures_in_a_row_it_is_not_asked_for_a_while(
    replicate: Provider, provider: EmulatedProvider
) -> None:
    provider.emulator.fault = answering(503)
    await ask(replicate, 20)
    assert len(provider.emulator.requests) == breaker.FAILURES_IN_A_ROW


async def test_after_the_pause_one_answer_makes_all_well(
    replicate: Provider, provider: EmulatedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "FIRST_PAUSE_SECONDS", 0.0)
    external_id = await replicate.start_prediction(prompt="a red kite")
    provider.emulator.fault = answering(500)
    await ask(replicate, 10)
    provider.emulator.fault = None
    for _ in range(3):
        assert (await replicate.fetch_prediction(external_id)).status is Status.SUCCEEDED


async def test_a_time_that_the_provider_names_is_obeyed(
    replicate: Provider, provider: EmulatedProvider
) -> None:
    provider.emulator.fault = answering(429, {"retry_after": 30})
    await ask(replicate, 3)
    assert len(provider.emulator.requests) == 1


@pytest.mark.parametrize("named", ["soon", None, [], -5, 1e400])
async def test_a_time_that_is_none_does_no_harm(
    replicate: Provider, provider: EmulatedProvider, named: object
) -> None:
    provider.emulator.fault = answering(429, {"retry_after": named} if named != 1e400 else {})
    await ask(replicate, 2)
    assert len(provider.emulator.requests) == 2


async def test_a_refusal_is_an_answer(replicate: Provider, provider: EmulatedProvider) -> None:
    provider.emulator.fault = answering(404)
    await ask(replicate, 20)
    assert len(provider.emulator.requests) == 20


async def test_a_cancel_is_tried_all_the_same(replicate: Provider, provider: EmulatedProvider) -> None:
    provider.never_finish()
    external_id = await replicate.start_prediction(prompt="a red kite")
    provider.emulator.fault = answering(503)
    await ask(replicate, 10)
    provider.emulator.fault = None
    assert (await replicate.cancel_prediction(external_id)).status is Status.FAILED
