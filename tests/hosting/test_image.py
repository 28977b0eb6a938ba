"""The image's own steps, and its program as the image runs it; minutes, and so with `--image` alone."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.hosting.image import Stage, build, instructions
from tests.support.database import TestDatabase
from tests.support.gateway import Gateway
from tests.support.provider import EmulatedProvider
from tests.support.servers import free_port, served_settings
from tests.support.waiting import until

MOST_MEGABYTES = 350
START_SECONDS = 90.0
# The root is read-only, but for /data and /tmp, which are new; process 1 is the program.
_AS_IT_RUNS = """
mount --bind "$1" "$1"
mount -o remount,ro,bind "$1"
mount -t tmpfs -o mode=700,uid=10001,gid=10001 tmpfs "$1/data"
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
mount -t tmpfs tmpfs "$1/dev/shm" # as every engine does
mount -t proc proc "$1/proc"
cd "$1"; shift
exec chroot --userspec "$1" . sh -c 'cd "$1"; shift; exec "$@"' sh "$2" "${@:3}"
"""


@pytest.fixture(scope="module")
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    if not request.config.getoption("--image"):
        pytest.skip("takes minutes: make hosting-test ARGS=--image")
    return build(tmp_path_factory.mktemp("image"))


def words_of(instruction: str) -> str:
    [words] = [words for name, words in instructions() if name == instruction]
    return words


def test_it_is_small_and_has_no_compiler(image: Stage) -> None:
    measured = subprocess.run(
        ["du", "-sm", "--apparent-size", image.root], capture_output=True, text=True, check=True
    )
    assert int(measured.stdout.split()[0]) < MOST_MEGABYTES
    for name in ("cc", "gcc", "make", "pip", "pip3"):
        assert shutil.which(name, path=str(image.root / "usr" / "bin")) is None
        assert not (image.root / "opt/easel/.venv/bin" / name).exists()


@pytest.mark.timeout(400)
async def test_it_serves_with_a_read_only_root_and_ends_on_a_signal(
    image: Stage, database: TestDatabase, provider: EmulatedProvider, tmp_path: Path
) -> None:
    port = free_port()
    gateway = Gateway(database)
    await gateway.open()
    owning = gateway.database.serving_url.replace("easel_app@", "easel_owner@")
    settings = served_settings(gateway.database, provider.url, Path("/data")) | {
        "MIGRATION_DATABASE_URL": owning,
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "bash", "-euc", _AS_IT_RUNS, "bash"]
    program = await asyncio.create_subprocess_exec(
        *command,
        str(image.root),
        words_of("USER"),
        image.folder,
        *json.loads(words_of("CMD")),
        env=image.variables | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:

        async def is_ready() -> bool:
            try:
                return (await http.get("/readyz")).status_code == 200
            except httpx.TransportError:
                return False

        async with asyncio.timeout(START_SECONDS):
            while not await is_ready():
                assert program.returncode is None, await program.communicate()
                await asyncio.sleep(0.2)
        assert (await http.get("/login")).status_code == 200
    pid = only_child(program.pid)
    expect_confined(pid)
    os.kill(pid, signal.SIGTERM)
    await until(lambda: program.returncode is not None, 20)
    assert program.returncode == 0
    await gateway.close()


def only_child(pid: int) -> int:
    [child] = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def expect_confined(pid: int) -> None:
    """It is not root, and can write neither to its root nor to its own files."""
    assert "\nUid:\t10001\t10001\t10001\t10001\n" in Path(f"/proc/{pid}/status").read_text()
    mounts = [line.split() for line in Path(f"/proc/{pid}/mounts").read_text().splitlines()]
    assert [options.split(",")[0] for _, where, _, options, *_ in mounts if where == "/"] == ["ro"]
