"""The cookie that holds a login session's token."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from core.settings import Settings

_DAY_SECONDS = 24 * 60 * 60


def cookie_name(settings: Settings) -> str:
    """The cookie's name; on https its `__Host-` prefix prevents other hosts of the domain from setting it."""
    return "__Host-easel_session" if settings.is_https else "easel_session"


def session_token(request: HTTPConnection, settings: Settings) -> str | None:
    """The token in the request's cookie; None without the cookie."""
    return request.cookies.get(cookie_name(settings))


def set_session_cookie(response: Response, settings: Settings, token: str) -> None:
    """Have the browser keep the token for as long as the login session may last."""
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=settings.sign_in_days * _DAY_SECONDS,
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )


def delete_session_cookie(response: Response, settings: Settings) -> None:
    """Have the browser delete the cookie."""
    response.delete_cookie(
        cookie_name(settings), path="/", secure=settings.is_https, httponly=True, samesite="lax"
    )
