"""The pages that are open in this process, by owner."""

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass
from uuid import UUID


@dataclass(eq=False)
class OpenPage:
    """A page: whose it is, by which login session it was opened, and the generation on its stage."""

    owner_id: UUID
    token_hash: bytes
    on_stage: UUID | None = None


class OpenPages:
    """All open pages of one process."""

    def __init__(self) -> None:
        self._by_owner: defaultdict[UUID, set[OpenPage]] = defaultdict(set)

    def add(self, page: OpenPage) -> None:
        """Keep the page until `discard`."""
        self._by_owner[page.owner_id].add(page)

    def discard(self, page: OpenPage) -> None:
        """Forget the page, if it is kept."""
        pages = self._by_owner[page.owner_id]
        pages.discard(page)
        if not pages:
            del self._by_owner[page.owner_id]

    def of(self, owner_id: UUID) -> Set[OpenPage]:
        """The owner's pages."""
        return self._by_owner.get(owner_id, frozenset())

    def __len__(self) -> int:
        return sum(len(pages) for pages in self._by_owner.values())
