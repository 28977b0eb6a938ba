"""What every request passes, pages and API alike. Plain ASGI: a JSON route pays next to nothing for it."""

from core.middleware.body_limit import BodyLimitMiddleware
from core.middleware.cross_site import CrossSiteMiddleware
from core.middleware.error_boundary import ErrorBoundaryMiddleware
from core.middleware.head import HeadMiddleware
from core.middleware.request_id import RequestIdMiddleware
from core.middleware.security_headers import SecurityHeadersMiddleware, security_headers
from core.middleware.sign_in_session import SignInSessionMiddleware
from core.middleware.stranger_limit import StrangerLimitMiddleware

__all__ = [
    "BodyLimitMiddleware",
    "CrossSiteMiddleware",
    "ErrorBoundaryMiddleware",
    "HeadMiddleware",
    "RequestIdMiddleware",
    "SecurityHeadersMiddleware",
    "SignInSessionMiddleware",
    "StrangerLimitMiddleware",
    "security_headers",
]
