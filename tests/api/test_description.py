"""The OpenAPI description and its page."""

import re
from typing import Any

import httpx
import pytest

from core.settings import Settings
from tests.support.application import client_for, started_app
from tests.support.database import TestDatabase

FAILURES = {
    ("/v1/generations/submit", "post"): {
        *("400", "401", "402", "403", "408", "409", "413", "415", "502", "503")
    },
    ("/v1/generations/{id}", "get"): {"400", "401", "404", "503"},
    ("/v1/generations/{id}/cancel", "post"): {"400", "401", "403", "404", "502", "503"},
    ("/v1/generations/{id}/delete", "post"): {"400", "401", "403", "404", "409", "503"},
    ("/v1/generations/{id}/restore", "post"): {"400", "401", "403", "404", "503"},
    ("/v1/generations", "get"): {"400", "401", "404", "503"},
    ("/v1/generations/delete", "post"): {"400", "401", "403", "408", "413", "415", "503"},
    ("/v1/generations/restore", "post"): {"400", "401", "403", "408", "413", "415", "503"},
    ("/v1/generations/archive", "get"): {"400", "401", "404", "503"},
    ("/v1/me", "get"): {"401", "503"},
    ("/v1/me/export", "get"): {"401", "403", "503"},
    ("/v1/me/delete", "post"): {"400", "401", "403", "408", "413", "415", "503"},
    ("/v1/me/sessions", "get"): {"401", "403", "503"},
    ("/v1/me/sessions/{id}/end", "post"): {"400", "401", "403", "404", "503"},
    ("/v1/me/sessions/end-others", "post"): {"401", "403", "503"},
    ("/v1/tokens", "get"): {"400", "401", "403", "503"},
    ("/v1/tokens", "post"): {"400", "401", "403", "408", "413", "415", "503"},
    ("/v1/tokens/{id}/revoke", "post"): {"400", "401", "403", "404", "503"},
}
TAGGED = {("/v1/generations/{id}", "get"), ("/v1/generations", "get")}
COOKIE_ONLY = {
    call
    for call in FAILURES
    if call[0].startswith(("/v1/tokens", "/v1/me/")) or call[0].endswith(("/delete", "/restore"))
}
ERROR = {"$ref": "#/components/schemas/ErrorEnvelope"}
PICTURE = ("/v1/generations/{id}/image", "get")
PICTURE_ANSWERS = {"200", "206", "304", "400", "401", "404", "416", "429", "503", "default"}


@pytest.fixture
async def description(http: httpx.AsyncClient) -> Any:
    return (await http.get("/api/openapi.json")).json()


def schema_of(description: Any, content: Any) -> Any:
    reference = content["content"]["application/json"]["schema"]["$ref"]
    return description["components"]["schemas"][reference.rpartition("/")[2]]


async def test_every_call_and_no_other_are_described(description: Any) -> None:
    assert description["servers"] == [{"url": "/api"}]
    calls = {(path, method) for path, methods in description["paths"].items() for method in methods}
    assert calls == {*FAILURES, PICTURE}
    assert set(description["paths"][PICTURE[0]]["get"]["responses"]) == PICTURE_ANSWERS


@pytest.mark.parametrize(("path", "method"), FAILURES)
async def test_every_failure_is_described_and_none_that_never_comes(
    description: Any, path: str, method: str
) -> None:
    responses = description["paths"][path][method]["responses"]
    not_modified = {"304"} if (path, method) in TAGGED else set()
    assert set(responses) == {"200", "429", "default"} | FAILURES[path, method] | not_modified
    for status in set(responses) - {"200"} - not_modified:
        assert responses[status]["content"]["application/json"]["schema"] == ERROR
    envelope = description["components"]["schemas"]["ErrorEnvelope"]
    assert envelope["properties"].keys() == {"success", "error"}
    assert envelope["properties"]["success"]["default"] is False


async def test_what_is_sent_and_what_comes_back_is_described(description: Any) -> None:
    submit = description["paths"]["/v1/generations/submit"]["post"]
    prompt = schema_of(description, submit["requestBody"])["properties"]["prompt"]
    assert (prompt["minLength"], prompt["maxLength"]) == (1, 800)
    accepted = [re.search(prompt["pattern"], text) is not None for text in ("a kite\n", " \n", "a\0", "\0")]
    assert accepted == [True, False, False, False]
    key, prefer = submit["parameters"]
    assert key["schema"]["maxLength"] == 255
    assert (prefer["name"], prefer["in"]) == ("Prefer", "header")
    schemas = description["components"]["schemas"]
    assert schemas["Status"]["enum"] == ["processing", "succeeded", "failed"]


@pytest.mark.parametrize(
    ("public_url", "cookie"),
    [("http://127.0.0.1:8080", "easel_session"), ("https://easel.test", "__Host-easel_session")],
)
async def test_every_call_is_secured_by_the_cookie_and_most_by_an_api_token_too(
    settings: Settings, database: TestDatabase, public_url: str, cookie: str
) -> None:
    changed = settings.model_copy(update={"public_url": public_url})
    async with started_app(changed, database) as started, client_for(started.app) as http:
        description = (await http.get("/api/openapi.json")).json()
    schemes = description["components"]["securitySchemes"]
    in_cookie, bearer = schemes["login_session"], schemes["api_token"]
    assert (in_cookie["type"], in_cookie["in"], in_cookie["name"]) == ("apiKey", "cookie", cookie)
    assert (bearer["type"], bearer["scheme"]) == ("http", "bearer")
    for path, calls in description["paths"].items():
        for method, call in calls.items():
            programs: list[Any] = [] if (path, method) in COOKIE_ONLY else [{"api_token": []}]
            assert call["security"] == [{"login_session": []}, *programs], path


async def test_the_headers_that_come_back_are_described(description: Any) -> None:
    submit = description["paths"]["/v1/generations/submit"]["post"]
    assert submit["responses"]["503"]["headers"].keys() == {"Retry-After"}
    assert submit["responses"]["429"]["headers"].keys() == {"Retry-After", "RateLimit", "RateLimit-Policy"}
    assert submit["responses"]["200"]["headers"].keys() == {"Retry-After", "Preference-Applied"}
    for path, method in TAGGED:
        answers = description["paths"][path][method]["responses"]
        assert "ETag" in answers["200"]["headers"]
        assert "ETag" in answers["304"]["headers"]
    answers = description["paths"][PICTURE[0]]["get"]["responses"]
    for status in ("200", "206", "304", "416"):
        assert "ETag" in answers[status]["headers"]


async def test_the_page_needs_nothing_from_another_site(http: httpx.AsyncClient) -> None:
    page = await http.get("/api/docs")
    assert page.status_code == 200
    assert not re.search(r"(https?:)?//[\w-]+\.", page.text)
    addresses = re.findall(r"""(?:src|href)="([^"]+)"|url: '([^']+)'""", page.text)
    assert len(addresses) >= 4
    for address in addresses:
        assert (await http.get("".join(address))).status_code == 200
