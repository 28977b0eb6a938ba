"""The cookies of signing in: the login session's token, and by which provider it was begun."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from core.settings import Settings

_DAY_SECONDS = 24 * 60 * 60


def cookie_name(settings: Settings) -> str:
    """The cookie's name; on https its `__Host-` prefix prevents other hosts of the domain from setting it."""
    return _named(settings, "easel_session")


def sign_in_cookie_name(settings: Settings) -> str:
    """Of the cookie that holds a sign-in under way."""
    return _named(settings, "easel_sign_in")


def session_token(request: HTTPConnection, settings: Settings) -> str | None:
    """The token in the request's cookie; None without the cookie."""
    return request.cookies.get(cookie_name(settings))


def provider_id_of(request: HTTPConnection, settings: Settings) -> str | None:
    """By which provider this browser came in. It decides nothing but what is offered after signing out."""
    return request.cookies.get(_provider_cookie_name(settings))


def set_session_cookie(response: Response, settings: Settings, token: str, provider_id: str | None) -> None:
    """Have the browser keep the token, and the provider, for as long as the login session may last."""
    values = {cookie_name(settings): token, _provider_cookie_name(settings): provider_id}
    for name, value in values.items():
        if value is None:
            _delete(response, settings, name)
            continue
        response.set_cookie(
            name,
            value,
            max_age=settings.sign_in_days * _DAY_SECONDS,
            path="/",
            secure=settings.is_https,
            httponly=True,
            samesite="lax",
        )


def delete_session_cookie(response: Response, settings: Settings) -> None:
    """Have the browser delete the cookie, that of the provider, and what it has cached of this person.

    Not "cookies" and "storage" as well, which hold the language and the theme: `easel/kept.js` chooses there.
    """
    response.headers["Clear-Site-Data"] = '"cache"'
    _delete(response, settings, cookie_name(settings))
    _delete(response, settings, _provider_cookie_name(settings))


def _provider_cookie_name(settings: Settings) -> str:
    return _named(settings, "easel_provider")


def _named(settings: Settings, name: str) -> str:
    return f"__Host-{name}" if settings.is_https else name


def _delete(response: Response, settings: Settings, name: str) -> None:
    response.delete_cookie(name, path="/", secure=settings.is_https, httponly=True, samesite="lax")
