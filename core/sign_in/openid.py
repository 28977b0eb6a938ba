"""Any OpenID Connect provider."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from authlib.common.urls import add_params_to_uri
from starlette.requests import Request

from core.services import Person
from core.sign_in.discovery import NAMES_ITSELF
from core.sign_in.github import ORGANISATION
from core.sign_in.openid_app import OpenIdApp
from core.sign_in.problems import NotVerified
from core.sign_in.provider import SignInProvider, text_or_none
from core.sign_in.reasons import reason_of

_LONG_AGO = 10**9
_NAMES = ("name", "preferred_username", "email")

logger = logging.getLogger(__name__)

Claims = Mapping[str, Any]


@dataclass(frozen=True)
class OpenIdProvider(SignInProvider):
    """Found by its issuer's discovery document. `must_tell` says whether admission depends on its claims."""

    remote: OpenIdApp
    groups_claim: str
    must_tell: bool

    async def _identify(self, request: Request) -> Person:
        await self._check_who_answers(request)
        token = await self.remote.authorize_access_token(request)
        if "id_token" not in token:  # then "userinfo" is a part of the reply that nothing has verified
            raise NotVerified("no id_token")
        claims: Claims = token["userinfo"]
        subject: str = claims["sub"]
        if not subject or not subject.isprintable():
            raise NotVerified("no usable subject")
        more = await self._more_claims(token, claims)
        email = _verified_email(claims) or _verified_email(more)
        claims = {**more, **claims}
        name = next((claims[each] for each in _NAMES if claims.get(each)), subject)
        return Person(
            str(claims["iss"]),
            subject,
            str(name),
            text_or_none(claims.get("picture")),
            email=email,
            groups=_groups(claims.get(self.groups_claim)),
            authenticated=_authenticated(token["userinfo"]),
        )

    async def end_session_url(self, return_url: str) -> str | None:
        """By RP-initiated logout, without a hint of who it is: no ID token is kept, so the provider asks."""
        async with self._conversation():
            metadata = await self.remote.load_server_metadata()
        if "end_session_endpoint" not in metadata:
            return None
        query = {"client_id": self.remote.client_id, "post_logout_redirect_uri": return_url}
        address: str = add_params_to_uri(metadata["end_session_endpoint"], query.items())
        return address

    async def _check_who_answers(self, request: Request) -> None:
        """RFC 9207: the code of a provider that names itself is not taken to another, who would learn it."""
        state, named = (request.query_params.get(name) for name in ("state", "iss"))
        if await self.remote.framework.get_state_data(request.session, state) is None:
            return  # nobody has begun this sign-in, as Authlib will say
        metadata = await self.remote.load_server_metadata()
        if named is None and not metadata[NAMES_ITSELF]:
            return
        if named != metadata["issuer"]:
            raise NotVerified("the answer of another provider")

    async def _more_claims(self, token: Claims, claims: Claims) -> Claims:
        """Those of the userinfo endpoint, if there is one and the ID token lacks any that we use.

        Raises HTTP errors when admission depends on them, and `NotVerified` for those of somebody else.
        """
        wanted = {"name", "email", "email_verified", self.groups_claim}
        metadata = await self.remote.load_server_metadata()
        if wanted <= claims.keys() or "userinfo_endpoint" not in metadata or "access_token" not in token:
            return {}
        try:
            found: Claims = await self.remote.userinfo(token=token)
        except Exception as error:
            if self.must_tell:
                raise
            logger.info("The sign-in provider's userinfo could not be read: %s", reason_of(error))
            return {}
        if found.get("sub") != claims["sub"]:
            raise NotVerified("userinfo of somebody else")
        return found


def _authenticated(claims: Claims) -> timedelta | None:
    """How old `auth_time` was when the ID token was made: both are times of the same clock."""
    if claims.get("auth_time") is None:
        return None
    age = claims["iat"] - claims["auth_time"]
    return timedelta(seconds=min(max(0, age), _LONG_AGO))


def _verified_email(claims: Claims) -> str | None:
    """Of one answer: what it calls verified is not the address in another. Some send the claim as text."""
    is_verified = claims.get("email_verified") in (True, "true")
    return text_or_none(claims.get("email")) if is_verified else None


def _groups(value: object) -> frozenset[str]:
    """Of a claim that is a list, or the name of the only group. None is an organisation of GitHub, which this
    provider cannot vouch for."""
    names = value if isinstance(value, list) else [value]
    return frozenset(name for name in names if isinstance(name, str) and not name.startswith(ORGANISATION))
