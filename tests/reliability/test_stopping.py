"""SIGTERM at bad moments: while nothing answers and nobody reads, and at any moment of a start."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from nicegui import __version__ as nicegui_version
from websockets import Origin
from websockets.sync.client import connect as connect_web_socket

from tests.database.servers import servers_of
from tests.reliability.test_shutdown import (
    STOP_SECONDS,
    TOKEN,
    open_polling,
    wait_for_create,
)
from tests.support.database import TestDatabase
from tests.support.faults import hanging
from tests.support.provider import EmulatedProvider
from tests.support.raw_http import connect, request
from tests.support.servers import ROOT, EaselProcess, served_settings

SUBMIT = "/api/v1/generations/submit"
PAGE = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"


def test_nobody_can_hold_up_the_end(
    tmp_path: Path, database: TestDatabase, provider: EmulatedProvider
) -> None:
    """A provider that hangs, bodies that do not come, answers that are not read, open pages."""
    database.sign_in(TOKEN)
    with EaselProcess(tmp_path, **served_settings(database, provider.url, tmp_path / "data")) as easel:
        provider.emulator.fault = hanging(60)
        page = f"ws://127.0.0.1:{easel.port}{PAGE}"
        script = f"/_nicegui/{nicegui_version}/static/quasar.umd.prod.js"
        with (
            httpx.Client(base_url=easel.url, cookies={"easel_session": TOKEN}, timeout=20) as http,
            connect(easel.url, request(SUBMIT, "Content-Length: 100", method="POST") + b"a few bytes"),
            connect(easel.url, request(script) * 20, receive_buffer=4096),
            connect(easel.url, open_polling(easel.url)),
            connect_web_socket(page, origin=Origin(easel.url)),
            ThreadPoolExecutor() as threads,
        ):
            submit = threads.submit(http.post, SUBMIT, json={"prompt": "a red kite"})
            wait_for_create(provider)
            signaled = time.monotonic()
            easel.tell()
            assert easel.wait(STOP_SECONDS) == 0
            assert time.monotonic() - signaled < STOP_SECONDS
            answer = submit.result()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    [row] = database.generations()
    assert (row["status"], row["external_id"]) == ("processing", None)  # to be adopted, or to end uncharged
    assert database.run("SELECT pid FROM pg_stat_activity WHERE usename LIKE 'easel_%%'") == []


@pytest.mark.parametrize("tenths", [*range(5, 35, 3), 40, 50])
def test_a_start_that_is_broken_off_leaves_nothing_behind(tmp_path: Path, tenths: int) -> None:
    easel = EaselProcess(tmp_path, DATA_DIR="data")
    time.sleep(tenths / 10)
    easel.tell()
    # Before Python has read our code nobody hears the signal, and nothing has been started.
    assert easel.wait(STOP_SECONDS) in {0, -15}
    assert servers_of(tmp_path / "data") == []
    assert "Traceback" not in easel.log.read_text()


IN_GARBAGE = """
import gc, os, signal, sys, weakref
sys.path.insert(0, {root!r})
kept = []
real = gc.collect

def tell(_):
    os.kill(os.getpid(), signal.SIGTERM)

class Garbage:
    pass

def collect(*args):
    garbage = Garbage()
    garbage.itself = garbage
    kept.append(weakref.ref(garbage, tell))
    del garbage
    return real(*args)

from main import main
{patched}
sys.exit(main())
"""


@pytest.mark.parametrize(
    "patched", ["gc.collect = collect", "sys.modules['main'].listen = lambda *_: [collect()][1:]"]
)
def test_a_signal_while_python_collects_garbage_is_not_lost(tmp_path: Path, patched: str) -> None:
    """Python drops what is raised then."""
    code = IN_GARBAGE.format(root=str(ROOT), patched=patched)
    easel = EaselProcess(tmp_path, script=["-c", code], DATA_DIR="data")
    assert easel.wait(30) == 0
    assert servers_of(tmp_path / "data") == []


def test_what_hangs_in_the_end_is_left_behind_and_written_down(
    tmp_path: Path, database: TestDatabase, provider: EmulatedProvider
) -> None:
    code = (
        f"import sys, time; sys.path.insert(0, {str(ROOT)!r});"
        "from core.provider.client import Provider; from main import main;"
        "Provider.close = lambda self: time.sleep(60); sys.exit(main())"
    )
    settings = served_settings(database, provider.url, tmp_path / "data")
    easel = EaselProcess(tmp_path, script=["-c", code], **settings).wait_until_ready()
    easel.tell()
    assert easel.wait(STOP_SECONDS) == 1
    assert "Timeout" in easel.log.read_text()
    assert "Thread 0x" in easel.log.read_text()
