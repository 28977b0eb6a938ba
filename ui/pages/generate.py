"""`/dashboard/generate`: write a prompt, watch the run, see the picture."""

from nicegui import ui

from core import services
from core.context import Context
from core.errors import EaselError, GenerationInFlight, NotFound
from core.models import Generation
from ui.access import SignedOut, Visitor, login_path, signed_in_page
from ui.components.canvas import Canvas
from ui.components.elements import Text, box
from ui.components.prompt_form import PromptForm
from ui.frame import frame

PATH = "/dashboard/generate"
POLL_SECONDS = 1.5
IN_FLIGHT_TOAST = "Please wait until this generation completes"
IN_FLIGHT_REASON = "One picture at a time: this one has to finish first."


def register(ctx: Context) -> None:
    @signed_in_page(ctx, PATH, title="Generate · Easel")
    async def generate(visitor: Visitor) -> None:
        with frame(ctx.settings, person_name=visitor.name) as top_bar:
            Text("h1", "What shall we paint?", classes="page-title")
            await GenerateScreen(ctx, visitor, top_bar).open()


class GenerateScreen:
    """One open page: its form, its canvas, and the timer that watches the run."""

    def __init__(self, ctx: Context, visitor: Visitor, top_bar: ui.element) -> None:
        self._ctx = ctx
        self._visitor = visitor
        self._top_bar = top_bar
        self._generation: Generation | None = None
        with box("div", "studio"):
            self._form = PromptForm(on_submit=self.submit)
            self._canvas = Canvas(on_try_again=self.try_again)
        self._timer = ui.timer(POLL_SECONDS, self.poll, active=False, immediate=False)

    async def open(self) -> None:
        """Show the generation that is running already, in another tab or before a reload."""
        running = await services.get_active_generation(self._ctx, owner_id=await self._visitor.owner_id())
        if running:
            self._form.set_prompt(running.prompt)
            self._show(running)
        else:
            self._canvas.show_empty()

    async def submit(self, prompt: str) -> None:
        """Start a generation, if still signed in; an error is shown and the prompt kept."""
        self._form.disable("Starting …")
        try:
            owner_id = await self._visitor.owner_id()
            generation_id = await services.submit_generation(self._ctx, prompt=prompt, owner_id=owner_id)
            self._show(await services.get_generation(self._ctx, id=generation_id, owner_id=owner_id))
        except SignedOut:
            self._leave()
        except GenerationInFlight:
            ui.notify(IN_FLIGHT_TOAST)
            await self._resume_other()
        except EaselError as error:
            self._form.enable()
            self._show_error(error)

    async def poll(self) -> None:
        """Look at the running generation; show it when it has changed."""
        if self._generation is None:
            self._timer.deactivate()
            return
        try:
            owner_id = await self._visitor.owner_id()
            current = await services.get_generation(self._ctx, id=self._generation.id, owner_id=owner_id)
        except SignedOut:
            self._leave()
        except NotFound:
            self.try_again()
        except EaselError:
            return  # the database is away for a moment: the next tick asks again
        else:
            if not current.is_processing:
                self._show(current)

    def try_again(self) -> None:
        """Back to the form, with the prompt as it was."""
        self._stop_watching()
        self._canvas.show_empty()
        self._form.focus()

    async def _resume_other(self) -> None:
        """Show the run that was started elsewhere and is in this one's way."""
        owner_id = await self._visitor.owner_id()
        running = await services.get_active_generation(self._ctx, owner_id=owner_id)
        if running:
            self._show(running)
        else:
            self._form.enable()

    def _show(self, generation: Generation) -> None:
        if generation.is_processing:
            self._generation = generation
            self._form.disable(IN_FLIGHT_REASON)
            self._canvas.show_running(generation)
            self._top_bar.classes("is-running")
            self._timer.activate()
            return
        self._stop_watching()
        if generation.result_url:
            self._canvas.show_picture(generation)
        elif generation.error_code:
            self._canvas.show_failure(generation.error_code.sentence, generation.error_code.value)

    def _show_error(self, error: EaselError) -> None:
        problems = (error.details or {}).get("fieldErrors", {}).get("prompt")
        if problems:
            self._form.show_problem(problems[0])
        else:
            cause = (error.details or {}).get("cause", error.code)
            self._canvas.show_failure(error.message, cause)

    def _stop_watching(self) -> None:
        self._timer.deactivate()
        self._generation = None
        self._top_bar.classes(remove="is-running")
        self._form.enable()

    def _leave(self) -> None:
        """The sign-in has ended: nothing can be done on this page any more."""
        self._timer.deactivate()
        self._top_bar.classes(remove="is-running")
        self._form.disable("Your sign-in has ended. Please sign in again.")
        ui.notify("Your sign-in has ended. Please sign in again.")
        ui.navigate.to(login_path(PATH))
