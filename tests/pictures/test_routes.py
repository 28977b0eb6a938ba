"""The routes around pictures: the image itself, the gallery, cancel, delete and restore."""

from io import BytesIO
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from core.context import Context
from tests.api.envelopes import data_of, details_of, error_of
from tests.api.test_cross_site import OTHER_SITES
from tests.support.application import BASE_URL
from tests.support.database import TestDatabase
from tests.support.faults import answering_bytes
from tests.support.images import picture
from tests.support.people import Owner, SignedIn
from tests.support.provider_with_files import Files, ProviderWithFiles

GALLERY = "/api/v1/generations"
PICTURE = picture("JPEG", (400, 300))


@pytest.fixture
def maker(ada: SignedIn, ctx: Context, database: TestDatabase) -> Owner:
    return Owner(ctx, database, ada.owner_id)


@pytest.fixture
async def made(maker: Owner, files: Files) -> str:
    """The address of a generation of Ada's whose picture is stored."""
    files.fault = answering_bytes(PICTURE)
    return f"{GALLERY}/{await maker.make('a red kite')}"


@pytest.mark.asvs("4.1.1")
async def test_the_image_is_its_owners_with_its_type_and_kept_by_their_browser_only(
    ada: SignedIn, made: str
) -> None:
    response = await ada.http.get(f"{made}/image")
    assert (response.status_code, response.content) == (200, PICTURE)
    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["Content-Length"] == str(len(PICTURE))
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in response.headers["Cache-Control"]
    assert "no-cache" in response.headers["Cache-Control"]


@pytest.mark.asvs("3.2.1", "5.4.1", "5.4.2", "1.2.1")
@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("a red kite", 'filename="a-red-kite.{}"'),
        ('"; filename="evil.exe', 'filename="filename-evil-exe.{}"'),
        ("\r\nSet-Cookie: a=b", 'filename="set-cookie-a-b.{}"'),
        ("zwei Äpfel", "filename=\"picture.{}\"; filename*=UTF-8''zwei-%C3%A4pfel.{}"),
    ],
)
async def test_a_picture_is_shown_and_has_the_name_of_a_file(
    ada: SignedIn, maker: Owner, files: Files, prompt: str, name: str
) -> None:
    files.fault = answering_bytes(PICTURE)
    address = f"{GALLERY}/{await maker.make(prompt)}/image"
    for query, extension in (("", "jpg"), ("?size=thumb", "webp")):
        response = await ada.http.get(address + query, headers={"Range": "bytes=0-"})
        assert response.headers["Content-Disposition"] == f"inline; {name.replace('{}', extension)}"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_whoever_asks_for_bytes_alone_gets_the_same_as_bytes(ada: SignedIn, made: str) -> None:
    for status, further in ((200, {}), (206, {"Range": "bytes=0-"})):
        headers = {"Accept": "application/octet-stream"} | further
        response = await ada.http.get(f"{made}/image", headers=headers)
        assert (response.status_code, response.content) == (status, PICTURE)
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Vary"] == "Accept"


async def test_what_the_browser_has_already_is_not_sent_again(ada: SignedIn, made: str) -> None:
    etags = [
        (await ada.http.get(f"{made}/image{query}")).headers["ETag"]
        for query in ("", "?size=full", "?size=thumb")
    ]
    assert etags[0] == etags[1] != etags[2]
    for known in (etags[0], f"W/{etags[0]}", f'"other", {etags[0]}', "*"):
        response = await ada.http.get(f"{made}/image", headers={"If-None-Match": known})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["ETag"] == etags[0]
        assert "private" in response.headers["Cache-Control"]
    for unknown in ('"other"', etags[2]):
        response = await ada.http.get(f"{made}/image", headers={"If-None-Match": unknown})
        assert response.status_code == 200


async def test_a_single_range_is_answered_with_that_part(
    ada: SignedIn, made: str, subtests: pytest.Subtests
) -> None:
    size = len(PICTURE)
    for wanted, first, last in [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=10-", 10, size - 1),
        (f"bytes=10-{size + 1000}", 10, size - 1),
        (f"bytes={size - 1}-", size - 1, size - 1),
    ]:
        with subtests.test(wanted):
            response = await ada.http.get(f"{made}/image", headers={"Range": wanted})
            assert response.status_code == 206
            assert response.content == PICTURE[first : last + 1]
            assert response.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
            assert response.headers["Content-Length"] == str(last + 1 - first)


