"""Pages that take memory for nobody: anybody may ask for many, and NiceGUI keeps each for a minute, and those
to which a browser has connected, or a program in its place, for as long as it stays.

A page takes up to half a megabyte. A browser that comes for one that is gone loads it again; of one that is
forgotten while it is shown, links go on working, which is all that strangers have.
"""

from uuid import UUID

from nicegui import Client
from starlette.requests import Request

MAX_OF_STRANGERS = 150
"""To which nobody has connected, for all of them together: the login page, and what leads there."""
MAX_OF_A_PERSON = 20
MAX_SEEN_OF_STRANGERS = 1000
MAX_SEEN_OF_A_PERSON = 500


def make_room(request: Request, owner_id: UUID | None = None) -> None:
    """Note whose page is built for `request` (None: a stranger's), and forget the oldest of theirs, where
    there are too many."""
    request.state.page_of = owner_id
    theirs = [each for each in Client.instances.values() if _is_of(each, owner_id)]
    unseen = [each for each in theirs if each.environ is None]
    seen = [each for each in theirs if each.environ is not None]
    most = MAX_OF_A_PERSON if owner_id else MAX_OF_STRANGERS
    most_seen = MAX_SEEN_OF_A_PERSON if owner_id else MAX_SEEN_OF_STRANGERS
    for page in unseen[:-most] + seen[:-most_seen]:
        page.delete()


def _is_of(page: Client, owner_id: UUID | None) -> bool:
    request = page.request
    return getattr(request.state, "page_of", None) == owner_id
