"""Two Easel processes on one database: one generation in flight per owner holds across both."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from core import services
from core.context import Context
from core.services.login_sessions import Person
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, served_settings

SUBMIT = "/api/v1/generations/submit"


@pytest.fixture(scope="module")
def urls(
    migrated: TestDatabase, served_provider: EmulatedProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[str]]:
    """The addresses of two processes that share database, provider, pictures and secret, and nothing else."""
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "two", "shared")]
    migrated.empty()
    settings = served_settings(migrated, served_provider.url, folders.pop())
    processes = [EaselProcess(folder, **settings) for folder in folders]
    try:
        yield [process.wait_until_ready().url for process in processes]
    finally:
        for process in processes:
            process.stop()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30) as client:
        yield client


async def cookies_of(ctx: Context, *names: str) -> list[dict[str, str]]:
    people = [Person("https://issuer.test", name, name) for name in names]
    return [{"Cookie": f"easel_session={await services.sign_in(ctx, person)}"} for person in people]


@pytest.mark.asvs("2.3.4")
async def test_of_40_submits_of_one_owner_exactly_one_starts(
    urls: list[str],
    http: httpx.AsyncClient,
    quiet_ctx: Context,
    provider: EmulatedProvider,
    database: TestDatabase,
) -> None:
    provider.never_finish()
    [cookie] = await cookies_of(quiet_ctx, "ada")
    answers = await asyncio.gather(
        *(http.post(url + SUBMIT, json={"prompt": "a kite"}, headers=cookie) for url in urls * 20)
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 39}
    assert provider.creates == 1
    [row] = database.generations()
    assert row["external_id"] == provider.last_id


async def test_40_owners_start_40_generations_at_once(
    urls: list[str],
    http: httpx.AsyncClient,
    quiet_ctx: Context,
    provider: EmulatedProvider,
    database: TestDatabase,
) -> None:
    cookies = await cookies_of(quiet_ctx, *(f"owner {number}" for number in range(40)))
    submits = zip(urls * 20, cookies, strict=True)
    answers = await asyncio.gather(
        *(http.post(url + SUBMIT, json={"prompt": "a kite"}, headers=cookie) for url, cookie in submits)
    )
    assert Counter(answer.status_code for answer in answers) == {200: 40}
    assert provider.creates == 40
    rows = database.generations()
    assert {row["external_id"] for row in rows} == set(provider.emulator.predictions)


async def test_what_one_process_started_the_other_can_read(
    urls: list[str], http: httpx.AsyncClient, quiet_ctx: Context, provider: EmulatedProvider
) -> None:
    [cookie] = await cookies_of(quiet_ctx, "ada")
    submitted = await http.post(urls[0] + SUBMIT, json={"prompt": "a kite"}, headers=cookie)
    generation_id = submitted.json()["data"]["id"]
    async with asyncio.timeout(10):
        status = "processing"
        while status == "processing":
            read = await http.get(f"{urls[1]}/api/v1/generations/{generation_id}", headers=cookie)
            status = read.json()["data"]["status"]
    assert status == "succeeded"
