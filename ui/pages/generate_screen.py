"""The generate screen, from a press of Generate to the picture."""

from uuid import UUID

from nicegui import ui

from core import services
from core.context import Context
from core.errors import EaselError, GenerationInFlight, RateLimited, Unauthenticated, ValidationFailed
from core.logs import request_id
from core.rate_limits import Policy
from core.services import Generation, PageLook, Standing
from core.sign_in.problems import SignInProblem
from ui.access import SignedOut, Visitor, login_path
from ui.components.gallery import Gallery
from ui.components.page_frame import PageFrame
from ui.components.prompt_box import Press, PromptBox
from ui.components.stage import Stage
from ui.lookout import Lookout
from ui.offer_watch import OfferWatch
from ui.pages.run_view import GRACE_SECONDS, RunView
from ui.words import gettext_noop, t, translated

PATH = "/dashboard/generate"
HEADING = gettext_noop("What shall we paint?")
DATABASE_AWAY_SECONDS = 2.0
IN_FLIGHT_TOAST = gettext_noop("Please wait until this generation completes")


class GenerateScreen:
    """One open page: what a person does there, and the lookout for what changes."""

    def __init__(self, ctx: Context, visitor: Visitor, frame: PageFrame, *, is_first_visit: bool) -> None:
        self._ctx = ctx
        self._visitor = visitor
        self._frame = frame
        self._request_id = request_id.get()
        self._presses: set[str] = set()
        """The keys of the presses in progress: after a reconnect the browser sends a press again."""
        self._page = visitor.keep_page()
        with ui.element("div").classes("studio"):
            self._box = PromptBox(
                on_press=self.submit,
                heading=t(HEADING),
                draft_key=visitor.opened_by.hex,
                has_examples=is_first_visit,
            )
            self._stage = Stage(
                on_try_again=self.try_again, on_cancel=self.cancel, is_first_visit=is_first_visit
            )
        self._offer = OfferWatch(ctx, visitor.opened_by, self._box.show_offer)
        self._view = RunView(
            self._page,
            box=self._box,
            stage=self._stage,
            gallery=Gallery(),
            frame=frame,
            on_change=self._offer.wake,
        )
        self._lookout = Lookout(ctx, visitor.opened_by, self.look)
        frame.on_hide(self._lookout.hide)

    async def open(self, running: UUID | None) -> None:
        """Show the generation that runs already, from another tab or from before a reload."""
        self._stage.show_empty()
        self._offer.show(self._visitor.offer)
        if running is None:
            return
        standing = await services.get_standing(self._ctx, id=running, owner_id=self._visitor.opened_by)
        if standing.generation.is_processing:
            self._box.fill(standing.generation.prompt)
            self._watch(standing)

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
            self._ctx.rate_limits.hit(Policy.CHANGES, self._visitor.opened_by)
            owner_id = await self._visitor.owner_id()
            order = services.new_order(self._ctx, **press.order)
            generation_id = await services.submit_generation(
                self._ctx, order=order, owner_id=owner_id, idempotency_key=press.key
            )
            self._watch(await services.get_standing(self._ctx, id=generation_id, owner_id=owner_id))
        except SignedOut:
            self._leave()
        except GenerationInFlight:
            ui.notify(t(IN_FLIGHT_TOAST))
            self._lookout.wake()
        except RateLimited as error:
            ui.notify(translated(*error.sentences))
        except ValidationFailed as error:
            return translated(error.sentence)
        except EaselError as error:
            self._offer.wake()
            self._view.show_error(error, prompt=press.order["prompt"])
        return ""

    async def cancel(self) -> None:
        """Cancel the run; its end is shown once the provider has confirmed it."""
        request_id.set(self._request_id)
        watched = self._view.generation
        if watched is None:
            return
        self._view.is_canceling = True
        self._view.show_phase()
        try:
            self._ctx.rate_limits.hit(Policy.CHANGES, self._visitor.opened_by)
            owner_id = await self._visitor.owner_id()
            canceled = await services.cancel_generation(self._ctx, id=watched.id, owner_id=owner_id)
        except SignedOut:
            self._leave()
            return
        except EaselError as error:
            ui.notify(translated(*error.sentences))
            canceled = self._view.generation or watched
        finally:
            self._view.is_canceling = False
        # Meanwhile a poll may have shown the end, and another generation may run.
        if self._view.is_watching(watched.id):
            self._view.show_phase()
            self._view.show(canceled)
            self._lookout.wake()

    async def look(self) -> float | None:
        """Show what has changed. Returns the seconds until the next look; None to wait for news."""
        request_id.set(self._request_id)
        try:
            return await self._show_look(await services.look_for_page(self._ctx, self._page))
        except Unauthenticated:
            self._leave()
            return None
        except EaselError:
            return DATABASE_AWAY_SECONDS

    async def _show_look(self, seen: PageLook) -> float | None:
        self._offer.compare(is_paused=seen.is_paused, is_budget_spent=seen.is_budget_spent)
        standing = seen.on_stage
        if self._view.generation is None:
            if seen.running:
                self._view.watch(seen.running)
                return self._view.seconds_to_look(seen.running)
            self._box.enable()
            self._view.show_afterwards(standing)
            return None
        if standing is None:  # deleted, by another tab
            self._view.show_nothing()
            return None
        latest = await self._latest(standing)
        if self._view.is_watching(latest.id):
            self._view.show(latest)
        return self._view.seconds_to_look(standing)

    def _watch(self, standing: Standing) -> None:
        """Show the run, and set the next look."""
        self._view.watch(standing)
        self._lookout.look_in(self._view.seconds_to_look(standing))

    def try_again(self) -> None:
        """Take the failure off the stage: the browser's next message is a press with the same prompt."""
        if self._view.generation is None:
            self._view.show_nothing()

    async def _latest(self, standing: Standing) -> Generation:
        """The generation; the provider is asked where nobody has done that in time."""
        if not standing.generation.is_processing or standing.poll_in > -GRACE_SECONDS:
            return standing.generation
        owner_id = standing.generation.owner_id
        return await services.get_generation(self._ctx, id=standing.generation.id, owner_id=owner_id)

    def _leave(self) -> None:
        """Leave for the login page, because the sign-in has ended."""
        self._lookout.close()
        self._offer.close()
        self._frame.show_running(False)
        self._box.disable(translated(SignInProblem.ENDED.sentence))
        ui.navigate.to(login_path(PATH, has_ended=True))
