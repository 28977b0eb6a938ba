"""Wrong methods: 405, with every allowed method in `Allow`."""

from fastapi import APIRouter
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from core.errors import MethodNotAllowed


def refuse_other_methods(router: APIRouter) -> None:
    """Put a refusal of all other methods after the routes of each path.

    Without it `GET /generations/submit` would be taken for a generation called "submit", and
    `Allow` would name the methods of the first route only.
    """
    methods: dict[str, set[str]] = {}
    last_index: dict[str, int] = {}
    for index, route in enumerate(router.routes):
        if isinstance(route, Route):
            methods.setdefault(route.path, set()).update(route.methods or ())
            last_index[route.path] = index
    for path in sorted(last_index, key=lambda path: -last_index[path]):
        refusal = Route(path, _Refusal(methods[path]), name="refusal", include_in_schema=False)
        router.routes.insert(last_index[path] + 1, refusal)


class _Refusal:
    """A bare ASGI endpoint, which Starlette hands every method."""

    def __init__(self, allowed: set[str]) -> None:
        self.allowed = ", ".join(sorted(allowed))

    async def __call__(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        raise MethodNotAllowed(self.allowed)
