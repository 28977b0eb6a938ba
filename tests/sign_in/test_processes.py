"""Two processes of Easel share one database and nothing else; and what they write to their logs."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlencode

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.sign_in.flow import approve, begin, is_signed_in, problem_of, sign_in
from tests.sign_in.identity_provider import CLIENT_ID, CLIENT_SECRET, TOKEN, IdentityProvider
from tests.support.database import TestDatabase
from tests.support.emulator import Fault
from tests.support.faults import answering
from tests.support.servers import EaselProcess, free_port

STORAGE_SECRET = "shared by the processes, 32 characters or more"

Processes = tuple[EaselProcess, EaselProcess]


@pytest.fixture(scope="module")
def processes(
    migrated: TestDatabase,
    served_identity: IdentityProvider,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Processes]:
    port = free_port()
    migrated.empty()
    variables = {
        "DATA_DIR": str(tmp_path_factory.mktemp("shared")),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": migrated.serving_url,
        "MIGRATION_DATABASE_URL": migrated.owning_url,
        "STORAGE_SECRET": STORAGE_SECRET,
        "OIDC_ISSUER": served_identity.url,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "SIGN_INS_PER_SECOND": "0",
    }
    first = EaselProcess(tmp_path_factory.mktemp("first"), port=port, **variables)
    second = EaselProcess(tmp_path_factory.mktemp("second"), port=free_port(), **variables)
    with first, second:
        yield first, second


@pytest.fixture
async def browser(
    processes: Processes, database: TestDatabase, identity_provider: IdentityProvider
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the first process. Its cookies go to the second too: ports do not part them."""
    async with httpx.AsyncClient(base_url=processes[0].url) as client:
        yield client


def at(process: EaselProcess, url: str) -> str:
    """The same address, as a load balancer might send it to another process."""
    return f"{process.url}{httpx.URL(url).raw_path.decode()}"


async def test_a_sign_in_on_one_process_holds_on_the_other_until_it_ends_on_either(
    processes: Processes, browser: httpx.AsyncClient
) -> None:
    _, second = processes
    await sign_in(browser)
    token = browser.cookies["easel_session"]
    async with httpx.AsyncClient(base_url=second.url, cookies={"easel_session": token}) as elsewhere:
        assert await is_signed_in(elsewhere)
        assert (await elsewhere.post("/auth/logout")).status_code == 303
    assert browser.cookies["easel_session"] == token
    assert not await is_signed_in(browser)


async def test_a_sign_in_begun_on_one_process_ends_on_the_other(
    processes: Processes, browser: httpx.AsyncClient
) -> None:
    _, second = processes
    callback_url = await approve(browser, await begin(browser, next="/dashboard?a=b"))
    answer = await browser.get(at(second, callback_url))
    assert answer.headers["location"] == "/dashboard?a=b"
    assert await is_signed_in(browser)


async def test_the_same_person_is_the_same_owner_on_each_process(
    processes: Processes, browser: httpx.AsyncClient, database: TestDatabase
) -> None:
    for process in processes:
        browser.cookies.clear()
        callback_url = await approve(browser, await begin(browser))
        await browser.get(at(process, callback_url))
    rows = database.run("SELECT owner_id FROM login_sessions")
    assert len(rows) == 2
    assert rows[0] == rows[1]


async def test_a_callback_ends_one_sign_in_whichever_process_it_reaches(
    processes: Processes, browser: httpx.AsyncClient
) -> None:
    callback_url = await approve(browser, await begin(browser))
    cookies = dict(browser.cookies)
    assert (await browser.get(callback_url)).headers["location"] == "/dashboard/generate"
    browser.cookies = httpx.Cookies(cookies)
    assert problem_of(await browser.get(at(processes[1], callback_url))) == "SIGN_IN_FAILED"


async def repeating_what_it_was_sent(request: Request) -> Response:
    sent = urlencode(dict(await request.form())) + request.headers["authorization"]
    return JSONResponse({"error": "invalid_grant", "error_description": sent}, 400)


async def test_no_secret_of_a_sign_in_reaches_the_log(
    processes: Processes, browser: httpx.AsyncClient, identity_provider: IdentityProvider
) -> None:
    secrets = {CLIENT_SECRET, STORAGE_SECRET}
    tries: list[tuple[dict[str, object], Fault | None]] = [
        ({}, answering(500)),
        ({}, repeating_what_it_was_sent),
        ({"nonce": "another"}, None),
        ({"sub": "\ud800"}, None),
        ({}, None),
    ]
    for claims, token_endpoint in tries:
        identity_provider.claims = claims
        identity_provider.faults = {TOKEN: token_endpoint} if token_endpoint else {}
        callback_url = await approve(browser, await begin(browser))
        secrets.add(browser.cookies["easel_sign_in"])
        await browser.get(callback_url)
        await browser.get(callback_url)  # without its state
    secrets |= {browser.cookies["easel_session"], *identity_provider.secrets}
    await browser.post("/auth/logout")

    log = processes[0].log.read_text()
    for written in (
        "SIGN_IN_UNAVAILABLE",
        "SIGN_IN_FAILED",
        "SIGN_IN_EXPIRED",
        "GET /auth/callback/oidc 303",
    ):
        assert written in log
    assert [secret for secret in secrets if secret in log] == []
    assert "Traceback" not in log
    assert len(secrets) > 20
