"""The acceptance criteria of phase 2, one test each. The docstring is the criterion."""

import asyncio
from uuid import UUID

import httpx
from nicegui.testing import User

from tests.acceptance.conftest import Observe
from tests.support.people import SignedIn
from tests.support.prompts import is_on, press_generate, prompt_box
from tests.support.provider import EmulatedProvider
from ui.components.prompt_box import PromptBox

SUBMIT = "/api/v1/generations/submit"
PATH = "/dashboard/generate"


async def submit(person: SignedIn, prompt: str) -> httpx.Response:
    return await person.http.post(SUBMIT, json={"prompt": prompt})


async def read(person: SignedIn, generation_id: str) -> httpx.Response:
    return await person.http.get(f"/api/v1/generations/{generation_id}")


async def test_happy_path(user: User, ada: SignedIn, provider: EmulatedProvider, observe: Observe) -> None:
    """Happy path: submit answers 200 with an id; reading polls until `succeeded`; the screen shows
    the picture."""
    provider.emulator.seconds_to_draw = 0.6
    submitted = await submit(ada, "a red kite over the sea")
    assert submitted.status_code == 200
    assert submitted.json()["success"] is True
    generation_id = submitted.json()["data"]["id"]
    UUID(generation_id)
    observe(f"submit: {submitted.status_code} `{{success: true, data: {{id}}}}`")

    statuses: list[str] = []
    async with asyncio.timeout(10):
        while not statuses or statuses[-1] == "processing":
            reply = await read(ada, generation_id)
            statuses.append(reply.json()["data"]["status"])
            await asyncio.sleep(0.1)
    assert (statuses[0], statuses[-1]) == ("processing", "succeeded")
    url = reply.json()["data"]["url"]
    async with httpx.AsyncClient(timeout=30) as browser:
        picture = await browser.get(url)
    assert picture.headers["content-type"] == "image/png"
    observe(f"reads: processing, then succeeded with a {picture.headers['content-type']}")

    await user.open(PATH)
    press_generate(user, "a green kite")
    await user.should_see(marker="picture")
    observe("the screen polled and showed the picture")


async def test_empty_prompt(ada: SignedIn, provider: EmulatedProvider, observe: Observe) -> None:
    """Invalid: an empty prompt is 400 `VALIDATION_ERROR` with flattened details."""
    reply = await submit(ada, "")
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["code"] == "VALIDATION_ERROR"
    assert error["details"]["formErrors"] == []
    assert error["details"]["fieldErrors"]["prompt"]
    assert provider.creates == 0
    observe(f"{reply.status_code} `{error['code']}`, details `{error['details']}`")
    observe("nothing was sent to the provider")


async def test_second_submit_while_one_runs(
    user: User, ada: SignedIn, provider: EmulatedProvider, observe: Observe
) -> None:
    """In flight: a second submit before the first has completed is 409 `GENERATION_IN_FLIGHT`, and
    the screen shows a toast."""
    provider.never_finish()
    await user.open(PATH)
    first = await submit(ada, "the first")
    second = await submit(ada, "the second")
    assert (first.status_code, second.status_code) == (200, 409)
    error = second.json()["error"]
    assert error["code"] == "GENERATION_IN_FLIGHT"
    assert error["message"] == "Please wait until the current generation completes."
    observe(f'{second.status_code} `{error["code"]}` "{error["message"]}"')

    # As a press comes that was made before the page had heard of the first.
    user.find(PromptBox).trigger("press", {"order": {"prompt": "the third"}, "key": "the third"})
    await user.should_see("Please wait until this generation completes")
    assert provider.creates == 1
    observe("the screen showed the toast; the provider got one create")


async def test_provider_failure(
    user: User, ada: SignedIn, provider: EmulatedProvider, observe: Observe
) -> None:
    """Failure path: when the provider fails the screen shows a friendly error, and "Try again"
    resets it with the prompt kept."""
    provider.never_finish()
    await user.open(PATH)
    box = prompt_box(user)
    press_generate(user, "a difficult one")
    await user.should_see("Painting your picture")
    provider.emulator.end(provider.last_id, "failed", error="internal: tensor shape mismatch")
    await user.should_see("could not make this picture")
    await user.should_not_see("tensor")
    observe('the screen said "The image service could not make this picture. Please try again."')

    user.find(marker="try-again").trigger("again")
    await user.should_see("Your picture appears here")
    assert prompt_box(user) is box, "the box, in which the prompt is, has stayed"
    assert is_on(user)
    provider.emulator.seconds_to_draw = 0
    assert (await submit(ada, "the next one")).status_code == 200
    observe("Try again brought the form back with the prompt, and the next submit was 200")


async def test_another_owners_generation(ada: SignedIn, ben: SignedIn, observe: Observe) -> None:
    """Security: another user's generation is 404 `NOT_FOUND`."""
    generation_id = (await submit(ada, "private")).json()["data"]["id"]
    reply = await read(ben, generation_id)
    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "NOT_FOUND"
    assert "private" not in reply.text
    assert (await read(ada, generation_id)).status_code == 200
    observe(f"{reply.status_code} `{reply.json()['error']['code']}` for the other, 200 for the owner")
