"""The generate screen, from a press of Generate to the picture."""

import time
from uuid import UUID

from nicegui import ui

from core import services
from core.context import Context
from core.errors import EaselError, GenerationInFlight, NotFound, ValidationFailed
from core.logs import request_id
from core.services import FailureCode, Generation
from ui.access import SignedOut, Visitor, login_path
from ui.components.gallery import Gallery
from ui.components.page_frame import PageFrame
from ui.components.prompt_box import Press, PromptBox
from ui.components.stage import Stage

PATH = "/dashboard/generate"
TICK_SECONDS = 0.5
POLL_SECONDS = 1.5
SAVING_POLL_SECONDS = 0.5
IDLE_POLL_SECONDS = 4.0
# For how long a picture waits for its copy in the store; after that it is shown from the provider.
SAVING_SECONDS = 20.0
IN_FLIGHT_TOAST = "Please wait until this generation completes"
IN_FLIGHT_REASON = "One picture at a time: this one has to finish first."
SIGNED_OUT = "Your sign-in has ended. Please sign in again."


class GenerateScreen:
    """One open page: its prompt box, its stage, its pictures, and the timer that watches the run."""

    def __init__(self, ctx: Context, visitor: Visitor, top_bar: PageFrame, *, is_first_visit: bool) -> None:
        self._ctx = ctx
        self._visitor = visitor
        self._top_bar = top_bar
        self._request_id = request_id.get()
        self._generation: Generation | None = None
        self._saving_since: float | None = None
        self._is_canceling = False
        self._presses: set[str] = set()
        """The keys of the presses in progress: after a reconnect the browser sends a press again."""
        with ui.element("div").classes("studio"):
            self._box = PromptBox(
                on_press=self.submit, draft_key=visitor.opened_by.hex, has_examples=is_first_visit
            )
            self._stage = Stage(on_try_again=self.try_again, on_cancel=self.cancel)
        self._gallery = Gallery()
        self._next_poll = time.monotonic() + IDLE_POLL_SECONDS
        self._timer = ui.timer(TICK_SECONDS, self.tick, immediate=False)

    async def open(self) -> None:
        """Show the generation that runs already, from another tab or from before a reload."""
        self._stage.show_empty()
        await self._resume(self._visitor.opened_by)
        if self._generation:
            self._box.fill(self._generation.prompt)

    async def submit(self, press: Press) -> None:
        """Start a generation for the press, once, and answer the press."""
        if press.key in self._presses:
            return
        self._presses.add(press.key)
        request_id.set(self._request_id)
        problem = ""
        try:
            problem = await self._start(press)
        finally:
            self._presses.discard(press.key)
            self._box.answer(press, problem)

    async def _start(self, press: Press) -> str:
        """Start a generation, if still signed in. Returns the problem of the prompt, or an empty text."""
        try:
            owner_id = await self._visitor.owner_id()
            order = services.new_order(self._ctx, **press.order)
            generation_id = await services.submit_generation(
                self._ctx, order=order, owner_id=owner_id, idempotency_key=press.key
            )
            await self._watch(await services.get_generation(self._ctx, id=generation_id, owner_id=owner_id))
        except SignedOut:
            self._leave()
        except GenerationInFlight:
            ui.notify(IN_FLIGHT_TOAST)
            await self.poll()
        except ValidationFailed as error:
            return error.sentence
        except EaselError as error:
            self._show_error(error)
        return ""

    async def cancel(self) -> None:
        """Cancel the run; its end is shown once the provider has confirmed it."""
        request_id.set(self._request_id)
        watched = self._generation
        if watched is None:
            return
        self._is_canceling = True
        self._stage.show_phase(watched.current_phase, is_canceling=True)
        try:
            owner_id = await self._visitor.owner_id()
            canceled = await services.cancel_generation(self._ctx, id=watched.id, owner_id=owner_id)
        except SignedOut:
            self._leave()
            return
        except EaselError as error:
            ui.notify(error.message)
            canceled = self._generation or watched
        finally:
            self._is_canceling = False
        # Meanwhile a poll may have shown the end, and another generation may run.
        if self._generation and self._generation.id == watched.id:
            self._stage.show_phase(canceled.current_phase)
            await self._show(canceled)

    async def tick(self) -> None:
        """Poll when it is time: often during a run, seldom otherwise."""
        if time.monotonic() >= self._next_poll:
            await self.poll()
            self._next_poll = time.monotonic() + self._poll_seconds()

    def _poll_seconds(self) -> float:
        if self._generation is None:
            return IDLE_POLL_SECONDS
        return POLL_SECONDS if self._generation.is_processing else SAVING_POLL_SECONDS

    async def poll(self) -> None:
        """Read the running generation, or find one that was started elsewhere."""
        request_id.set(self._request_id)
        try:
            owner_id = await self._visitor.owner_id()
            if self._generation is None:
                await self._resume(owner_id)
                await self._look_whether_kept(owner_id)
            else:
                await self._show(
                    await services.get_generation(self._ctx, id=self._generation.id, owner_id=owner_id)
                )
        except SignedOut:
            self._leave()
        except NotFound:
            self.try_again()
        except EaselError:
            return  # the database is away for a moment: the next tick asks again

    async def _look_whether_kept(self, owner_id: UUID) -> None:
        """Show whether a picture that is shown from the provider has been stored, or lost, meanwhile."""
        if self._stage.not_kept is None:
            return
        try:
            shown = await services.get_generation(self._ctx, id=self._stage.not_kept, owner_id=owner_id)
        except NotFound:
            self._stage.show_empty()
            return
        if shown.stored_at:
            self._stage.show_picture(shown)
        elif shown.is_lost:
            self._stage.show_lost()

    def try_again(self) -> None:
        """Go back to the form, with the prompt unchanged."""
        self._stop_watching()
        self._stage.show_empty()
        self._box.focus()

    async def _resume(self, owner_id: UUID) -> None:
        running = await services.get_active_generation(self._ctx, owner_id=owner_id)
        if running:
            await self._watch(running)
        else:
            self._box.enable()

    async def _watch(self, generation: Generation) -> None:
        self._generation = generation
        self._box.disable(IN_FLIGHT_REASON)
        self._top_bar.show_running(True)
        self._stage.show_running(generation, await services.get_progress(self._ctx, generation))
        self._next_poll = time.monotonic() + POLL_SECONDS
        await self._show(generation)

    async def _show(self, generation: Generation) -> None:
        """Show the changes of the generation that is watched."""
        before, self._generation = self._generation, generation
        if generation.is_processing or self._is_being_saved(generation):
            if before is None or before.current_phase is not generation.current_phase:
                self._stage.show_phase(generation.current_phase, is_canceling=self._is_canceling)
            return
        self._stop_watching()
        failure = generation.failure
        if failure is None:
            self._box.forget_draft(generation.prompt)
            self._stage.show_picture(generation)
            return
        self._stage.show_failure(failure.code, failure.sentence)
        if failure.code is FailureCode.MODERATED:
            self._box.focus()

    def _is_being_saved(self, generation: Generation) -> bool:
        self._saving_since = self._saving_since or time.monotonic()
        return generation.needs_storing and time.monotonic() - self._saving_since < SAVING_SECONDS

    def _show_error(self, error: EaselError) -> None:
        self._gallery.refresh()
        self._stage.show_failure((error.details or {}).get("cause", error.code), error.message)

    def _stop_watching(self) -> None:
        self._generation = None
        self._saving_since = None
        self._gallery.refresh()
        self._top_bar.show_running(False)
        self._box.enable()

    def _leave(self) -> None:
        """Leave for the login page, because the sign-in has ended."""
        self._timer.deactivate()
        self._top_bar.show_running(False)
        self._box.disable(SIGNED_OUT)
        ui.notify(SIGNED_OUT)
        ui.navigate.to(login_path(PATH))
