"""The prompt box with its counter, and the Generate button with the reason why it is off."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from core.errors import ValidationFailed
from core.services.generations import MAX_PROMPT_LENGTH, check_prompt
from ui.components.elements import Text, box, button
from ui.components.examples import examples

_PLACEHOLDER = "A lighthouse at dusk, painted in loose watercolour …"


class PromptForm:
    def __init__(
        self, on_submit: Callable[[str], Awaitable[None]], *, draft_key: str, has_examples: bool
    ) -> None:
        """`draft_key` keeps the drafts of people who share a browser apart."""
        self._on_submit = on_submit
        with box("section", "card").props('aria-label="Prompt"') as section:
            section.props["data-draft"] = draft_key
            Text("label", "Your prompt", classes="prompt-label").props('for="prompt"')
            self._prompt = self._build_prompt()
            with box("div", "prompt-foot"):
                self._problem = Text("span", classes="prompt-problem")
                self._problem.props('role="alert" id="prompt-problem"')
                Text("span", classes="prompt-problem").props('id="prompt-limit"')
                self._build_counter()
            self._button = button(
                "Generate", self._submit, classes="button--primary button--wide", marker="generate"
            )
            self._reason = Text("p", classes="small reason").mark("reason")
            self._reason.props('id="generate-reason"')
            self._button.props('aria-describedby="generate-reason"')
            if has_examples:
                examples()
        self.enable()

    def set_prompt(self, prompt: str) -> None:
        self._prompt.value = prompt

    def disable(self, reason: str) -> None:
        self._button.disable()
        self._reason.text = reason
        self._problem.show("")

    def enable(self) -> None:
        self._button.enable()
        self._reason.text = ""

    def show_problem(self, problem: str) -> None:
        self._problem.show(problem)
        self.focus()

    def focus(self) -> None:
        self._prompt.run_method("focus")

    def _build_prompt(self) -> ui.textarea:
        prompt = ui.textarea(placeholder=_PLACEHOLDER).classes("prompt").mark("prompt")
        prompt.props('for="prompt" autogrow outlined aria-describedby="prompt-problem prompt-limit"')
        prompt.on("keydown.ctrl.enter.prevent", self._submit)
        prompt.on("keydown.meta.enter.prevent", self._submit)
        return prompt

    def _build_counter(self) -> None:
        # Counted in the browser, so that typing costs no message for it.
        counter = Text("span", f"0 / {MAX_PROMPT_LENGTH}", classes="counter")
        counter.props["data-limit"] = str(MAX_PROMPT_LENGTH)

    async def _submit(self) -> None:
        if not self._button.enabled:
            return
        prompt = self._prompt.value or ""
        try:
            check_prompt(prompt)
        except ValidationFailed as error:
            self.show_problem(error.details["fieldErrors"]["prompt"][0] if error.details else "")
            return
        self._problem.show("")
        await self._on_submit(prompt)
