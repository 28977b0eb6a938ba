"""An identity provider on a real socket that approves everyone, and lies when a test says so.

It speaks OpenID Connect, and GitHub's dialect of OAuth 2 beside it.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from joserfc import jws
from joserfc.jwk import ECKey, OctKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.emulator import Fault
from tests.support.servers import serve_in_thread

CLIENT_ID = "easel-client"
CLIENT_SECRET = "the secret of the client"

DISCOVERY = "/.well-known/openid-configuration"
TOKEN = "/token"
JWKS = "/jwks"
PROFILE = "/user"
EMAILS = "/user/emails"
ORGANISATIONS = "/user/orgs"
USERINFO = "/userinfo"


@dataclass
class Grant:
    """What the authorize request of a code said."""

    subject: str
    challenge: str
    nonce: str | None
    max_age: str | None = None


class IdentityProvider:
    """Its answers, each of which a test can bend; `reset` makes it honest again."""

    def __init__(self) -> None:
        self.url = ""
        self._first_key = new_key("first")
        self.reset()

    def reset(self) -> None:
        self.key = self._first_key
        self.signing_key: ECKey | OctKey = self._first_key
        self.grants: dict[str, Grant] = {}
        self.subjects: dict[str, str] = {}
        self.secrets: set[str] = set()
        self.faults: dict[str, Fault] = {}
        self.metadata: dict[str, object] = {}
        self.header: dict[str, object] = {}
        # Laid over the honest answer; None leaves a member out.
        self.claims: dict[str, object] = {}
        self.reply: dict[str, object] = {}
        self.userinfo: dict[str, object] | None = None  # None: there is no such endpoint
        self.emails: object = []
        self.organisations: list[str] = []
        self.profile: object = {"id": 583231, "login": "ada", "name": "Ada", "avatar_url": "https://a.test/a"}

    def rotate_key(self, kid: str) -> None:
        self.key = self.signing_key = new_key(kid)

    def app(self) -> Starlette:
        endpoints = {
            DISCOVERY: self._discovery,
            "/authorize": self._authorize,
            TOKEN: self._token,
            JWKS: self._jwks,
            PROFILE: self._profile,
            EMAILS: self._emails,
            ORGANISATIONS: self._organisations,
            USERINFO: self._userinfo,
        }
        routes = [
            Route(path, self._unless_faulty(path, endpoint), methods=["GET", "POST"])
            for path, endpoint in endpoints.items()
        ]
        return Starlette(routes=routes)

    def _unless_faulty(
        self, path: str, endpoint: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if path == TOKEN:
                self.secrets |= {str((await request.form())["code_verifier"]), _credentials(request)}
            fault = self.faults.get(path)
            return (await fault(request) if fault else None) or await endpoint(request)

        return answer

    async def _discovery(self, _: Request) -> Response:
        honest = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}{TOKEN}",
            "jwks_uri": f"{self.url}{JWKS}",
            "id_token_signing_alg_values_supported": ["ES256"],
        }
        if self.userinfo is not None:
            honest["userinfo_endpoint"] = f"{self.url}{USERINFO}"
        return JSONResponse(_overlaid(honest, self.metadata))

    async def _authorize(self, request: Request) -> Response:
        """Approve whoever the posted form names."""
        query = request.query_params
        subject = str((await request.form())["sub"])
        code = secrets.token_urlsafe()
        self.grants[code] = Grant(
            subject, query.get("code_challenge", ""), query.get("nonce"), query.get("max_age")
        )
        self.secrets |= {code, query["state"], query.get("nonce", code)}
        callback = {"code": code, "state": query["state"]}
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(callback)}", status_code=302)

    async def _token(self, request: Request) -> Response:
        """A code is good once, for whoever knows the verifier of its challenge."""
        form = await request.form()
        verifier = str(form.get("code_verifier", ""))
        grant = self.grants.pop(str(form.get("code")), None)
        if grant is None or grant.challenge != _s256(verifier):
            return JSONResponse({"error": "invalid_grant"}, 400)
        access_token = secrets.token_urlsafe()
        self.subjects[access_token] = grant.subject
        reply = {"access_token": access_token, "token_type": "Bearer"}
        if grant.nonce:
            reply["id_token"] = self._id_token(grant)
        self.secrets |= set(reply.values()) - {"Bearer"}
        return JSONResponse(_overlaid(reply, self.reply))

    def _id_token(self, grant: Grant) -> str:
        now = int(time.time())
        honest = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": grant.subject,
            "name": grant.subject.title(),
            "nonce": grant.nonce,
            "iat": now,
            "exp": now + 300,
        }
        if grant.max_age is not None:
            honest["auth_time"] = now
        header = _overlaid({"alg": "ES256", "kid": self.signing_key.kid}, self.header)
        payload = json.dumps(_overlaid(honest, self.claims)).encode()
        if header["alg"] == "none":
            return f"{_base64(json.dumps(header).encode())}.{_base64(payload)}."
        return jws.serialize_compact(header, payload, self.signing_key)

    async def _jwks(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _profile(self, request: Request) -> Response:
        """GitHub's `GET /user`."""
        if _credentials(request) not in self.secrets:
            return JSONResponse({"message": "Requires authentication"}, 401)
        return JSONResponse(self.profile)

    async def _emails(self, _: Request) -> Response:
        """GitHub's `GET /user/emails`."""
        return JSONResponse(self.emails)

    async def _organisations(self, request: Request) -> Response:
        """GitHub's `GET /user/orgs`, page by page."""
        page, size = (int(request.query_params[name]) for name in ("page", "per_page"))
        part = self.organisations[(page - 1) * size : page * size]
        return JSONResponse([{"login": each, "id": 1} for each in part])

    async def _userinfo(self, request: Request) -> Response:
        subject = self.subjects.get(_credentials(request))
        return JSONResponse({"sub": subject, **(self.userinfo or {})}, 200 if subject else 401)


@contextmanager
def served_identity_provider() -> Iterator[IdentityProvider]:
    provider = IdentityProvider()
    with serve_in_thread(provider.app()) as url:
        provider.url = url
        yield provider


def new_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", parameters={"kid": kid})


def _credentials(request: Request) -> str:
    """What follows `Basic` or `Bearer`."""
    return request.headers.get("authorization", "").partition(" ")[2]


def _overlaid(honest: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in ({**honest, **changes}).items() if value is not None}


def _s256(verifier: str) -> str:
    return _base64(hashlib.sha256(verifier.encode()).digest())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
