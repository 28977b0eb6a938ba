"""The sign-in providers in the settings. Each sends a browser away, and turns its return into a `Person`."""

import asyncio
import ssl
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from starlette.requests import Request
from starlette.responses import Response

from core.services import Person
from core.settings import Settings, SignInProviderId

_GOOGLE_ISSUER = "https://accounts.google.com"
_GITHUB_ISSUER = "https://github.com"
_TIMEOUT_SECONDS = 10.0


class NotVerified(Exception):
    """The provider's answer does not identify a person."""


@dataclass(frozen=True)
class SignInProvider(ABC):
    """A way to sign in; `label` is its name on the login page."""

    id: SignInProviderId
    label: str
    remote: StarletteOAuth2App

    async def redirect(self, request: Request, callback_url: str) -> Response:
        """The answer that sends the browser to the provider, which sends it back to `callback_url`.

        Raises Authlib's and HTTP errors, and `TimeoutError`, when the provider's discovery fails.
        """
        async with self._conversation():
            response: Response = await self.remote.authorize_redirect(request, callback_url)
            return response

    async def identify(self, request: Request) -> Person:
        """The person who came back. Raises Authlib's and HTTP errors, `TimeoutError` and `NotVerified`."""
        async with self._conversation():
            return await self._identify(request)

    @abstractmethod
    async def _identify(self, request: Request) -> Person: ...

    @asynccontextmanager
    async def _conversation(self) -> AsyncIterator[None]:
        """Limits the time of all calls together: an answer in small pieces passes the limit of each read."""
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                yield
        except OAuthError:
            raise
        except Exception:
            # Authlib keeps discovery and keys, even unusable or outdated: the next sign-in reads them again.
            self.remote.server_metadata.clear()
            raise


def create_providers(settings: Settings) -> dict[str, SignInProvider]:
    """The providers in the settings by id, in the order of the login page."""
    oauth = OAuth()
    makers = {"oidc": _oidc, "google": _google, "github": _github}
    return {
        provider_id: makers[provider_id](oauth, settings) for provider_id in settings.sign_in_provider_ids
    }


@dataclass(frozen=True)
class OpenIdProvider(SignInProvider):
    """Any OpenID Connect provider, found by its issuer's discovery document."""

    issuer: str

    async def _identify(self, request: Request) -> Person:
        # Authlib alone accepts any issuer that discovery names, and another audience with this client's azp.
        expected = {
            "iss": {"values": [self.issuer, f"{self.issuer}/"]},
            "aud": {"values": [self.remote.client_id]},
        }
        token = await self.remote.authorize_access_token(request, claims_options=expected)
        if "id_token" not in token:  # then "userinfo" is a part of the reply that nothing has verified
            raise NotVerified("no id_token")
        claims = token["userinfo"]
        subject: str = claims["sub"]
        if not subject or not subject.isprintable():
            raise NotVerified("no usable subject")
        name = claims.get("name") or claims.get("preferred_username") or claims.get("email") or subject
        return Person(str(claims["iss"]), subject, str(name), _text(claims.get("picture")))


class GitHubProvider(SignInProvider):
    """GitHub has OAuth 2 without OpenID Connect: the person is read from its API with the access token."""

    async def _identify(self, request: Request) -> Person:
        token = await self.remote.authorize_access_token(request)
        reply = await self.remote.get("user", token=token)
        reply.raise_for_status()
        profile = reply.json()
        if not isinstance(profile, dict) or not profile.get("id"):
            raise NotVerified("no id in the profile")
        name = profile.get("name") or profile.get("login") or profile["id"]
        return Person(_GITHUB_ISSUER, str(profile["id"]), str(name), _text(profile.get("avatar_url")))


# The assertions: `create_providers` takes those only whose settings are all there.
def _oidc(oauth: OAuth, settings: Settings) -> SignInProvider:
    assert settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret  # noqa: S101, PT018
    return OpenIdProvider(
        "oidc",
        settings.oidc_name or "single sign-on",
        _register_openid(
            oauth,
            "oidc",
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret.get_secret_value(),
        ),
        settings.oidc_issuer,
    )


def _google(oauth: OAuth, settings: Settings) -> SignInProvider:
    assert settings.google_client_id and settings.google_client_secret  # noqa: S101, PT018
    secret = settings.google_client_secret.get_secret_value()
    remote = _register_openid(oauth, "google", _GOOGLE_ISSUER, settings.google_client_id, secret)
    return OpenIdProvider("google", "Google", remote, _GOOGLE_ISSUER)


def _register_openid(
    oauth: OAuth, name: str, issuer: str, client_id: str, client_secret: str
) -> StarletteOAuth2App:
    return oauth.register(
        name,
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", **_client_options()},
    )


def _github(oauth: OAuth, settings: Settings) -> SignInProvider:
    assert settings.github_client_id and settings.github_client_secret  # noqa: S101, PT018
    remote = oauth.register(
        "github",
        client_id=settings.github_client_id,
        client_secret=settings.github_client_secret.get_secret_value(),
        access_token_url="https://github.com/login/oauth/access_token",  # noqa: S106  (an address)
        authorize_url="https://github.com/login/oauth/authorize",
        api_base_url="https://api.github.com/",
        client_kwargs={"scope": "read:user", **_client_options()},
    )
    return GitHubProvider("github", "GitHub", remote)


def _client_options() -> dict[str, Any]:
    return {"code_challenge_method": "S256", "timeout": _TIMEOUT_SECONDS, "verify": _certificates()}


@cache
def _certificates() -> ssl.SSLContext:
    """The certificates, read once: Authlib makes a client for each call, and reading takes 24 ms."""
    return httpx2.create_ssl_context()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
