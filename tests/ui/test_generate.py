"""The generate screen, as somebody uses it."""

import asyncio

from nicegui import ui
from nicegui.testing import User

from core import services
from core.context import Context
from core.failures import FailureCode
from tests.conftest import SignedIn
from tests.support.provider import EmulatedProvider, answering

PATH = "/dashboard/generate"


async def press_generate(user: User, prompt: str) -> None:
    user.find(marker="prompt").clear().type(prompt)
    user.find(marker="generate").click()


def generate_button(user: User) -> ui.button:
    (button,) = user.find(marker="generate").elements
    assert isinstance(button, ui.button)
    return button


def prompt_value(user: User) -> str:
    (prompt,) = user.find(marker="prompt").elements
    assert isinstance(prompt, ui.textarea)
    return prompt.value or ""


async def test_a_prompt_becomes_a_picture(user: User, provider: EmulatedProvider) -> None:
    provider.emulator.seconds_to_draw = 1.0
    await user.open(PATH)
    await user.should_see("Your picture appears here")
    await press_generate(user, "a red kite")
    await user.should_see("Painting your picture")
    await user.should_see(marker="picture")
    (picture,) = user.find(marker="picture").elements
    assert picture.props["alt"] == "a red kite"
    assert picture.props["src"].startswith("/api/v1/generations/")
    assert generate_button(user).enabled


async def test_while_one_runs_the_button_is_off_and_says_why(user: User, provider: EmulatedProvider) -> None:
    provider.never_finish()
    await user.open(PATH)
    await press_generate(user, "a red kite")
    await user.should_see("One picture at a time")
    assert not generate_button(user).enabled
    await press_generate(user, "a second one")
    await asyncio.sleep(0.2)
    assert provider.creates == 1


async def test_a_run_started_elsewhere_gives_a_toast_and_is_shown(
    user: User, ada: SignedIn, ctx: Context, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    await user.open(PATH)
    await services.submit_generation(ctx, prompt="from my phone", owner_id=ada.owner_id)
    await press_generate(user, "from my desk")
    await user.should_see("Please wait until this generation completes")
    await user.should_see("Painting your picture")
    assert prompt_value(user) == "from my desk"
    assert provider.creates == 1


async def test_a_failure_says_why_and_try_again_keeps_the_prompt(
    user: User, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    await user.open(PATH)
    await press_generate(user, "something odd")
    await user.should_see("Painting your picture")
    provider.emulator.end(provider.last_id, "failed", error="flagged as sensitive (E005)")
    await user.should_see(FailureCode.MODERATED.sentence)
    await user.should_see("MODERATED")
    user.find(marker="try-again").click()
    await user.should_see("Your picture appears here")
    assert prompt_value(user) == "something odd"
    assert generate_button(user).enabled


async def test_a_refusal_by_the_provider_is_shown_and_frees_the_form(
    user: User, provider: EmulatedProvider
) -> None:
    provider.emulator.fault = answering(402)
    await user.open(PATH)
    await press_generate(user, "a red kite")
    await user.should_see(FailureCode.PROVIDER_BILLING.sentence)
    await user.should_see("PROVIDER_BILLING")
    assert prompt_value(user) == "a red kite"
    assert generate_button(user).enabled


async def test_an_empty_prompt_is_explained_beside_the_box(user: User, provider: EmulatedProvider) -> None:
    await user.open(PATH)
    await press_generate(user, "   ")
    await user.should_see("Please describe the picture you want.")
    await press_generate(user, "x" * 801)
    await user.should_see("Please use 800 characters or fewer (this has 801).")
    assert provider.creates == 0


async def test_ctrl_enter_submits(user: User, provider: EmulatedProvider) -> None:
    await user.open(PATH)
    user.find(marker="prompt").type("by keyboard").trigger("keydown.ctrl.enter.prevent")
    await user.should_see(marker="picture")
    assert provider.creates == 1


async def test_a_reload_shows_the_run_that_goes_on(user: User, provider: EmulatedProvider) -> None:
    provider.never_finish()
    await user.open(PATH)
    await press_generate(user, "a red kite")
    await user.should_see("Painting your picture")
    await user.open(PATH)
    await user.should_see("Painting your picture")
    assert prompt_value(user) == "a red kite"
    assert not generate_button(user).enabled
    provider.emulator.seconds_to_draw = 0
    await user.should_see(marker="picture")
    assert provider.creates == 1


async def test_a_page_left_open_after_sign_out_cannot_submit(
    user: User, ada: SignedIn, ctx: Context, provider: EmulatedProvider
) -> None:
    await user.open(PATH)
    await services.sign_out(ctx, ada.token)
    await press_generate(user, "not mine any more")
    await user.should_see("Your sign-in has ended")
    assert provider.creates == 0


async def test_a_page_left_open_after_sign_out_stops_watching(
    user: User, ada: SignedIn, ctx: Context, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    await user.open(PATH)
    await press_generate(user, "a red kite")
    await user.should_see("Painting your picture")
    await services.sign_out(ctx, ada.token)
    await user.should_see("Your sign-in has ended")
    await user.should_see("Sign in to Easel")


async def test_another_persons_run_is_not_shown(
    user: User, ben: SignedIn, ctx: Context, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    await services.submit_generation(ctx, prompt="ben's secret", owner_id=ben.owner_id)
    await user.open(PATH)
    await user.should_see("Your picture appears here")
    await user.should_not_see("ben's secret")


async def test_a_provider_that_is_down_for_a_while_is_sat_out(user: User, provider: EmulatedProvider) -> None:
    await user.open(PATH)
    provider.never_finish()
    await press_generate(user, "a red kite")
    await user.should_see("Painting your picture")
    provider.emulator.fault = answering(503)
    await asyncio.sleep(2)
    await user.should_see("Painting your picture")
    provider.emulator.fault = None
    provider.emulator.seconds_to_draw = 0
    await user.should_see(marker="picture")