async def test_a_part_is_sent_to_whoever_has_the_rest_of_the_same_picture(
    ada: SignedIn, made: str, subtests: pytest.Subtests
) -> None:
    etag = (await ada.http.get(f"{made}/image")).headers["ETag"]
    for known, status in {
        etag: 206,
        f"W/{etag}": 200,
        '"other"': 200,
        etag.replace("full", "thumb"): 200,
        f'{etag}, "other"': 200,
        "*": 200,
        "": 200,
        "Sat, 01 Jan 2050 00:00:00 GMT": 200,
    }.items():
        with subtests.test(known):
            headers = {"Range": "bytes=10-19", "If-Range": known}
            response = await ada.http.get(f"{made}/image", headers=headers)
            assert response.status_code == status
            assert response.content == (PICTURE[10:20] if status == 206 else PICTURE)


async def test_a_part_behind_the_end_of_another_picture_is_the_whole(ada: SignedIn, made: str) -> None:
    headers = {"Range": "bytes=99999999-", "If-Range": '"other"'}
    assert (await ada.http.get(f"{made}/image", headers=headers)).content == PICTURE


async def test_a_range_that_is_none_is_answered_with_the_whole(
    ada: SignedIn, made: str, subtests: pytest.Subtests
) -> None:
    for wanted in (
        "bytes=5-2",
        "bytes=0-1,4-5",
        "bytes=a-b",
        "bytes=-",
        "lines=1-2",
        "",
        f"bytes={'9' * 99}-",
    ):
        with subtests.test(wanted):
            response = await ada.http.get(f"{made}/image", headers={"Range": wanted})
            assert (response.status_code, response.content) == (200, PICTURE)


async def test_a_range_behind_the_end_cannot_be_had(ada: SignedIn, made: str) -> None:
    for wanted in (f"bytes={len(PICTURE)}-", f"bytes={len(PICTURE)}-{len(PICTURE) + 5}", "bytes=99999999-"):
        response = await ada.http.get(f"{made}/image", headers={"Range": wanted})
        assert (response.status_code, response.content) == (416, b"")
        assert response.headers["Content-Range"] == f"bytes */{len(PICTURE)}"


async def test_the_thumbnail_is_a_small_webp(ada: SignedIn, made: str) -> None:
    response = await ada.http.get(f"{made}/image?size=thumb")
    assert response.headers["Content-Type"] == "image/webp"
    with Image.open(BytesIO(response.content)) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("WEBP", (384, 288))


@pytest.mark.parametrize("size", ["huge", "THUMB", "", "0"])
async def test_another_size_is_a_mistake_of_the_caller(ada: SignedIn, made: str, size: str) -> None:
    assert details_of(await ada.http.get(f"{made}/image?size={size}"))["fieldErrors"].keys() == {"size"}


async def test_nobody_else_sees_the_image(
    ada: SignedIn, ben: SignedIn, http: httpx.AsyncClient, made: str
) -> None:
    etag = (await ada.http.get(f"{made}/image")).headers["ETag"]
    for headers in ({}, {"If-None-Match": etag}, {"Range": "bytes=0-1"}):
        error_of(await ben.http.get(f"{made}/image", headers=headers), 404, "NOT_FOUND")
        error_of(await http.get(f"{made}/image", headers=headers), 401, "UNAUTHENTICATED")


async def test_there_is_no_image_of_what_has_none(
    ada: SignedIn, maker: Owner, provider: ProviderWithFiles
) -> None:
    provider.never_finish()
    running = await maker.submit()
    for generation_id in (running, uuid4()):
        error_of(await ada.http.get(f"{GALLERY}/{generation_id}/image"), 404, "NOT_FOUND")
    details_of(await ada.http.get(f"{GALLERY}/nope/image"))


async def test_the_url_is_the_providers_until_the_picture_is_ours(
    ada: SignedIn, maker: Owner, provider: ProviderWithFiles, files: Files
) -> None:
    files.fault = answering_bytes(b"", 500)
    generation_id = await maker.make()
    state = data_of(await ada.http.get(f"{GALLERY}/{generation_id}"))
    assert (state["phase"], state["url"]) == ("saving", f"{provider.url}/files/{provider.last_id}.png")
    assert "thumb_url" not in state

    files.fault = None
    await maker.settle()
    provider.forget()
    state = data_of(await ada.http.get(f"{GALLERY}/{generation_id}"))
    assert "phase" not in state
    assert state["url"] == f"{BASE_URL}{GALLERY}/{generation_id}/image"
    assert (await ada.http.get(state["url"])).headers["Content-Type"] == "image/png"


