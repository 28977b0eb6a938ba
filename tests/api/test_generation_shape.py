"""The one shape of a generation: what it has in every state, and that every call answers it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from core.api.generation_shape import GenerationShape, shape_of
from core.charges import Charge
from core.envelope import Success, success_json
from core.failures import Failure, FailureCode
from core.models import Generation, Phase, Status
from core.prices import price_usd
from core.provider.inputs import SUPPORTED_MODELS
from core.settings import Settings
from tests.api.envelopes import SUBMIT, data_of, error_of
from tests.support.application import BASE_URL, make_settings
from tests.support.database import TestDatabase
from tests.support.people import SignedIn
from tests.support.provider import EmulatedProvider

GENERATIONS = "/api/v1/generations"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ID = UUID(int=7)
IMAGE = f"{BASE_URL}{GENERATIONS}/{ID}/image"
THEIRS = "https://replicate.delivery/kite.png"
ALWAYS = {
    "id": str(ID),
    "prompt": "a red kite",
    "created_at": "2026-11-24T12:00:00Z",
    "model": "openai/gpt-image-2",
    "quality": "medium",
    "price_usd": 0.047,
}
ENDED = {"finished_at": "2026-11-24T12:00:00Z"}
SUCCEEDED = {"status": Status.SUCCEEDED, "finished_at": NOON, "result_url": THEIRS, "charge": Charge.CHARGED}
TIMED_OUT = {"status": Status.FAILED, "finished_at": NOON, "error_code": FailureCode.TIMED_OUT}
UNRESOLVED = Failure(FailureCode.TIMED_OUT, Charge.UNKNOWN).sentence
# What a row is like, and what is answered for it beside what always is.
STATES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "waiting": ({}, {"status": "processing", "phase": "waiting"}),
    "drawing": ({"phase": Phase.DRAWING}, {"status": "processing", "phase": "drawing"}),
    "at the provider": (
        SUCCEEDED,
        {"status": "succeeded", "phase": "saving", "url": THEIRS, "charge": "charged"} | ENDED,
    ),
    "kept": (
        SUCCEEDED
        | {"stored_at": NOON, "picture_type": "image/png", "picture_width": 1024, "picture_height": 768},
        {"status": "succeeded", "url": IMAGE, "thumb_url": f"{IMAGE}?size=thumb", "charge": "charged"}
        | {"content_type": "image/png", "width": 1024, "height": 768}
        | ENDED,
    ),
    "lost": (
        SUCCEEDED | {"given_up_at": NOON},
        {"status": "succeeded", "charge": "charged", "is_lost": True} | ENDED,
    ),
    "came late": (
        SUCCEEDED | {"charge": None},
        {"status": "succeeded", "phase": "saving", "url": THEIRS, "charge": "not_charged"} | ENDED,
    ),
    "timed out": (
        TIMED_OUT | {"charge": Charge.UNKNOWN},
        {"status": "failed", "error": {"code": "TIMED_OUT", "message": UNRESOLVED}, "charge": "unknown"}
        | ENDED,
    ),
    "timed out, and told of later": (
        TIMED_OUT | {"charge": Charge.UNKNOWN, "late_charge": Charge.CHARGED},
        {"status": "failed", "error": {"code": "TIMED_OUT", "message": UNRESOLVED}, "charge": "charged"}
        | ENDED,
    ),
}


def answered(row: dict[str, Any], settings: Settings) -> Any:
    """The JSON of a row that was submitted at noon, which is as it is described."""
    submitted: dict[str, Any] = {
        "id": ID,
        "owner_id": UUID(int=1),
        "prompt": "a red kite",
        "created_at": NOON,
    }
    model = {"model": "openai/gpt-image-2", "quality": "medium"}
    shape = shape_of(Generation(**(submitted | model | row)), settings)
    body = bytes(success_json(shape).body)
    Success[GenerationShape].model_validate_json(body)
    assert shape.keys() <= GenerationShape.__annotations__.keys()
    return json.loads(body)["data"]


@pytest.mark.asvs("15.3.1")
@pytest.mark.parametrize("state", STATES)
def test_each_state_has_what_belongs_to_it_and_no_more(state: str) -> None:
    row, expected = STATES[state]
    assert answered(row, make_settings()) == ALWAYS | expected


def test_a_price_that_is_not_known_is_null() -> None:
    for model, quality in (("someone/else", None), ("openai/gpt-image-2", None), ("someone/else", "low")):
        shape = answered({"model": model, "quality": quality}, make_settings())
        assert shape["price_usd"] is None
        assert ("quality" in shape) == (quality is not None)


def test_the_demo_costs_nothing() -> None:
    assert answered({}, make_settings(replicate_api_token=None))["price_usd"] == 0


def test_every_supported_model_has_a_price_that_grows_with_its_quality() -> None:
    for model in SUPPORTED_MODELS:
        low, medium, high = (price_usd(model, quality) or 0 for quality in ("low", "medium", "high"))
        assert 0 < low < medium < high, model
    assert price_usd("openai/gpt-image-2", "auto") is None


async def test_every_call_answers_it(ada: SignedIn, provider: EmulatedProvider) -> None:
    provider.never_finish()
    submitted = data_of(await ada.http.post(SUBMIT, json={"prompt": "a red kite"}))
    path = f"{GENERATIONS}/{submitted['id']}"
    assert submitted.keys() == ALWAYS.keys() | {"status", "phase"}
    read = data_of(await ada.http.get(path))
    assert read == submitted | {"phase": "drawing"}
    assert data_of(await ada.http.get(GENERATIONS))["items"] == [read]
    canceled = data_of(await ada.http.post(f"{path}/cancel"))
    assert (canceled["status"], canceled["charge"]) == ("failed", "charged")
    assert data_of(await ada.http.get(path)) == canceled
    assert data_of(await ada.http.get(GENERATIONS))["items"] == [canceled]


async def test_a_submit_does_not_ask_the_provider_again(ada: SignedIn, provider: EmulatedProvider) -> None:
    data_of(await ada.http.post(SUBMIT, json={"prompt": "a red kite"}))
    assert [method for method, _ in provider.emulator.requests] == ["POST"]


async def test_a_repeated_submit_answers_what_has_become_of_it(
    ada: SignedIn, database: TestDatabase, provider: EmulatedProvider
) -> None:
    key = {"Idempotency-Key": "a-key"}
    started = data_of(await ada.http.post(SUBMIT, json={"prompt": "a red kite"}, headers=key))
    path = f"{GENERATIONS}/{started['id']}"
    assert data_of(await ada.http.get(path))["status"] == "succeeded"
    repeated = data_of(await ada.http.post(SUBMIT, json={"prompt": "a red kite"}, headers=key))
    assert (repeated["id"], repeated["status"]) == (started["id"], "succeeded")

    data_of(await ada.http.post(f"{path}/delete"))
    again = await ada.http.post(SUBMIT, json={"prompt": "a red kite"}, headers=key)
    assert "has been deleted" in error_of(again, 409, "IDEMPOTENCY_CONFLICT")["message"]
    assert provider.creates == 1


def test_the_screen_knows_the_sentences_of_a_charge() -> None:
    script = (Path(__file__).parents[2] / "ui/static/items.js").read_text()
    for charge in (Charge.CHARGED, Charge.NOT_CHARGED):
        assert f'{charge.value}: "{charge.sentence}"' in script
