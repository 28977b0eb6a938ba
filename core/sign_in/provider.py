"""What every sign-in provider does: send a browser away, and turn its return into a `Person`."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import StarletteOAuth2App
from starlette.requests import Request
from starlette.responses import Response

from core.services import Person
from core.settings import SignInProviderId

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class SignInProvider(ABC):
    """A way to sign in; `label` is its name on the login page."""

    id: SignInProviderId
    label: str
    remote: StarletteOAuth2App
    anew: Mapping[str, str]
    """What has the provider ask who it is, also where it knows."""

    @property
    def has_to_tell_when(self) -> bool:
        """Whether the answer to `anew` has to have `auth_time`: OpenID Connect has it so for `max_age`."""
        return "max_age" in self.anew

    async def redirect(self, request: Request, callback_url: str, *, is_anew: bool = False) -> Response:
        """The answer that sends the browser to the provider, which sends it back to `callback_url`.

        For a sign-in `is_anew` it is told to ask who it is. Raises Authlib's and HTTP errors, and
        `TimeoutError`, when the provider's discovery fails.
        """
        async with self._conversation():
            parameters = self.anew if is_anew else {}
            response: Response = await self.remote.authorize_redirect(request, callback_url, **parameters)
            return response

    async def identify(self, request: Request) -> Person:
        """The person who came back. Raises Authlib's and HTTP errors, `TimeoutError` and `NotVerified`."""
        async with self._conversation():
            return await self._identify(request)

    async def end_session_url(self, return_url: str) -> str | None:  # noqa: ARG002  (for those that have one)
        """Where people end what keeps them signed in at the provider; None where it has no such address.

        Raises what `redirect` raises.
        """
        return None

    @abstractmethod
    async def _identify(self, request: Request) -> Person: ...

    @asynccontextmanager
    async def _conversation(self) -> AsyncIterator[None]:
        """Limits the time of all calls together: an answer in small pieces passes the limit of each read."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                yield
        except OAuthError:
            raise
        except Exception:
            # The addresses may be outdated: the next sign-in reads them again, those under way keep theirs.
            self.remote.server_metadata = {}
            raise


def text_or_none(value: object) -> str | None:
    """`value` if it is text."""
    return value if isinstance(value, str) else None
