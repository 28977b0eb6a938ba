"""400, 413 and 415: bodies that are no JSON object, are too long, or are something else."""

from collections.abc import AsyncIterator

import httpx
import pytest

from core.limits import BodyLimits
from tests.api.envelopes import SUBMIT, data_of, details_of, error_of
from tests.support.limits import with_limits
from tests.support.people import SignedIn
from tests.support.provider import EmulatedProvider

NOT_JSON = {
    "truncated": b'{"prompt": "a cat',
    "bare words": b"a cat",
    "trailing comma": b'{"prompt": "a cat",}',
    "two documents": b'{"prompt": "a cat"}{}',
    "raw line break": b'{"prompt": "a\ncat"}',
    "invalid UTF-8": b'{"prompt": "\xff\xfe\x80"}',
    "NUL bytes": b"\x00" * 100,
    "deep list": b"[" * 60_000,
    "deep list, closed": b'{"prompt": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "deep object": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "endless number": b'{"prompt": ' + b"9" * 50_000 + b"}",
}
NO_OBJECT = {
    "empty": b"",
    "white space": b" \n",
    "null": b"null",
    "list": b"[]",
    "list of one": b'[{"prompt": "a cat"}]',
    "string": b'"a cat"',
    "number": b"1e999",
    "not a number": b"NaN",
    "true": b"true",
}
OTHER_TYPES = [
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application",
    "text/json",
    "application/jsonp",
    "application/json, text/plain",
    "application/xml; x=application/json",
]
JSON_TYPES = [
    "application/json; charset=utf-8",
    "Application/JSON",
    "application/vnd.easel+json",
    "application/json;",
]


async def post(ada: SignedIn, body: bytes, content_type: str = "application/json") -> httpx.Response:
    return await ada.http.post(SUBMIT, content=body, headers={"Content-Type": content_type})


async def test_a_body_that_is_no_json_is_refused(ada: SignedIn, subtests: pytest.Subtests) -> None:
    for name, body in NOT_JSON.items():
        with subtests.test(name):
            details = details_of(await post(ada, body))
            assert details == {"formErrors": ["Please send valid JSON."], "fieldErrors": {}}


async def test_a_body_that_is_no_object_is_refused(ada: SignedIn, subtests: pytest.Subtests) -> None:
    for name, body in NO_OBJECT.items():
        with subtests.test(name):
            details = details_of(await post(ada, body))
            assert len(details["formErrors"]) == 1
            assert details["fieldErrors"] == {}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"prompt": "a cat"}'.encode("utf-8-sig"), id="byte order mark"),
        pytest.param('{"prompt": "a cat"}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'{"prompt": "a cat", "\\ud800": 1e999, "more": [{}]}', id="unknown fields"),
        pytest.param(b'{"prompt": "a dog", "prompt": "a cat"}', id="repeated field"),
    ],
)
async def test_a_body_that_is_unusual_json_is_read(
    ada: SignedIn, provider: EmulatedProvider, body: bytes
) -> None:
    data_of(await post(ada, body))
    assert provider.emulator.predictions[provider.last_id]["input"]["prompt"] == "a cat"


@pytest.mark.asvs("3.5.2")
async def test_another_content_type_is_refused(
    ada: SignedIn, provider: EmulatedProvider, subtests: pytest.Subtests
) -> None:
    for content_type in OTHER_TYPES:
        with subtests.test(content_type):
            response = await post(ada, b'{"prompt": "a cat"}', content_type)
            error_of(response, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert provider.creates == 0


@pytest.mark.asvs("3.5.2")
async def test_a_missing_content_type_is_refused(ada: SignedIn) -> None:
    error_of(await ada.http.post(SUBMIT, content=b'{"prompt": "a cat"}'), 415, "UNSUPPORTED_MEDIA_TYPE")


async def test_json_is_known_by_its_other_names(ada: SignedIn, subtests: pytest.Subtests) -> None:
    for content_type in JSON_TYPES:
        with subtests.test(content_type):
            details = details_of(await post(ada, b'{"prompt": 7}', content_type))
            assert details["fieldErrors"].keys() == {"prompt"}


async def test_a_prompt_of_one_megabyte_is_too_long(ada: SignedIn, provider: EmulatedProvider) -> None:
    response = await ada.http.post(SUBMIT, json={"prompt": "x" * 1_000_000})
    error_of(response, 413, "PAYLOAD_TOO_LARGE")
    assert provider.creates == 0


async def test_a_megabyte_whose_length_is_not_announced_is_not_read_to_its_end(ada: SignedIn) -> None:
    consumed = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal consumed
        for _ in range(1000):
            consumed += 1
            yield b"x" * 1000

    headers = {"Content-Type": "application/json"}
    response = await ada.http.post(SUBMIT, content=parts(), headers=headers)
    error_of(response, 413, "PAYLOAD_TOO_LARGE")
    assert consumed * 1000 <= BodyLimits.max_bytes + 1000


async def test_a_megabyte_is_too_much_for_every_address(http: httpx.AsyncClient) -> None:
    megabyte = b"x" * 1_000_000
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        error_of(await http.request(method, "/api/", content=megabyte), 413, "PAYLOAD_TOO_LARGE")
        assert (await http.request(method, "/auth/logout", content=megabyte)).status_code == 413


async def test_the_limit_is_exact(ada: SignedIn) -> None:
    body = b'{"prompt": 7}'
    details_of(await post(ada, body.ljust(BodyLimits.max_bytes)))
    error_of(await post(ada, body.ljust(BodyLimits.max_bytes + 1)), 413, "PAYLOAD_TOO_LARGE")


@with_limits(bodies=BodyLimits(max_bytes=50))
async def test_the_limit_is_the_one_that_the_application_was_given(ada: SignedIn) -> None:
    details_of(await post(ada, b'{"prompt": 7}'.ljust(50)))
    error_of(await post(ada, b'{"prompt": 7}'.ljust(51)), 413, "PAYLOAD_TOO_LARGE")


@pytest.mark.asvs("1.4.2", "4.2.1")
async def test_a_content_length_that_nobody_can_mean_is_refused(
    ada: SignedIn, subtests: pytest.Subtests
) -> None:
    for length in ("-1", "+5", "1_0", "five", "9" * 19, "9" * 5000, "0" * 5000 + "9"):
        with subtests.test(length[:9]):
            headers = {"Content-Type": "application/json", "Content-Length": length}
            response = await ada.http.post(SUBMIT, content=b"{}", headers=headers)
            assert response.status_code in {400, 413}
