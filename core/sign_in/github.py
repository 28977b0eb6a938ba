"""GitHub has OAuth 2 without OpenID Connect: the person is read from its API with the access token."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from core.services import Person
from core.sign_in.problems import NotVerified
from core.sign_in.provider import SignInProvider, text_or_none

ISSUER = "https://github.com"
ORGANISATION = "github:"
"""What a group of the settings begins with that is an organisation here, and not a group elsewhere."""
_PAGE = 100
_MAX_PAGES = 10


@dataclass(frozen=True)
class GitHubProvider(SignInProvider):
    """`organisations` are those that decide about anybody; without any, GitHub is not asked for them."""

    organisations: frozenset[str]

    async def _identify(self, request: Request) -> Person:
        token = await self.remote.authorize_access_token(request)
        profile = await self._read("user", token)
        if not isinstance(profile, dict) or not profile.get("id"):
            raise NotVerified("no id in the profile")
        name = profile.get("name") or profile.get("login") or profile["id"]
        return Person(
            ISSUER,
            str(profile["id"]),
            str(name),
            text_or_none(profile.get("avatar_url")),
            email=_primary_email(await self._read("user/emails", token)),
            groups=await self._organisations_of(token) if self.organisations else frozenset(),
        )

    async def _organisations_of(self, token: Mapping[str, Any]) -> frozenset[str]:
        """Those of `organisations` that the person is a member of; their names have no case."""
        logins: set[str] = set()
        for page in range(1, _MAX_PAGES + 1):
            found = _dictionaries(await self._read(f"user/orgs?per_page={_PAGE}&page={page}", token))
            logins |= {str(each.get("login")).casefold() for each in found}
            if len(found) < _PAGE:
                break
        return frozenset(
            each for each in self.organisations if each.removeprefix(ORGANISATION).casefold() in logins
        )

    async def _read(self, path: str, token: Mapping[str, Any]) -> Any:
        reply = await self.remote.get(path, token=token)
        reply.raise_for_status()
        return reply.json()


def _primary_email(emails: object) -> str | None:
    """The primary one, if it is verified."""
    for each in _dictionaries(emails):
        if each.get("primary") is True and each.get("verified") is True:
            return text_or_none(each.get("email"))
    return None


def _dictionaries(values: object) -> list[dict[str, Any]]:
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []
