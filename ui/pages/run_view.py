"""What the generate page shows of a run: its progress, its picture, or why there is none."""

import time
from collections.abc import Callable
from uuid import UUID

from core import services
from core.errors import EaselError
from core.services import FailureCode, Generation, OpenPage, Phase, Standing
from ui.components.gallery import Gallery
from ui.components.page_frame import PageFrame
from ui.components.prompt_box import PromptBox
from ui.components.stage import Stage
from ui.words import gettext_noop, t, translated

# Who polls the provider tells of a change at once; else a look finds out, this long after the poll was due.
GRACE_SECONDS = 1.0
# For how long a picture waits for its copy in the store; after that it is shown from the provider.
SAVING_SECONDS = 20.0
# A create that the provider has not answered for so long is told.
CONFIRMED_SECONDS = 3.0
IN_FLIGHT_REASON = gettext_noop("One picture at a time: this one has to finish first.")


class RunView:
    """Sets prompt box, stage, gallery and progress bar of one page by the generation that it watches."""

    def __init__(
        self,
        page: OpenPage,
        *,
        box: PromptBox,
        stage: Stage,
        gallery: Gallery,
        frame: PageFrame,
        on_change: Callable[[], None],
    ) -> None:
        """`on_change` is called when a run begins or ends, which changes what its owner may still start."""
        self._page = page
        self._box = box
        self._stage = stage
        self._gallery = gallery
        self._frame = frame
        self._on_change = on_change
        self._saving_until: float | None = None
        self._began_at = 0.0
        self._shown: tuple[Phase, bool, bool] | None = None
        self.generation: Generation | None = None
        """The generation that is watched: until it has ended, and its picture is stored."""
        self.is_canceling = False

    def is_watching(self, id: UUID) -> bool:
        """Whether that generation is watched."""
        return self.generation is not None and self.generation.id == id

    def watch(self, standing: Standing) -> None:
        """Show the run from now on.

        One that is shown already stays as it is: drawn anew, its Cancel would lose the focus.
        """
        generation = standing.generation
        if self.is_watching(generation.id):
            return
        self.generation = generation
        self._page.on_stage = generation.id
        self._saving_until = None
        self._began_at = time.monotonic() - standing.age
        self._box.disable(t(IN_FLIGHT_REASON))
        self._frame.show_running(True)
        self._on_change()
        self._shown = None
        self._stage.show_running(generation, standing.age, services.estimate(standing.history))
        self.show(generation)

    def show(self, generation: Generation) -> None:
        """Show the changes of the generation that is watched."""
        self.generation = generation
        if generation.is_processing or self._is_being_saved(generation):
            self.show_phase()
            return
        self._stop_watching()
        failure = generation.failure
        if failure is None:
            self._box.forget_draft(generation.prompt)
            self._stage.show_picture(generation)
            return
        self._stage.show_failure(failure.code, translated(*failure.sentences), prompt=generation.prompt)
        if failure.code is FailureCode.MODERATED:
            self._box.focus()

    def show_phase(self) -> None:
        """Show the phase of the generation that is watched."""
        if self.generation is None:
            return
        is_uncertain = self.generation.is_unconfirmed and self._age() > CONFIRMED_SECONDS
        shown = (self.generation.current_phase, self.is_canceling, is_uncertain)
        if shown != self._shown:  # each is a message to the browser
            self._shown = shown
            phase, is_canceling, _ = shown
            self._stage.show_phase(phase, is_canceling=is_canceling, is_uncertain=is_uncertain)

    def _age(self) -> float:
        return time.monotonic() - self._began_at

    def show_afterwards(self, standing: Standing | None) -> None:
        """Show what has become of the generation on the stage: it may have been deleted, and a picture that
        is shown from the provider may have been stored, or lost."""
        if standing is None:
            if self._page.on_stage:
                self._gallery.refresh()
                self.show_nothing()
        elif self._stage.not_kept is None:
            return
        elif standing.generation.stored_at:
            self._stage.show_picture(standing.generation)
        elif standing.generation.is_lost:
            self._stage.show_lost()

    def show_error(self, error: EaselError, *, prompt: str) -> None:
        """Show why nothing was started."""
        if self.generation is None:
            self._page.on_stage = None
        self._gallery.refresh()
        cause = (error.details or {}).get("cause", error.code)
        self._stage.show_failure(cause, translated(*error.sentences), prompt=prompt)

    def show_nothing(self) -> None:
        """Show the empty sheet, and watch nothing."""
        if self.generation:
            self._stop_watching()
        self._page.on_stage = None
        self._stage.show_empty()

    def seconds_to_look(self, standing: Standing) -> float | None:
        """When to look at the generation again, whatever is told until then; None when that is not needed."""
        if self.generation is None:
            return None
        if self.generation.is_unconfirmed and self._age() <= CONFIRMED_SECONDS:
            return CONFIRMED_SECONDS
        if self.generation.is_processing:
            return max(standing.poll_in, 0.0) + GRACE_SECONDS
        return max(0.0, (self._saving_until or 0.0) - time.monotonic())

    def _is_being_saved(self, generation: Generation) -> bool:
        self._saving_until = self._saving_until or time.monotonic() + SAVING_SECONDS
        return generation.needs_storing and time.monotonic() < self._saving_until

    def _stop_watching(self) -> None:
        self.generation = None
        self._gallery.refresh()
        self._frame.show_running(False)
        self._box.enable()
        self._on_change()
