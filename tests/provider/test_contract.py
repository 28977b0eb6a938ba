"""What holds for any account: the emulator's always, Replicate's own with REPLICATE_LIVE_TEST_TOKEN set.

Only the first test starts a prediction: a live run pays for one picture of low quality.
"""

import asyncio

import pytest
from pydantic import SecretStr

from core.failures import FailureCode
from core.models import Status
from core.provider.client import Provider, ProviderUnavailable, StartRefused
from core.provider.inputs import new_order
from core.provider.replies import Prediction
from core.settings import Settings
from tests.provider.conftest import connected
from tests.support.orders import order


@pytest.mark.timeout(300)
async def test_a_prompt_becomes_a_picture(contract_provider: Provider) -> None:
    external_id = await contract_provider.start_prediction(order=order("a red kite over the sea"))
    ended = await _end_of(contract_provider, external_id)
    assert ended.status is Status.SUCCEEDED
    assert ended.url
    assert ended.url.startswith("http")


async def test_nobody_answers_for_a_prediction_that_was_never_started(contract_provider: Provider) -> None:
    with pytest.raises(ProviderUnavailable):
        await contract_provider.fetch_prediction("0" * 26)
    with pytest.raises(ProviderUnavailable):
        await contract_provider.cancel_prediction("0" * 26)


async def test_a_wrong_token_is_refused(contract_settings: Settings) -> None:
    wrong = contract_settings.model_copy(update={"replicate_api_token": SecretStr("r8_wrong")})
    async with connected(wrong) as stranger:
        with pytest.raises(StartRefused) as refusal:
            await stranger.start_prediction(order=order("a red kite"))
    assert refusal.value.code is FailureCode.PROVIDER_REJECTED


async def test_a_model_that_does_not_exist_is_refused(contract_settings: Settings) -> None:
    unknown = contract_settings.model_copy(update={"replicate_model": "openai/no-such-model"})
    async with connected(unknown) as replicate:
        with pytest.raises(StartRefused) as refusal:
            await replicate.start_prediction(order=new_order(unknown, "a red kite"))
    assert refusal.value.code is FailureCode.PROVIDER_ERROR


async def _end_of(replicate: Provider, external_id: str) -> Prediction:
    while True:
        try:
            prediction = await replicate.fetch_prediction(external_id)
        except ProviderUnavailable:  # a 404 right after a create, for instance
            prediction = None
        if prediction and prediction.status.is_terminal:
            return prediction
        await asyncio.sleep(1)
