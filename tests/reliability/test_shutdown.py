"""SIGTERM: running requests end, nothing is lost, and the database is left clean."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.database.servers import servers_of
from tests.support.database import TestDatabase
from tests.support.faults import hanging
from tests.support.provider import EmulatedProvider
from tests.support.raw_http import all_of, connect, request
from tests.support.servers import EaselProcess, served_settings

TOKEN = "a token for the stopping test"
STOP_SECONDS = 10.0
SLOW_PROVIDER_SECONDS = 3.0
POLLING = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"


def test_what_is_under_way_ends_before_the_process_does(
    tmp_path: Path, database: TestDatabase, provider: EmulatedProvider
) -> None:
    database.sign_in(TOKEN)
    with EaselProcess(tmp_path, **served_settings(database, provider.url, tmp_path / "data")) as easel:
        provider.emulator.fault = hanging(SLOW_PROVIDER_SECONDS, method="POST")
        # One idle after an answer, one in a head's midst, a page that polls for want of a web socket.
        with (
            httpx.Client(base_url=easel.url, cookies={"easel_session": TOKEN}, timeout=20) as http,
            connect(easel.url, request("/healthz")) as idle,
            connect(easel.url, b"GET /healthz HTTP/1.1\r\nHo") as half,
            connect(easel.url, open_polling(easel.url)) as polling,
            ThreadPoolExecutor() as threads,
        ):
            assert idle.recv(65536).startswith(b"HTTP/1.1 200")
            submit = threads.submit(http.post, "/api/v1/generations/submit", json={"prompt": "a red kite"})
            wait_for_create(provider)
            signaled = time.monotonic()
            easel.tell()
            assert b"\r\n1\r\n1\r\n0\r\n" in all_of(polling)  # the packet that says goodbye
            assert all_of(idle) == b""
            assert time.monotonic() - signaled < 1.0
            assert all_of(half) == b""  # the rest may be under way, but not for long
            assert time.monotonic() - signaled < 2.0
            answer = submit.result()
            assert easel.wait(STOP_SECONDS) == 0
    [row] = database.generations()
    assert (answer.status_code, answer.json()["data"]["id"]) == (200, str(row["id"]))
    assert row["external_id"] == provider.last_id
    assert SLOW_PROVIDER_SECONDS < time.monotonic() - signaled < SLOW_PROVIDER_SECONDS + 4.0
    assert database.run("SELECT pid FROM pg_stat_activity WHERE usename LIKE 'easel_%%'") == []
    assert "Traceback" not in easel.log.read_text()


def test_a_second_ctrl_c_cuts_nothing_off(
    tmp_path: Path, database: TestDatabase, provider: EmulatedProvider
) -> None:
    database.sign_in(TOKEN)
    with EaselProcess(tmp_path, **served_settings(database, provider.url, tmp_path / "data")) as easel:
        provider.emulator.fault = hanging(SLOW_PROVIDER_SECONDS, method="POST")
        with (
            httpx.Client(base_url=easel.url, cookies={"easel_session": TOKEN}, timeout=20) as http,
            ThreadPoolExecutor() as threads,
        ):
            submit = threads.submit(http.post, "/api/v1/generations/submit", json={"prompt": "a red kite"})
            wait_for_create(provider)
            for _ in range(2):
                easel.tell(signal.SIGINT)
                time.sleep(0.3)
            assert submit.result().status_code == 200
        easel.wait(STOP_SECONDS)
    assert database.generations()[0]["external_id"] == provider.last_id
    assert database.run("SELECT pid FROM pg_stat_activity WHERE usename LIKE 'easel_%%'") == []


def test_the_embedded_database_is_shut_down_cleanly_however_often_one_asks(tmp_path: Path) -> None:
    with EaselProcess(tmp_path, DATA_DIR="data") as easel:
        easel.tell()
        for _ in range(20):
            time.sleep(0.05)
            easel.tell(signal.SIGTERM)
            if not servers_of(tmp_path / "data"):
                break
        assert easel.wait(STOP_SECONDS) == 0
    assert servers_of(tmp_path / "data") == []
    log = (tmp_path / "data" / "postgres" / "log").read_text()
    assert log.rstrip().endswith("database system is shut down")
    with EaselProcess(tmp_path, DATA_DIR="data") as again:
        assert again.stop(STOP_SECONDS) == 0
    log = (tmp_path / "data" / "postgres" / "log").read_text()
    assert log.count("database system is shut down") >= 2
    assert "not properly shut down" not in log
    assert "Traceback" not in easel.log.read_text() + again.log.read_text()


def open_polling(url: str) -> bytes:
    """The request with which a page that polls waits for news."""
    opened = httpx.get(url + POLLING).text
    sid = opened.partition('"sid":"')[2].partition('"')[0]
    return request(f"{POLLING}&sid={sid}")


def wait_for_create(provider: EmulatedProvider) -> None:
    deadline = time.monotonic() + 10
    while not provider.creates:
        assert time.monotonic() < deadline
        time.sleep(0.01)
