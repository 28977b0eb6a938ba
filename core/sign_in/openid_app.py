"""Authlib's OpenID Connect, where it believes more than it should: discovery, keys, ID tokens, secrets."""

import base64
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from authlib.integrations.starlette_client import StarletteOAuth2App
from authlib.oidc.core import CodeIDToken, UserInfo
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyCurveError, InvalidKeyIdError, InvalidKeyTypeError
from joserfc.jws import JWSRegistry

from core.sign_in.discovery import ALGORITHMS, believed
from core.sign_in.problems import NotVerified
from core.sign_in.signing_keys import SigningKeys

_KEPT_SECONDS = 3600.0
_LOADED_AT = "_loaded_at"
_OF_ANOTHER_KEY = (BadSignatureError, InvalidKeyCurveError, InvalidKeyIdError, InvalidKeyTypeError)


class OpenIdApp(StarletteOAuth2App):  # type: ignore[misc]  # Authlib has no types
    """The provider as this site's sign-in knows it, by its `issuer`."""

    def __init__(self, *args: Any, issuer: str, **options: Any) -> None:
        methods = [("client_secret_basic", _form_encoded_basic)]
        super().__init__(*args, client_auth_methods=methods, **options)
        self.issuer = issuer
        self.server_metadata: Mapping[str, Any] = {}
        self.keys = SigningKeys(self._fetch_keys)

    async def load_server_metadata(self) -> Mapping[str, Any]:
        """Discovery, read again now and then; never changed in place, as other sign-ins look at it too."""
        if time.monotonic() - self.server_metadata.get(_LOADED_AT, float("-inf")) > _KEPT_SECONDS:
            document = await self._read(self._server_metadata_url)
            self.server_metadata = {**believed(document, self.issuer), _LOADED_AT: time.monotonic()}
        return self.server_metadata

    async def parse_id_token(self, token: Mapping[str, Any], nonce: str, **_: object) -> UserInfo:
        """The claims of `token`'s ID token; raises joserfc's errors and `NotVerified`."""
        metadata = await self.load_server_metadata()
        decoded = await self._decoded(token["id_token"], _registry(metadata))
        if str(decoded.header.get("typ")).lower().endswith("+jwt"):  # an access token, a logout token ...
            raise NotVerified("a token of another kind in place of the ID token")
        # Authlib alone accepts another audience with this client's azp.
        expected = {"iss": {"value": metadata["issuer"]}, "aud": {"value": self.client_id}}
        context = {"nonce": nonce, "client_id": self.client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(decoded.claims, decoded.header, expected, context)
        claims.validate(leeway=120)
        return UserInfo(claims)

    async def _decoded(self, id_token: str, registry: JWSRegistry) -> jwt.Token:
        """With newer keys where the known ones do not fit: a new one may have the name of an old one."""
        keys = await self.keys.get()
        try:
            return jwt.decode(id_token, keys, registry=registry)
        except _OF_ANOTHER_KEY:
            newer = await self.keys.newer_than(keys)
            if newer is None:
                raise
            return jwt.decode(id_token, newer, registry=registry)

    async def _fetch_keys(self) -> object:
        return await self._read((await self.load_server_metadata())["jwks_uri"])

    async def _read(self, address: str) -> object:
        async with self._get_session() as http:
            reply = await http.request("GET", address, withhold_token=True)
            reply.raise_for_status()
            document: object = reply.json()
            return document


def _registry(metadata: Mapping[str, Any]) -> JWSRegistry:
    return JWSRegistry(algorithms=metadata[ALGORITHMS], strict_check_header=False)


def _form_encoded_basic(
    client: Any, _method: str, uri: str, headers: dict[str, str], body: str
) -> tuple[str, dict[str, str], str]:
    """RFC 6749, 2.3.1: each part is form-encoded first, or a `+` or `%` in a secret would not arrive."""
    pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return uri, headers, body