async def test_the_gallery_has_pictures_and_failures_with_their_cause(
    ada: SignedIn, maker: Owner, made: str, provider: ProviderWithFiles
) -> None:
    provider.never_finish()
    canceled = await maker.submit("a blue kite")
    await maker.cancel(canceled)
    page = data_of(await ada.http.get(GALLERY))
    assert page.keys() == {"items"}
    failed, succeeded = page["items"]
    assert (failed["prompt"], failed["error"]["code"]) == ("a blue kite", "CANCELED")
    assert failed["error"]["message"].endswith("It was charged.")
    assert failed["charge"] == "charged"
    assert succeeded["url"] == f"{BASE_URL}{made}/image"
    assert succeeded["thumb_url"] == f"{BASE_URL}{made}/image?size=thumb"
    assert (succeeded["content_type"], succeeded["width"], succeeded["height"]) == ("image/jpeg", 400, 300)
    assert (await ada.http.get(succeeded["thumb_url"])).status_code == 200


async def test_the_gallery_is_read_page_by_page(ada: SignedIn, ben: SignedIn, maker: Owner) -> None:
    maker.database.run(
        "INSERT INTO generations (owner_id, prompt, status) SELECT %s, 'a kite', 'failed'"
        " FROM generate_series(1, 101)",
        maker.id,
    )
    seen, query = [], "?limit=100"
    while query:
        page = data_of(await ada.http.get(f"{GALLERY}{query}"))
        seen += [item["id"] for item in page["items"]]
        query = f"?limit=100&before={page['next']}" if "next" in page else ""
    assert len(set(seen)) == len(seen) == 101
    assert len(data_of(await ada.http.get(GALLERY))["items"]) == 24
    assert data_of(await ben.http.get(GALLERY)) == {"items": []}
    error_of(await ben.http.get(f"{GALLERY}?before={seen[0]}"), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=all", "limit"),
        ("limit=", "limit"),
        ("before=nope", "before"),
    ],
)
async def test_a_page_that_cannot_be_is_named_in_the_details(ada: SignedIn, query: str, name: str) -> None:
    assert details_of(await ada.http.get(f"{GALLERY}?{query}"))["fieldErrors"].keys() == {name}


async def test_cancel_answers_with_the_state(
    ada: SignedIn, maker: Owner, provider: ProviderWithFiles
) -> None:
    provider.never_finish()
    provider.emulator.seconds_to_start = 1e9
    generation_id = await maker.submit()
    state = data_of(await ada.http.post(f"{GALLERY}/{generation_id}/cancel"))
    assert (state["status"], state["error"]["code"]) == ("failed", "CANCELED")
    assert state["error"]["message"].endswith("Nothing was charged.")


async def test_a_cancel_that_is_not_confirmed_is_the_providers_failure(
    ada: SignedIn, maker: Owner, provider: ProviderWithFiles
) -> None:
    provider.emulator.fault = answering_bytes(b"", 500)
    generation_id = await maker.submit()
    error = error_of(await ada.http.post(f"{GALLERY}/{generation_id}/cancel"), 502, "PROVIDER_ERROR")
    assert error["details"] == {"cause": "PROVIDER_ERROR"}
    assert data_of(await ada.http.get(f"{GALLERY}/{generation_id}"))["status"] == "processing"


async def test_delete_and_restore(ada: SignedIn, made: str) -> None:
    generation_id = made.removeprefix(f"{GALLERY}/")
    deleted = data_of(await ada.http.post(f"{made}/delete"))
    assert deleted == {"id": generation_id, "undo_seconds": 30}
    for method, path in (("GET", ""), ("GET", "/image"), ("POST", "/delete"), ("POST", "/cancel")):
        error_of(await ada.http.request(method, f"{made}{path}"), 404, "NOT_FOUND")
    assert data_of(await ada.http.post(f"{made}/restore")) == {"id": generation_id}
    assert (await ada.http.get(f"{made}/image")).status_code == 200


async def test_a_running_one_is_not_deleted(ada: SignedIn, maker: Owner, provider: ProviderWithFiles) -> None:
    provider.never_finish()
    generation_id = await maker.submit()
    error_of(await ada.http.post(f"{GALLERY}/{generation_id}/delete"), 409, "GENERATION_IN_FLIGHT")


@pytest.mark.parametrize("action", ["cancel", "delete", "restore"])
async def test_only_the_owner_acts_and_only_from_this_site(
    ada: SignedIn, ben: SignedIn, http: httpx.AsyncClient, made: str, action: str
) -> None:
    for headers in OTHER_SITES:
        error_of(await ada.http.post(f"{made}/{action}", headers=headers), 403, "FORBIDDEN")
    error_of(await ben.http.post(f"{made}/{action}"), 404, "NOT_FOUND")
    error_of(await http.post(f"{made}/{action}"), 401, "UNAUTHENTICATED")
    error_of(await ada.http.get(f"{made}/{action}"), 405, "METHOD_NOT_ALLOWED")
    assert len(data_of(await ada.http.get(GALLERY))["items"]) == 1
