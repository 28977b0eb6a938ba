"""Pages to which no browser has connected: NiceGUI keeps each for a minute, and anybody may ask for many.

A page takes up to half a megabyte. A browser that comes for one that is gone loads it again.
"""

from uuid import UUID

from nicegui import Client
from starlette.requests import Request

MAX_OF_STRANGERS = 150
"""For all of them together: the login page, and what leads there."""
MAX_OF_A_PERSON = 20


def make_room(request: Request, owner_id: UUID | None = None) -> None:
    """Note whose page is built for `request` (None: a stranger's), and forget the oldest of theirs, where
    there are too many."""
    request.state.page_of = owner_id
    unseen = [each for each in Client.instances.values() if each.environ is None and _is_of(each, owner_id)]
    most = MAX_OF_A_PERSON if owner_id else MAX_OF_STRANGERS
    for page in unseen[:-most]:
        page.delete()


def _is_of(page: Client, owner_id: UUID | None) -> bool:
    request = page.request
    return getattr(request.state, "page_of", None) == owner_id
