"""What an answer lets a browser load and run: for each kind of answer no more than it needs."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from nicegui.version import __version__

from core.context import Context
from core.pictures.download import PictureDownloader
from tests.api.envelopes import SUBMIT, data_of
from tests.support.application import Started, make_settings
from tests.support.people import SignedIn, signed_in
from tests.support.provider import EmulatedProvider
from tests.support.waiting import all_is_done
from ui.assets import asset_url
from ui.components import elements

UI = Path(elements.__file__).parents[1]
PAGES = ["/login", "/login?error=denied", "/theme", "/dashboard", "/dashboard/generate", "/account", "/admin"]
ERRORS = ["/nothing", "/_nicegui/nothing", "/assets/nothing.css"]
FILES = [asset_url("app.css"), asset_url("theme.js"), asset_url("words/de.js"), "/favicon.ico"]
FILES += [f"/_nicegui/{__version__}/static/nicegui.js", "/assets/fonts/Regular/OpenSans-Regular.woff2"]
OTHERS = ["/", "/healthz", "/readyz", "/auth/login/nobody", "/api/v1/me", "/api/nothing", "/api/openapi.json"]
OTHERS += ["/api/docs/static/swagger-ui-bundle.js", "/api/v1/generations", "/api/v1/me/export"]
NOTHING = {
    "default-src": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}
INLINE = re.compile(r"<(?:script|style)(?![^>]* src=)[^>]*>")
# A tag with an attribute that is a script or a style; where such attributes are written as text, `<` is not.
ATTRIBUTE = re.compile(r"<[a-z][^<>]*\s(?:on[a-z]+|style)=")
NEEDS_EVAL = re.compile(
    r"run_javascript|run_method|js_handler|get_computed_prop|clipboard|navigate\.(back|forward|reload)"
    r"|ui\.(html|markdown|textarea|input|add_\w*css|add_sass|add_body_html)\b|props[\[(][\"']:"
)
NEEDS_EVAL_IN_SCRIPT = re.compile(r"\btemplate:|\beval\(|\bFunction\(")


@pytest.fixture
async def boss(started: Started) -> AsyncIterator[SignedIn]:
    async with signed_in(started.app, started.ctx, "boss", is_admin=True) as person:
        yield person


def policy_of(answer: httpx.Response) -> dict[str, list[str]]:
    [policy] = answer.headers.get_list("Content-Security-Policy")
    return {name: places for name, *places in (each.split() for each in policy.split(";"))}


def of_a_page(*inline: str, images: tuple[str, ...] = ()) -> dict[str, list[str]]:
    own = ["'self'", *(f"'{each}'" for each in inline)]
    return NOTHING | {
        "script-src": own,
        "style-src": own,
        "img-src": ["'self'", "data:", *images],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
    }


def nonce_in(page: httpx.Response) -> str:
    """The one that all scripts and styles have which are written into the page."""
    tags = INLINE.findall(page.text)
    nonces: set[str] = {re.findall(r'nonce="([\w-]+)"', tag)[0] for tag in tags}
    [nonce] = nonces
    assert page.text.count(nonce) == len(tags) >= 4
    assert not ATTRIBUTE.search(page.text)
    return nonce


@pytest.mark.asvs("3.4.3")
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_runs_what_its_template_has_and_files_of_ours(
    boss: SignedIn, http: httpx.AsyncClient, ctx: Context, path: str
) -> None:
    asker = http if path.startswith("/login") else boss.http
    nonces = set()
    images = ctx.downloader.sources if path == "/dashboard/generate" else ()
    for _ in range(2):
        page = await asker.get(path)
        assert page.status_code == 200
        nonce = nonce_in(page)
        assert policy_of(page) == of_a_page(f"nonce-{nonce}", images=images)
        assert len(base64.urlsafe_b64decode(f"{nonce}==")) * 8 >= 128
        nonces.add(nonce)
    assert len(nonces) == 2


@pytest.mark.asvs("1.2.3", "1.3.7")
async def test_what_a_person_writes_is_never_given_a_nonce(ada: SignedIn, provider: EmulatedProvider) -> None:
    provider.never_finish()
    before = INLINE.findall((await ada.http.get("/dashboard/generate")).text)
    written = "</script></style><script>alert(1)</script><style>*{}</style> {{ nonce }}"
    assert (await ada.http.post(SUBMIT, json={"prompt": written})).status_code == 200
    page = await ada.http.get("/dashboard/generate")
    assert "{{ nonce }}" in page.text
    assert "alert(1)" in page.text
    assert len(INLINE.findall(page.text)) == len(before)
    assert nonce_in(page)


@pytest.mark.parametrize("path", ERRORS)
async def test_an_error_page_has_nothing_written_into_it(http: httpx.AsyncClient, path: str) -> None:
    page = await http.get(path)
    assert page.headers["content-type"].startswith("text/html")
    assert policy_of(page) == of_a_page()
    assert INLINE.findall(page.text) == []
    assert not ATTRIBUTE.search(page.text)


@pytest.mark.asvs("3.2.1")
@pytest.mark.parametrize("path", FILES + OTHERS)
async def test_what_is_no_page_loads_and_runs_nothing(ada: SignedIn, path: str) -> None:
    assert policy_of(await ada.http.get(path)) == NOTHING


@pytest.mark.asvs("3.2.1")
async def test_a_picture_is_shown_by_the_browser_and_runs_nothing(ada: SignedIn, ctx: Context) -> None:
    made = f"/api/v1/generations/{data_of(await ada.http.post(SUBMIT, json={'prompt': 'a cat'}))['id']}"
    await ada.http.get(made)
    await all_is_done(ctx)
    expected = NOTHING | {"style-src-attr": ["'unsafe-inline'"]}
    for query in ("", "?size=thumb"):
        answer = await ada.http.get(f"{made}/image{query}")
        known = await ada.http.get(f"{made}/image{query}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (answer.status_code, known.status_code) == (200, 304)
        assert (
            policy_of(answer) == policy_of(known) == expected
        )  # what a browser keeps gets the headers of a 304


async def test_the_page_of_the_api_runs_its_one_script(http: httpx.AsyncClient) -> None:
    page = await http.get("/api/docs")
    [script] = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy_of(page) == of_a_page(f"sha256-{digest}")
    assert len(INLINE.findall(page.text)) == 1


@pytest.mark.parametrize(
    ("settings", "own"),
    [
        ({}, []),
        ({"replicate_base_url": "https://gateway.test:8443/v1"}, ["https://gateway.test:8443"]),
        ({"replicate_api_token": None, "public_url": "http://easel.localhost"}, ["http://easel.localhost"]),
    ],
)
async def test_pictures_are_shown_from_where_they_are_downloaded(
    settings: dict[str, object], own: list[str]
) -> None:
    downloader = PictureDownloader(make_settings(**settings))
    assert list(downloader.sources) == [
        "https://replicate.delivery",
        "https://*.replicate.delivery",
        *own,
    ]
    await downloader.close()


@pytest.mark.asvs("1.3.2")
def test_nothing_is_sent_to_be_evaluated() -> None:
    """NiceGUI sends code for each of these, or a template for Vue's compiler: our pages refuse both."""
    sources = {path: path.read_text() for path in UI.rglob("*.py")}
    assert len(sources) > 20
    assert [path for path, source in sources.items() if NEEDS_EVAL.search(source)] == []
    scripts = {path: path.read_text() for path in UI.rglob("*.js")}
    assert [path for path, script in scripts.items() if NEEDS_EVAL_IN_SCRIPT.search(script)] == []
    assert list(UI.rglob("*.vue")) == []
