"""The server's side of the prompt box: it receives presses, and sends reasons and answers.

The text of the box stays in the browser. A press has the text, and a key that the browser made: after a
reconnect or a reload the browser may send a press again, and the key shows that it is the same press.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeGuard

from nicegui import ui
from nicegui.events import GenericEventArguments

from core.services import EMPTY_PROMPT, MAX_PROMPT_LENGTH, Offer
from ui.assets import asset_url
from ui.words import gettext_noop, t, translated

# The file of a small picture in `ui/static`, and the prompt.
EXAMPLES = {
    "example_lighthouse.svg": gettext_noop("A lighthouse at dusk, painted in loose watercolor"),
    "example_greenhouse.svg": gettext_noop(
        "A cozy reading nook in a greenhouse, morning light through the glass"
    ),
    "example_astronaut.svg": gettext_noop("An astronaut tending tomatoes on the moon, 1960s travel poster"),
    "example_fox.svg": gettext_noop("A red fox asleep in the snow, seen from above, soft pencil drawing"),
}


class Press(NamedTuple):
    """A press of Generate: what was chosen at that moment, and the press's `Idempotency-Key`."""

    order: dict[str, str]
    """The prompt, under that name, and whatever else the box lets a person choose."""
    key: str


class PromptBox(ui.element, component="prompt_box.js"):
    """The box for the prompt, with the Generate button, and examples for a first visit."""

    def __init__(
        self,
        on_press: Callable[[Press], Awaitable[None]],
        *,
        heading: str,
        draft_key: str,
        has_examples: bool = False,
    ) -> None:
        """`on_press` has to call `answer` once for each press; `heading` is the page's.

        `draft_key` separates the drafts and prompts of people who share a browser.
        """
        super().__init__()
        self._on_press = on_press
        self.props.update(
            {
                "heading": heading,
                "draftKey": draft_key,
                "limit": MAX_PROMPT_LENGTH,
                "emptyProblem": translated(EMPTY_PROMPT),
                "filled": "",
                "examples": _examples() if has_examples else [],
                "reason": "",
                "offer": None,
                "focusCount": 0,
            }
        )
        self.on("press", self._pressed)
        self.mark("prompt")

    def fill(self, prompt: str) -> None:
        """Show `prompt` when the page opens, unless the browser has a draft of the next one."""
        self.props["filled"] = prompt

    def disable(self, reason: str) -> None:
        """Turn Generate off; `reason` is shown beside it."""
        self.props["reason"] = reason

    def enable(self) -> None:
        """Turn Generate on."""
        self.props["reason"] = ""

    def show_offer(self, offer: Offer) -> None:
        """Show what another picture costs and what is left; Generate is off where something is in its way."""
        allowance = offer.allowance
        self.props["offer"] = {
            "model": offer.model,
            "quality": offer.quality,
            "price": None if offer.price_usd is None else float(offer.price_usd),
            "limit": allowance and allowance.limit,
            "left": allowance and allowance.left,
            "resetsAt": allowance and allowance.resets_at.isoformat(),
            "isPaused": offer.is_paused,
            "budgetResetsAt": offer.budget_resets_at.isoformat() if offer.is_budget_reached else None,
        }

    def answer(self, press: Press, problem: str = "") -> None:
        """Tell the browser that `press` is finished; `problem` is shown beside the box."""
        self.props["answer"] = {"key": press.key, "problem": problem}

    def forget_draft(self, prompt: str) -> None:
        """Delete the draft if it is still `prompt`, of which there is a picture now."""
        self.props["made"] = prompt

    def focus(self) -> None:
        """Put the cursor into the box."""
        self.props["focusCount"] += 1

    async def _pressed(self, event: GenericEventArguments) -> None:
        """Pass a press on. A browser can send anything: other events are ignored."""
        match event.args:
            case {"order": {"prompt": str()} as order, "key": str(key)} if _is_text(order):
                await self._on_press(Press(order, key))


def _examples() -> list[dict[str, str]]:
    return [{"picture": asset_url(file), "prompt": t(prompt)} for file, prompt in EXAMPLES.items()]


def _is_text(order: dict[object, object]) -> TypeGuard[dict[str, str]]:
    return all(isinstance(each, str) for pair in order.items() for each in pair)
