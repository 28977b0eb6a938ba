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
}
ERROR = {"$ref": "#/components/schemas/ErrorEnvelope"}
PICTURE = ("/v1/generations/{id}/image", "get")
PICTURE_ANSWERS = {"200", "206", "304", "400", "401", "404", "416", "503", "default"}


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
    assert set(responses) == {"200", "default"} | FAILURES[path, method]
    for status in set(responses) - {"200"}:
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
    [key] = submit["parameters"]
    assert key["schema"]["maxLength"] == 255
    schemas = description["components"]["schemas"]
    assert schemas["Status"]["enum"] == ["processing", "succeeded", "failed"]


@pytest.mark.parametrize(
    ("public_url", "cookie"),
    [("http://127.0.0.1:8080", "easel_session"), ("https://easel.test", "__Host-easel_session")],
)
async def test_every_call_is_secured_by_the_cookie_that_signing_in_sets(
    settings: Settings, database: TestDatabase, public_url: str, cookie: str
) -> None:
    changed = settings.model_copy(update={"public_url": public_url})
    async with started_app(changed, database) as started, client_for(started.app) as http:
        description = (await http.get("/api/openapi.json")).json()
    [(name, scheme)] = description["components"]["securitySchemes"].items()
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "cookie", cookie)
    calls = [call for methods in description["paths"].values() for call in methods.values()]
    assert [call["security"] for call in calls] == [[{name: []}]] * len(calls)


async def test_the_headers_that_come_back_are_described(description: Any) -> None:
    submit = description["paths"]["/v1/generations/submit"]["post"]
    assert submit["responses"]["503"]["headers"].keys() == {"Retry-After"}
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
