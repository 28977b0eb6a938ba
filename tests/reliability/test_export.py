"""An export of 10,000 pictures, by a real process: its memory stays flat, and all of it is there."""

import json
import zipfile
from pathlib import Path
from uuid import uuid4

import httpx
import psutil

from tests.support.database import TestDatabase
from tests.support.images import picture
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, served_settings

PICTURES = 10_000
TOKEN = "a token for the export"
MOST_MB = 40.0


def fill(database: TestDatabase, folder: Path) -> int:
    """Pictures of one person; returns the bytes of each."""
    owner_id = uuid4()
    database.sign_in(TOKEN, owner_id)
    database.run(
        "INSERT INTO generations (owner_id, prompt, status, result_url, stored_at, finished_at, charge,"
        " model, picture_type, picture_width, picture_height, created_at)"
        " SELECT %s, 'a red kite number ' || n %% 100, 'succeeded', 'https://replicate.delivery/x', now(),"
        " now(), 'charged', 'openai/gpt-image-2', 'image/png', 256, 256, now() - n * interval '1 minute'"
        " FROM generate_series(1, %s::int) n",
        owner_id,
        PICTURES,
    )
    content = picture(size=(96, 96))
    of_owner = folder / str(owner_id)
    of_owner.mkdir(parents=True)
    one = of_owner / "one"
    one.write_bytes(content)
    for row in database.run("SELECT id FROM generations WHERE owner_id = %s", owner_id):
        (of_owner / str(row["id"])).hardlink_to(one)
    one.unlink()
    return len(content)


def test_10_000_pictures_in_flat_memory(
    tmp_path: Path, database: TestDatabase, provider: EmulatedProvider
) -> None:
    size = fill(database, tmp_path / "data" / "pictures")
    settings = served_settings(database, provider.url, tmp_path / "data")
    archive = tmp_path / "export.zip"
    with EaselProcess(tmp_path, **settings) as easel:
        process = psutil.Process(easel.pid)
        cookies = {"easel_session": TOKEN}
        with httpx.Client(base_url=easel.url, cookies=cookies, timeout=120) as http:
            http.get("/api/v1/me/sessions").raise_for_status()
            before = most = process.memory_info().rss
            with http.stream("GET", "/api/v1/me/export") as reply, archive.open("wb") as file:
                assert reply.status_code == 200
                for part in reply.iter_bytes():
                    file.write(part)
                    most = max(most, process.memory_info().rss)
    assert (most - before) / 2**20 < MOST_MB
    with zipfile.ZipFile(archive) as zipped:
        names = zipped.namelist()
        assert (len(names), len(set(names))) == (PICTURES + 1, PICTURES + 1)
        assert {info.file_size for info in zipped.infolist()[:-1]} == {size}
        known = json.loads(zipped.read("generations.json"))
    assert [each["file"] for each in known] == names[:-1]
