"""`GET /api/v1/generations/{id}`: the three states, and ids that lead nowhere."""

from uuid import uuid4

import pytest

from tests.api.envelopes import SUBMIT, data_of, details_of, error_of
from tests.support.people import SignedIn
from tests.support.provider import EmulatedProvider


async def submit(person: SignedIn) -> str:
    """The address of a new generation."""
    submitted = data_of(await person.http.post(SUBMIT, json={"prompt": "a red kite"}))
    return f"/api/v1/generations/{submitted['id']}"


async def test_a_running_generation_has_neither_url_nor_error(
    ada: SignedIn, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    generation = await submit(ada)
    data = data_of(await ada.http.get(generation))
    assert data["status"] == "processing"
    assert data.keys().isdisjoint({"url", "error", "finished_at", "charge"})


async def test_a_succeeded_generation_has_a_url_and_no_error(
    ada: SignedIn, provider: EmulatedProvider
) -> None:
    generation = await submit(ada)
    picture = f"{provider.url}/files/{provider.last_id}.png"
    data = data_of(await ada.http.get(generation))
    assert (data["status"], data["url"], data["charge"]) == ("succeeded", picture, "charged")
    assert "error" not in data


async def test_a_failed_generation_has_an_error_and_no_url(ada: SignedIn, provider: EmulatedProvider) -> None:
    provider.never_finish()
    generation = await submit(ada)
    provider.emulator.end(provider.last_id, "failed", error="flagged as sensitive r8_test_token (E005)")

    response = await ada.http.get(generation)
    data = data_of(response)
    assert (data["status"], data["charge"]) == ("failed", "unknown")
    assert "url" not in data
    assert data["error"].keys() == {"code", "message"}
    assert data["error"]["code"] == "MODERATED"
    assert "r8_test_token" not in response.text


async def test_an_id_that_is_no_uuid_is_named_in_the_details(
    ada: SignedIn, subtests: pytest.Subtests
) -> None:
    for generation_id in ("1", "nope", "%00", "%ff", "x" * 5000, "..%5c", "%F0%9F%8E%A8"):
        with subtests.test(generation_id[:9]):
            details = details_of(await ada.http.get(f"/api/v1/generations/{generation_id}"))
            assert details["formErrors"] == []
            assert details["fieldErrors"].keys() == {"id"}


async def test_nobody_can_tell_anothers_generation_from_none(ada: SignedIn, ben: SignedIn) -> None:
    generation = await submit(ada)
    anothers = error_of(await ben.http.get(generation), 404, "NOT_FOUND")
    nobodys = error_of(await ben.http.get(f"/api/v1/generations/{uuid4()}"), 404, "NOT_FOUND")

    anothers.pop("request_id"), nobodys.pop("request_id")
    assert anothers == nobodys
    data_of(await ada.http.get(generation))
