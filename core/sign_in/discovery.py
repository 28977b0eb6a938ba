"""What a provider's discovery document is believed, whatever else it says."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from core.sign_in.problems import NotVerified

# Of keys that the provider alone has. Anybody can sign with `none`, and whoever knows the secret with HS256.
_ASYMMETRIC = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519", "Ed448"),
)
_REQUIRED = {"authorization_endpoint", "token_endpoint", "jwks_uri"}
_ADDRESSES = (*sorted(_REQUIRED), "userinfo_endpoint", "end_session_endpoint")

ALGORITHMS = "id_token_signing_alg_values_supported"
NAMES_ITSELF = "authorization_response_iss_parameter_supported"


def believed(document: object, issuer: str) -> dict[str, Any]:
    """What Authlib may know of it; raises `NotVerified`.

    Nothing else is passed on: Authlib would take a `verify` or `code_challenge_method` in it for an option.
    """
    if not isinstance(document, dict):
        raise NotVerified("discovery is no object")
    if not is_issuer(document.get("issuer"), issuer):
        raise NotVerified("discovery names another issuer than the settings")
    return {
        "issuer": document["issuer"],
        NAMES_ITSELF: document.get(NAMES_ITSELF) is True,
        ALGORITHMS: _algorithms(document.get(ALGORITHMS)),
        "token_endpoint_auth_method": _authentication(document.get("token_endpoint_auth_methods_supported")),
        **_addresses(document, issuer),
    }


def is_issuer(value: object, issuer: str) -> bool:
    """Whether it is the configured one, which people write with and without the slash at its end."""
    bare = issuer.removesuffix("/")
    return value in (bare, f"{bare}/")


def _algorithms(advertised: object) -> list[str]:
    """Those that both sides know; the standard's default for a provider that says nothing."""
    if advertised is None:
        return ["RS256"]
    found = [each for each in _ASYMMETRIC if isinstance(advertised, list) and each in advertised]
    if not found:
        raise NotVerified("discovery offers no asymmetric algorithm for ID tokens")
    return found


def _authentication(advertised: object) -> str:
    """How the secret is sent to the token endpoint: by Basic, unless the provider takes the form only."""
    methods = advertised if isinstance(advertised, list) else ["client_secret_basic"]
    for method in ("client_secret_basic", "client_secret_post"):
        if method in methods:
            return method
    raise NotVerified("discovery offers neither client_secret_basic nor client_secret_post")


def _addresses(document: Mapping[str, Any], issuer: str) -> dict[str, str]:
    """Those that are there; with an issuer on https none may leave it."""
    found = {name: document[name] for name in _ADDRESSES if document.get(name) is not None}
    if not found.keys() >= _REQUIRED:
        raise NotVerified("discovery lacks an address")
    schemes = {"https"} if urlsplit(issuer).scheme == "https" else {"http", "https"}
    if not all(isinstance(each, str) and urlsplit(each).scheme in schemes for each in found.values()):
        raise NotVerified("discovery has an address that is not on https")
    return found
