"""What the provider is sent."""

import pytest
from pydantic import SecretStr, ValidationError

from core.provider.inputs import SUPPORTED_MODELS, new_order
from core.settings import Settings
from tests.provider.conftest import connected
from tests.support.application import make_settings
from tests.support.faults import Record
from tests.support.orders import order
from tests.support.provider import EmulatedProvider

KEY = "sk-test-key"


@pytest.fixture
def record(provider: EmulatedProvider) -> Record:
    provider.emulator.fault = record = Record()
    return record


async def _start(settings: Settings, **changes: object) -> None:
    replicate_settings = settings.model_copy(update=changes)
    async with connected(replicate_settings) as replicate:
        await replicate.start_prediction(order=new_order(replicate_settings, "a red kite"))


@pytest.mark.parametrize("model", sorted(SUPPORTED_MODELS))
async def test_a_supported_model_gets_one_picture_of_the_set_quality(
    settings: Settings, provider: EmulatedProvider, record: Record, model: str
) -> None:
    await _start(settings, replicate_model=model, image_quality="high")
    assert list(provider.emulator.requests) == [("POST", f"/v1/models/{model}/predictions")]
    assert record.bodies == [{"input": {"prompt": "a red kite", "quality": "high", "number_of_images": 1}}]


@pytest.mark.parametrize("model", sorted(SUPPORTED_MODELS))
async def test_a_supported_model_gets_the_openai_key(settings: Settings, record: Record, model: str) -> None:
    await _start(settings, replicate_model=model, openai_api_key=SecretStr(KEY))
    assert record.bodies[0]["input"]["openai_api_key"] == KEY


async def test_an_unknown_model_gets_the_prompt_alone(settings: Settings, record: Record) -> None:
    await _start(settings, replicate_model="acme/painter", openai_api_key=SecretStr(KEY))
    assert record.bodies == [{"input": {"prompt": "a red kite"}}]
    assert (
        new_order(settings.model_copy(update={"replicate_model": "acme/painter"}), "a kite").quality is None
    )


def test_the_supported_models_are_those_of_the_brief() -> None:
    names = ("1", "1-mini", "1.5", "2", "2.5-flare", "2.5-sunburst")
    assert {f"openai/gpt-image-{name}" for name in names} == SUPPORTED_MODELS


def test_the_quality_is_medium_until_it_is_set_and_never_auto() -> None:
    assert make_settings().image_quality == "medium"
    with pytest.raises(ValidationError):
        make_settings(image_quality="auto")


async def test_every_request_carries_the_token_and_none_waits_for_the_picture(
    settings: Settings, record: Record
) -> None:
    async with connected(settings) as replicate:
        external_id = await replicate.start_prediction(order=order("a red kite"))
        await replicate.fetch_prediction(external_id)
        await replicate.cancel_prediction(external_id)
    assert len(record.headers) == 3
    for headers in record.headers:
        assert headers["authorization"] == "Bearer r8_test_token"
        assert "prefer" not in headers


@pytest.mark.parametrize(("ttl_minutes", "deadline"), [(6, "390s"), (1, "90s")])
async def test_the_provider_ends_a_run_itself_soon_after_nobody_waits_for_it(
    settings: Settings, record: Record, ttl_minutes: int, deadline: str
) -> None:
    await _start(settings, in_flight_ttl_minutes=ttl_minutes)
    assert record.headers[0]["cancel-after"] == deadline


async def test_a_prompt_arrives_letter_by_letter(settings: Settings, record: Record) -> None:
    prompt = 'quotes " \\ and\nlines, 🪁 kites, مرحبا'
    async with connected(settings) as replicate:
        await replicate.start_prediction(order=order(prompt))
    assert record.bodies[0]["input"]["prompt"] == prompt


async def test_each_start_has_a_connection_of_its_own(settings: Settings, record: Record) -> None:
    async with connected(settings) as replicate:
        for _ in range(3):
            await replicate.start_prediction(order=order("a red kite"))
    assert len(set(record.callers)) == 3
