"""Two versions side by side on one database, as during an upgrade, and the way back."""

import io
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from core.database.compatibility import newest_revision
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import ROOT, EaselProcess, clean_environment, served_settings
from tests.support.waiting import wait_until

API = "/api/v1/generations"
NEXT = "9999"

Settings = dict[str, Any]


@pytest.fixture
def settings(fresh: TestDatabase, provider: EmulatedProvider, tmp_path: Path) -> Settings:
    return served_settings(fresh, provider.url, tmp_path / "data")


def earlier_code(folder: Path) -> Path:
    """The code of before the newest migration, from git; a shallow clone has none but this one."""
    newest = f"migrations/versions/{newest_revision()}_*.py"
    added = git("log", "--diff-filter=A", "--format=%H", "--", newest).decode().split()
    parent = git("rev-parse", "--verify", "--quiet", f"{added[-1]}^").decode().strip() if added else ""
    archive = git("archive", "--format=tar", parent or "HEAD", "core", "ui", "migrations", "main.py")
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def knows_of_newer(code: Path) -> bool:
    """Whether it can read what newer code has written into the database about it."""
    return (code / "core" / "database" / "compatibility.py").exists()


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, check=False).stdout


def next_code(folder: Path, *, oldest_code: str) -> Path:
    """This code and one migration more, which says what the oldest code is that may serve beside it."""
    for name in ("core", "ui", "migrations"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "main.py", folder)
    (folder / "migrations" / "versions" / f"{NEXT}_next.py").write_text(
        f'''"""The next migration."""

from alembic import op

revision = "{NEXT}"
down_revision = "{newest_revision()}"
branch_labels = None
depends_on = None

oldest_code = "{oldest_code}"


def upgrade() -> None:
    op.execute("ALTER TABLE generations ADD mood text")
    op.execute("CREATE TABLE moods (name text)")
    op.execute("INSERT INTO moods VALUES ('calm'), ('wild')")


def downgrade() -> None:
    op.execute("DROP TABLE moods")
    op.execute("ALTER TABLE generations DROP mood")
'''
    )
    return folder


@contextmanager
def signed_in(easel: EaselProcess, token: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=easel.url, cookies={"easel_session": token}, timeout=40) as http:
        yield http


def journey(easel: EaselProcess, token: str, prompt: str) -> str:
    """Submit, read until there is a picture, list, look at it; returns the generation's id."""
    with signed_in(easel, token) as http:
        created = http.post(f"{API}/submit", json={"prompt": prompt})
        assert created.status_code == 200, created.text
        generation_id: str = created.json()["data"]["id"]
        path = f"{API}/{generation_id}"
        wait_until(lambda: easel.url in http.get(path).json()["data"].get("url", ""), 30)
        listed = http.get(API, params={"q": prompt}).json()["data"]["items"]
        assert [each["id"] for each in listed] == [generation_id]
        assert http.get(f"{path}/image").headers["Content-Type"].startswith("image/")
        assert http.get("/dashboard/generate").status_code == 200
        return generation_id


def test_the_version_before_serves_beside_this_one(
    settings: Settings, fresh: TestDatabase, tmp_path: Path
) -> None:
    earlier = earlier_code(tmp_path / "earlier")
    token = uuid4().hex
    with EaselProcess(tmp_path, script=[earlier / "main.py"], **settings) as old:
        fresh.sign_in(token)
        journey(old, token, "before")
        with EaselProcess(tmp_path, **settings) as new:
            made = {
                journey(old, token, "by the old one"),
                journey(new, token, "by the new one"),
            }
            for easel in (old, new):
                with signed_in(easel, token) as http:
                    listed = http.get(API, params={"q": "one"}).json()["data"]["items"]
                    assert {each["id"] for each in listed} == made
            if not knows_of_newer(earlier):  # as the CHANGELOG says of that upgrade
                assert httpx.get(f"{old.url}/readyz").status_code == 503
                refused = EaselProcess(tmp_path, script=[earlier / "main.py"], **settings)
                assert refused.wait() not in (None, 0)
        assert "Traceback" not in old.log.read_text()


def test_this_version_stays_ready_and_starts_again_beside_the_next(
    settings: Settings, fresh: TestDatabase, tmp_path: Path
) -> None:
    following = next_code(tmp_path / "next", oldest_code=newest_revision())
    token = uuid4().hex
    with EaselProcess(tmp_path, **settings) as easel:
        fresh.sign_in(token)
        with EaselProcess(tmp_path, script=[following / "main.py"], **settings):
            assert fresh.run("SELECT version_num FROM alembic_version") == [{"version_num": NEXT}]
            assert httpx.get(f"{easel.url}/readyz").status_code == 200
            journey(easel, token, "beside the next")
            assert easel.stop() == 0
            with EaselProcess(tmp_path, **settings) as again:
                journey(again, token, "after a restart")
                assert f"A newer Easel has migrated the database to {NEXT}" in again.log.read_text()


def test_this_version_refuses_a_database_that_it_may_not_serve(
    settings: Settings, fresh: TestDatabase, tmp_path: Path
) -> None:
    following = next_code(tmp_path / "next", oldest_code=NEXT)
    with EaselProcess(tmp_path, **settings) as easel:
        with EaselProcess(tmp_path, script=[following / "main.py"], **settings):
            answer = httpx.get(f"{easel.url}/readyz")
        assert answer.status_code == 503
        assert "newer than this version" in answer.text
        refused = EaselProcess(tmp_path, **settings)
        assert refused.wait() == 2
        assert refused.log.read_text() == (
            f"easel: this database is newer than this Easel (migration {NEXT}): start a newer Easel\n"
        )


def test_a_downgrade_says_what_it_loses_and_loses_nothing_else(
    settings: Settings, fresh: TestDatabase, tmp_path: Path
) -> None:
    following = next_code(tmp_path / "next", oldest_code=newest_revision())
    token = uuid4().hex
    with EaselProcess(tmp_path, script=[following / "main.py"], **settings) as easel:
        fresh.sign_in(token)
        journey(easel, token, "kept")
    fresh.run("UPDATE generations SET mood = 'wild'")
    told = f"""From migration {NEXT} to {newest_revision()} these would be lost:
- generations.mood: 1 row
- moods: 2 rows
"""
    trial = easel_command(following, tmp_path, settings, "downgrade", newest_revision())
    assert trial.returncode == 1
    assert trial.stdout.startswith(told), trial.stderr
    assert "Nothing was changed" in trial.stdout
    assert fresh.run("SELECT mood FROM generations") == [{"mood": "wild"}]
    done = easel_command(following, tmp_path, settings, "downgrade", newest_revision(), "--yes")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{told}The database went from migration {NEXT} to {newest_revision()}\n"
    with EaselProcess(tmp_path, **settings) as again, signed_in(again, token) as http:
        assert [each["prompt"] for each in http.get(API).json()["data"]["items"]] == ["kept"]
    older = easel_command(ROOT, tmp_path, settings, "downgrade", "0011")
    assert "- schema_compatibility: 1 row\n" in older.stdout, older.stderr
    wrong = easel_command(ROOT, tmp_path, settings, "downgrade", "0000")
    assert wrong.returncode == 2
    hint, problem = wrong.stderr.splitlines()
    assert hint.startswith("Stop every Easel first: ")
    assert problem == "easel: the migrations do not run: Can't locate revision identified by '0000'"


def easel_command(
    code: Path, folder: Path, settings: Settings, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, code / "main.py", *arguments],
        cwd=folder,
        env=clean_environment(**settings),
        capture_output=True,
        text=True,
        check=False,
    )
