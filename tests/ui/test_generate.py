"""The generate screen, as somebody uses it."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest
from nicegui import ui
from nicegui.testing import User

from core import services
from core.context import Context
from core.failures import FailureCode
from core.rate_limits import RateLimits
from tests.support.faults import answering
from tests.support.people import SignedIn
from tests.support.prompts import is_on, press_generate, prompt_box
from tests.support.provider import EmulatedProvider
from tests.support.waiting import until
from ui.components.prompt_box import PromptBox
from ui.components.stage.stage import UNCERTAIN

PATH = "/dashboard/generate"


def is_answered(user: User, problem: str) -> bool:
    """Whether the press with the key "the key" has been answered so."""
    answer: object = prompt_box(user).props.get("answer")
    return answer == {"key": "the key", "problem": problem}


async def start_elsewhere(ctx: Context, person: SignedIn, prompt: str) -> None:
    order = services.new_order(ctx, prompt)
    await services.submit_generation(ctx, order=order, owner_id=person.owner_id)


async def test_a_prompt_becomes_a_picture(user: User, provider: EmulatedProvider) -> None:
    provider.emulator.seconds_to_draw = 1.0
    await user.open(PATH)
    await user.should_see("Your picture appears here")
    press_generate(user, "a red kite")
    await user.should_see("Painting your picture")
    await user.should_see(marker="picture")
    (picture,) = user.find(marker="picture").elements
    assert picture.props["alt"] == "a red kite"
    assert picture.props["src"].startswith("/api/v1/generations/")
    await until(partial(is_on, user))


async def test_while_one_runs_the_button_is_off_and_says_why(user: User, provider: EmulatedProvider) -> None:
    provider.never_finish()
    await user.open(PATH)
    press_generate(user, "a red kite")
    await user.should_see("Painting your picture")
    assert prompt_box(user).props["reason"].startswith("One picture at a time")
    user.find(PromptBox).trigger("press", {"order": {"prompt": "a second one"}, "key": "the key"})
    await until(partial(is_answered, user, ""))
    await user.should_see("Please wait until this generation completes")
    assert provider.creates == 1


async def test_presses_count_as_often_as_a_person_may_change_something(
    user: User, ada: SignedIn, ctx: Context, provider: EmulatedProvider
) -> None:
    """Past the button a page can send as many as it likes, and each refused one is a call to the provider."""
    await user.open(PATH)
    limits = RateLimits(ctx.settings.model_copy(update={"changes_per_second": 0.2}))  # one at once
    object.__setattr__(ctx, "rate_limits", limits)
    provider.emulator.fault = answering(422)
    for number in range(5):
        user.find(PromptBox).trigger("press", {"order": {"prompt": "refused"}, "key": f"key {number}"})
    await user.should_see("a little too fast")
    assert provider.creates <= 1


async def test_a_run_that_news_showed_before_its_press_was_answered_is_drawn_once(
    user: User, provider: EmulatedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.never_finish()
    submit = services.submit_generation
    drawn: list[ui.element] = []

    async def submit_slowly(*args: Any, **kwargs: Any) -> UUID:
        started = await submit(*args, **kwargs)
        await user.should_see("Painting your picture")
        drawn.extend(user.find(marker="cancel").elements)
        return started

    monkeypatch.setattr(services, "submit_generation", submit_slowly)
    await user.open(PATH)
    press_generate(user, "a red kite")
    await until(lambda: drawn)
    await until(lambda: "aria-disabled" not in drawn[0].props)
    assert list(user.find(marker="cancel").elements) == drawn


async def test_cancels_count_as_often_as_a_person_may_change_something(
    user: User, ctx: Context, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    await user.open(PATH)
    limits = RateLimits(ctx.settings.model_copy(update={"changes_per_second": 0.2}))  # one at once: the press
    object.__setattr__(ctx, "rate_limits", limits)
    press_generate(user, "a red kite")
    await user.should_see("Painting your picture")
    [cancel] = user.find(marker="cancel").elements
    await until(lambda: "aria-disabled" not in cancel.props)
    user.find(marker="cancel").click()
    await user.should_see("a little too fast")
    await user.should_see("Painting your picture")


async def test_a_run_started_elsewhere_gives_a_toast_and_is_shown(
    user: User, ada: SignedIn, ctx: Context, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    await user.open(PATH)
    await services.submit_generation(
        ctx, order=services.new_order(ctx, "from my phone"), owner_id=ada.owner_id
    )
    # As a press comes that was made before the page had heard of it.
    user.find(PromptBox).trigger("press", {"order": {"prompt": "from my desk"}, "key": "the key"})
    await user.should_see("Please wait until this generation completes")
    await user.should_see("Painting your picture")
    assert provider.creates == 1


async def test_a_failure_says_why_and_try_again_keeps_the_prompt(
    user: User, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    await user.open(PATH)
    press_generate(user, "something odd")
    await user.should_see("Painting your picture")
    provider.emulator.end(provider.last_id, "failed", error="flagged as sensitive (E005)")
    await user.should_see(FailureCode.MODERATED.sentence)
    await user.should_see("MODERATED")
    user.find(marker="try-again").trigger("again")
    await user.should_see("Your picture appears here")
    await until(partial(is_on, user))


async def test_a_refusal_by_the_provider_is_shown_and_frees_the_form(
    user: User, provider: EmulatedProvider
) -> None:
    provider.emulator.fault = answering(402)
    await user.open(PATH)
    press_generate(user, "a red kite")
    await user.should_see(FailureCode.PROVIDER_BILLING.sentence)
    await user.should_see("PROVIDER_BILLING")
    await until(partial(is_on, user))


async def test_a_prompt_that_cannot_be_used_is_explained_beside_the_box(
    user: User, provider: EmulatedProvider
) -> None:
    await user.open(PATH)
    for text, problem in (
        ("   ", "Please describe the picture you want."),
        ("x" * 801, "Please use 800 characters or fewer (this has 801)."),
        ("a \x00", "The prompt has a character that cannot be stored. Please remove it."),
    ):
        press_generate(user, text, key="the key")
        await until(partial(is_answered, user, problem))
    assert provider.creates == 0


async def test_the_same_press_twice_starts_one_generation(user: User, provider: EmulatedProvider) -> None:
    """As after a reconnect, or a reload whose answer was lost: at once, and again when it has ended."""
    await user.open(PATH)
    for _ in range(2):
        press_generate(user, "a red kite", key="the key")
    await user.should_see(marker="picture")
    press_generate(user, "a red kite", key="the key")
    await until(partial(is_answered, user, ""))
    await user.should_see(marker="picture")
    assert provider.creates == 1


@pytest.mark.parametrize("name", ["model", "quality", "ctx", "settings", "size"])
async def test_a_choice_that_an_order_does_not_have_is_refused(
    user: User, provider: EmulatedProvider, name: str
) -> None:
    await user.open(PATH)
    chosen = {"prompt": "a red kite", name: "openai/the-dearest"}
    user.find(PromptBox).trigger("press", {"order": chosen, "key": "the key"})
    await until(partial(is_answered, user, "This cannot be chosen."))
    assert provider.creates == 0


async def test_what_is_no_press_is_not_answered(user: User, provider: EmulatedProvider) -> None:
    await user.open(PATH)
    a_kite = {"prompt": "a kite"}
    no_presses: tuple[object, ...] = (
        *({"order": {"prompt": 1}, "key": "x"}, {"order": a_kite}, {"order": "a kite", "key": "x"}),
        *({"order": a_kite | {"size": 2}, "key": "x"}, [], None),
    )
    for sent in no_presses:
        user.find(PromptBox).trigger("press", sent)
    press_generate(user, "a red kite", key="the key")
    await user.should_see(marker="picture")
    assert provider.creates == 1


async def test_a_reload_shows_the_run_that_goes_on(user: User, provider: EmulatedProvider) -> None:
    provider.never_finish()
    await user.open(PATH)
    press_generate(user, "a red kite")
    await user.should_see("Painting your picture")
    await user.open(PATH)
    await user.should_see("Painting your picture")
    assert prompt_box(user).props["filled"] == "a red kite"
    assert not is_on(user)
    provider.emulator.seconds_to_draw = 0
    await user.should_see(marker="picture")
    assert provider.creates == 1


@pytest.mark.asvs("4.4.3", "4.4.4")
async def test_a_page_left_open_after_sign_out_cannot_submit(
    user: User, ada: SignedIn, ctx: Context, provider: EmulatedProvider
) -> None:
    await user.open(PATH)
    await services.sign_out(ctx, ada.token)
    press_generate(user, "not mine any more")
    await user.should_see("Your sign-in has ended")
    assert provider.creates == 0


async def test_a_page_left_open_after_sign_out_stops_watching(
    user: User, ada: SignedIn, ctx: Context, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    await user.open(PATH)
    press_generate(user, "a red kite")
    await user.should_see("Painting your picture")
    await services.sign_out(ctx, ada.token)
    await user.should_see("Your sign-in has ended")
    await user.should_see("Sign in to Easel")


async def test_another_persons_run_is_not_shown(
    user: User, ben: SignedIn, ctx: Context, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    await services.submit_generation(
        ctx, order=services.new_order(ctx, "ben's secret"), owner_id=ben.owner_id
    )
    await user.open(PATH)
    await user.should_see("Your picture appears here")
    await user.should_not_see("ben's secret")


async def test_a_provider_that_is_down_for_a_while_is_sat_out(user: User, provider: EmulatedProvider) -> None:
    await user.open(PATH)
    provider.never_finish()
    press_generate(user, "a red kite")
    await user.should_see("Painting your picture")
    await until(lambda: provider.creates)  # a run is shown before its create has been sent
    provider.emulator.fault = answering(503)
    asked = len(provider.emulator.requests)
    await until(lambda: len(provider.emulator.requests) > asked + 1)
    await user.should_see("Painting your picture")
    provider.emulator.fault = None
    provider.emulator.seconds_to_draw = 0
    await user.should_see(marker="picture")


async def test_a_create_that_nobody_has_confirmed_is_explained(
    user: User, provider: EmulatedProvider
) -> None:
    provider.emulator.fault = answering(500)
    await user.open(PATH)
    press_generate(user, "a red kite")
    await user.should_see("Painting your picture")
    await user.should_see(UNCERTAIN)
