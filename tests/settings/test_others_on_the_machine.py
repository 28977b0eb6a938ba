"""What `DATA_DIR` holds is nobody else's on the machine: database, pictures, secret."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.servers import EaselProcess, free_port
from tests.support.waiting import wait_until

NOBODY = 65534
READER = 'while IFS= read -r path; do [ ! -r "$path" ] || echo "$path"; done'


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """That of a running Easel with a picture, below folders that everybody may pass through."""
    folder = tmp_path_factory.mktemp("open")
    before = os.umask(0o022)
    try:
        with EaselProcess(folder, port=free_port(), DATA_DIR="data", READS_PER_SECOND="0") as easel:
            make_a_picture(easel.url)
            passable = [each for each in folder.parents if each.stat().st_uid == os.geteuid()]
            for each in (folder, folder / "data", *passable):
                each.chmod(stat.S_IMODE(each.stat().st_mode) | 0o055)
            yield folder / "data"
    finally:
        os.umask(before)


def make_a_picture(url: str) -> None:
    with httpx.Client(base_url=url, headers={"Origin": url}, timeout=30) as http:
        http.post("/auth/demo")
        reply = http.post(
            "/api/v1/generations/submit", json={"prompt": "a kite"}, headers={"Prefer": "wait=30"}
        )
        address = f"/api/v1/generations/{reply.json()['data']['id']}/image"
        wait_until(lambda: http.get(address).status_code == 200, seconds=60)


def files_in(folder: Path) -> list[Path]:
    found = [each for each in folder.rglob("*") if not each.is_dir()]
    assert len([each for each in found if "pictures" in each.parts]) >= 2  # with the thumbnail
    assert folder / "storage_secret" in found
    assert folder / "postgres" / "PG_VERSION" in found
    return found


def is_open_to_others(file: Path, top: Path) -> bool:
    """By the modes: whether others may pass all folders up to `top`, and read the file."""
    folders = [each for each in file.parents if each == top or top in each.parents]
    may_pass = all(each.stat().st_mode & stat.S_IXOTH for each in folders)
    return may_pass and bool(file.lstat().st_mode & stat.S_IROTH)


EMPTY = {"postgres.lock", "postgres.users"}


@pytest.mark.asvs("13.2.2", "14.2.4")
def test_no_mode_lets_others_read(data_dir: Path) -> None:
    found = [each for each in files_in(data_dir) if is_open_to_others(each, data_dir)]
    assert {each.name for each in found} <= EMPTY
    assert all(each.stat().st_size == 0 for each in found)


@pytest.mark.skipif(os.geteuid() != 0, reason="nobody but root becomes somebody else; the modes say the same")
@pytest.mark.asvs("13.2.2", "14.2.4")
def test_somebody_else_cannot_open_them(data_dir: Path) -> None:
    """Root's Easel, by whose database the folders on the way were opened for passing through."""
    (data_dir / "for everybody").write_text("x")
    paths = "\n".join(str(each) for each in files_in(data_dir))
    ended = subprocess.run(
        ["sh", "-c", READER],
        cwd="/",
        input=paths,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
    )
    opened = {Path(line).name for line in ended.stdout.splitlines()}
    assert "for everybody" in opened  # so that it tells something
    assert opened - EMPTY == {"for everybody"}
