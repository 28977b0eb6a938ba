"""A client that openapi-python-client generates from our description, with a real process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, served_settings

TOKEN = "a-token-for-a-program"
PROGRAM = """
import sys
import time

from easel_client import AuthenticatedClient
from easel_client.api.generations import fetch_picture, read_generation, submit_generation
from easel_client.models import Phase, Status, SubmitBody

address, cookie = sys.argv[1:]
client = AuthenticatedClient(address, token=cookie, auth_header_name="Cookie", prefix="")
deadline = time.monotonic() + 30

generation = submit_generation.sync(client=client, body=SubmitBody(prompt="a red kite")).data
assert generation.status is Status.PROCESSING
while generation.status is Status.PROCESSING or generation.phase is Phase.SAVING:
    assert time.monotonic() < deadline, generation
    time.sleep(0.1)
    generation = read_generation.sync(generation.id, client=client).data

assert generation.price_usd == 0.047
sys.stdout.buffer.write(fetch_picture.sync(generation.id, client=client).payload.read())
"""


@pytest.fixture
def easel(database: TestDatabase, provider: EmulatedProvider, tmp_path: Path) -> Iterator[EaselProcess]:
    database.sign_in(TOKEN)
    with EaselProcess(tmp_path, **served_settings(database, provider.url, tmp_path / "data")) as process:
        yield process


@pytest.fixture
def generated(easel: EaselProcess, tmp_path: Path) -> Path:
    """The folder of the generated client, about which the generator had nothing to complain."""
    description, folder = tmp_path / "openapi.json", tmp_path / "client"
    description.write_text(httpx.get(f"{easel.url}/api/openapi.json").text)
    tools = Path(sys.executable).parent
    generator = tools / "openapi-python-client"
    done = subprocess.run(
        [
            generator,
            "generate",
            "--fail-on-warning",
            "--path",
            str(description),
            "--output-path",
            str(folder),
        ],
        env=os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"},  # it formats what it writes with ruff
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "warning" not in said.lower()
    return folder


def test_it_submits_waits_and_fetches_the_picture(easel: EaselProcess, generated: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, f"{easel.url}/api", f"easel_session={TOKEN}"],
        cwd=generated,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert Image.open(BytesIO(done.stdout)).format == "PNG"
