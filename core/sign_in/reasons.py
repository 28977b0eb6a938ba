"""Why a sign-in failed, for the log: words of the standards and of ours, never what somebody sent.

The text of an error can carry codes, states and tokens; its code is whatever a visitor puts into the address.
"""

from authlib.integrations.base_client.errors import OAuthError
from httpx2 import HTTPStatusError
from joserfc.errors import JoseError

from core.sign_in.problems import NotVerified

_CODES = (
    # RFC 6749, RFC 6750 and RFC 8707
    *("invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type"),
    *("invalid_scope", "server_error", "temporarily_unavailable", "invalid_client", "invalid_grant"),
    *("unsupported_grant_type", "invalid_token", "insufficient_scope", "invalid_target"),
    # OpenID Connect Core
    *("interaction_required", "login_required", "account_selection_required", "consent_required"),
    *("invalid_request_uri", "invalid_request_object", "request_not_supported"),
    *("request_uri_not_supported", "registration_not_supported"),
    # GitHub
    *("incorrect_client_credentials", "redirect_uri_mismatch", "bad_verification_code"),
    *("unverified_user_email", "application_suspended"),
    # Authlib
    *("mismatching_state", "missing_token", "token_expired", "unsupported_token_type"),
)


def reason_of(error: Exception) -> str:
    """The error's own code where it is a known one, with the claim or the status; else its class."""
    if isinstance(error, NotVerified):
        return str(error)
    if isinstance(error, JoseError):
        return " ".join(filter(None, (error.error or type(error).__name__, getattr(error, "claim", None))))
    if isinstance(error, OAuthError) and error.error in _CODES:
        return str(error.error)
    if isinstance(error, HTTPStatusError):
        return f"status {error.response.status_code}"
    return type(error).__name__
