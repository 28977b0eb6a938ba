"""`POST /api/v1/generations/submit`: what is accepted, and every way to be refused."""

from uuid import UUID

import pytest

from core import services
from core.services import credit_check
from tests.api.envelopes import SUBMIT, data_of, details_of, error_of
from tests.support.application import make_settings, started_app
from tests.support.database import TestDatabase
from tests.support.faults import answering
from tests.support.people import SignedIn, signed_in
from tests.support.provider import EmulatedProvider
from tests.support.servers import free_port

BAD_PROMPTS = {
    "801 characters": ('"' + "x" * 801 + '"', "800 characters or fewer (this has 801)"),
    "empty": ('""', "describe the picture"),
    "whitespace only": ('" \\t\\n\u00a0\u3000 "', "describe the picture"),
    "NUL": ('"a\\u0000b"', "cannot be stored"),
    "lone high surrogate": ('"a\\ud800b"', "cannot be stored"),
    "lone low surrogate": ('"a\\udc00b"', "cannot be stored"),
    "null": ("null", "valid string"),
    "number": ("7", "valid string"),
    "boolean": ("true", "valid string"),
    "list": ('["a cat"]', "valid string"),
    "object": ('{"text": "a cat"}', "valid string"),
}
REFUSALS = {
    400: "PROVIDER_ERROR",
    401: "PROVIDER_REJECTED",
    402: "PROVIDER_BILLING",
    404: "PROVIDER_ERROR",
    422: "PROVIDER_REJECTED",
    429: "PROVIDER_BUSY",
}


async def test_a_submitted_prompt_becomes_a_picture(ada: SignedIn) -> None:
    submitted = await ada.http.post(SUBMIT, json={"prompt": "a red kite"})
    generation_id = data_of(submitted)["id"]

    read = await ada.http.get(f"/api/v1/generations/{generation_id}")
    assert data_of(read)["status"] == "succeeded"
    assert data_of(read)["url"].endswith(".png")


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param("x", id="1 character"),
        pytest.param("x" * 800, id="800 characters"),
        pytest.param("🎨" * 800, id="800 emoji"),
        pytest.param("\U0001f469\u200d\U0001f467 with \U0001f3f3\ufe0f\u200d\U0001f308", id="joined emoji"),
        pytest.param("قط أزرق \u202e\u05d7\u05ea\u05d5\u05dc\u202c", id="right-to-left"),
        pytest.param("  two lines\n\tand a tab  ", id="white space around and within"),
    ],
)
async def test_a_prompt_is_kept_and_sent_as_it_was_typed(
    ada: SignedIn, database: TestDatabase, provider: EmulatedProvider, prompt: str
) -> None:
    generation_id = data_of(await ada.http.post(SUBMIT, json={"prompt": prompt}))["id"]

    [generation] = database.generations(ada.owner_id)
    assert generation["id"] == UUID(generation_id)
    assert generation["prompt"] == prompt
    assert provider.emulator.predictions[provider.last_id]["input"]["prompt"] == prompt


@pytest.mark.asvs("2.2.1")
async def test_a_prompt_that_will_not_do_is_named_in_the_details(
    ada: SignedIn, database: TestDatabase, provider: EmulatedProvider, subtests: pytest.Subtests
) -> None:
    headers = {"Content-Type": "application/json"}
    for name, (prompt, message) in BAD_PROMPTS.items():
        with subtests.test(name):
            body = f'{{"prompt": {prompt}}}'
            details = details_of(await ada.http.post(SUBMIT, content=body, headers=headers))
            assert details["formErrors"] == []
            [(field, [problem])] = details["fieldErrors"].items()
            assert field == "prompt"
            assert message in problem
    assert database.generations() == []
    assert provider.creates == 0


@pytest.mark.asvs("15.3.3")
async def test_nothing_but_the_prompt_is_for_the_caller_to_say(
    ada: SignedIn, ben: SignedIn, database: TestDatabase, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    more = {"owner_id": str(ben.owner_id), "id": str(UUID(int=7)), "status": "succeeded", "model": "a/b"}
    more |= {"charge": "not_charged", "quality": "low", "created_at": "2020-01-01T00:00:00Z"}
    plain = data_of(await ben.http.post(SUBMIT, json={"prompt": "a cat"}))
    told = data_of(await ada.http.post(SUBMIT, json={"prompt": "a cat"} | more))
    own = {"id", "created_at"}
    assert {name: told[name] for name in told if name not in own} == {
        name: plain[name] for name in plain if name not in own
    }
    assert told["id"] != more["id"]
    assert told["created_at"] >= plain["created_at"]
    assert [str(row["id"]) for row in database.generations(ada.owner_id)] == [told["id"]]
    assert [str(row["id"]) for row in database.generations(ben.owner_id)] == [plain["id"]]


@pytest.mark.asvs("2.2.1")
async def test_a_missing_prompt_is_named_in_the_details(ada: SignedIn) -> None:
    response = await ada.http.post(SUBMIT, json={"Prompt": "a cat"})
    assert details_of(response) == {"formErrors": [], "fieldErrors": {"prompt": ["Field required"]}}


async def test_without_credits_nothing_is_started(
    ada: SignedIn, database: TestDatabase, provider: EmulatedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def has_none(owner_id: UUID) -> bool:
        return owner_id != ada.owner_id

    monkeypatch.setattr(credit_check, "check_user_has_credits", has_none)
    response = await ada.http.post(SUBMIT, json={"prompt": "a cat"})

    assert error_of(response, 402, "NO_CREDITS")["message"] == "Upgrade or wait for reset."
    assert database.generations() == []
    assert provider.creates == 0


async def test_everyone_has_credits_for_now(ada: SignedIn) -> None:
    assert await services.check_user_has_credits(ada.owner_id)


async def test_a_second_submit_waits_for_the_first_of_the_same_person_only(
    ada: SignedIn, ben: SignedIn, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    data_of(await ada.http.post(SUBMIT, json={"prompt": "first"}))

    error = error_of(await ada.http.post(SUBMIT, json={"prompt": "second"}), 409, "GENERATION_IN_FLIGHT")
    assert error["message"] == "Please wait until the current generation completes."
    data_of(await ben.http.post(SUBMIT, json={"prompt": "mine"}))
    assert provider.creates == 2


async def test_a_refusal_of_the_provider_names_its_cause_and_frees_the_person(
    ada: SignedIn, provider: EmulatedProvider, subtests: pytest.Subtests
) -> None:
    for status, cause in REFUSALS.items():
        with subtests.test(status=status):
            provider.emulator.fault = answering(status, {"detail": "r8_test_token is not welcome"})
            response = await ada.http.post(SUBMIT, json={"prompt": "a cat"})
            assert error_of(response, 502, "PROVIDER_ERROR")["details"] == {"cause": cause}
            assert "r8_test_token" not in response.text
    provider.emulator.fault = None
    data_of(await ada.http.post(SUBMIT, json={"prompt": "a cat"}))


async def test_a_connection_never_made_is_a_refusal(database: TestDatabase) -> None:
    settings = make_settings(replicate_base_url=f"http://127.0.0.1:{free_port()}")
    async with (
        started_app(settings, database) as started,
        signed_in(started.app, started.ctx, "ada") as ada,
    ):
        for _ in range(2):
            response = await ada.http.post(SUBMIT, json={"prompt": "a cat"})
            error = error_of(response, 502, "PROVIDER_ERROR")
            assert error["details"] == {"cause": "PROVIDER_ERROR"}
    assert [row["status"] for row in database.generations()] == ["failed", "failed"]
