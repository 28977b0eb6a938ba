"""`/dashboard/generate`: write a prompt, watch the run, see the picture, find it again."""

from nicegui import context

from core.context import Context
from ui.access import Visitor, signed_in_page
from ui.components.skeleton import studio_skeleton
from ui.content_security_policy import allow_images
from ui.frame import frame
from ui.pages.generate_screen import HEADING, PATH, GenerateScreen
from ui.words import gettext_noop, t


def register(ctx: Context) -> None:
    """Add the page."""

    @signed_in_page(ctx, PATH, title=gettext_noop("Generate · Easel"))
    async def generate(visitor: Visitor) -> None:
        # A picture that could not be stored is shown from the provider.
        allow_images(context.client.request, ctx.downloader.sources)
        with frame(
            ctx.settings,
            outline=studio_skeleton(t(HEADING), is_first_visit=not visitor.has_made),
            visitor=visitor,
        ) as page_frame:
            screen = GenerateScreen(ctx, visitor, page_frame, is_first_visit=not visitor.has_made)
            await screen.open(visitor.running)
