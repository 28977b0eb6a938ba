"""What the description of the API says of access: with what each call may be made."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from core.api.access import Needs
from core.settings import Settings
from core.sign_in.cookies import cookie_name

_COOKIE, _BEARER = "login_session", "api_token"


def describe_access(api: FastAPI, settings: Settings) -> None:
    """Have the description of `api` say with what each call may be made."""
    describe = api.openapi
    schemes = {
        _COOKIE: {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie_name(settings),
            "description": "The cookie that signing in sets.",
        },
        _BEARER: {
            "type": "http",
            "scheme": "bearer",
            "description": "An API token, which its owner has made: `Authorization: Bearer easel_...`.",
        },
    }
    described_routes = [each for each in api.routes if isinstance(each, APIRoute) and each.include_in_schema]
    suffices = {each.name: _suffices(each) for each in described_routes}

    def described() -> dict[str, Any]:
        description = describe()
        description["components"]["securitySchemes"] = schemes
        for calls in description["paths"].values():
            for call in calls.values():
                call["security"] = suffices[call["operationId"]]
        return description

    api.openapi = described  # type: ignore[method-assign]  # as FastAPI's documentation has it


def _suffices(route: APIRoute) -> list[dict[str, list[str]]]:
    needs: Needs = route.needs  # type: ignore[attr-defined]  # a route without fails here, at the start
    return [{_COOKIE: []}] if needs is Needs.COOKIE else [{_COOKIE: []}, {_BEARER: []}]
