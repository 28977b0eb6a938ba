"""`main.py` as a process: one line for each thing to mend, and a clean end."""

import json
import os
import re
import signal
import socket
import tomllib
from pathlib import Path

import httpx
import pytest
from websockets import Origin
from websockets.sync.client import connect

from core.database.embedded import OWNING_ROLE, SERVING_ROLE
from tests.database.servers import running, servers_of
from tests.settings.starting import errors_of, run_main
from tests.support.servers import ROOT, START_SECONDS, EaselProcess, free_port
from tests.support.waiting import wait_until

HOSTED = {
    "HOST": "127.0.0.1",
    "PUBLIC_URL": "https://easel.example",
    "STORAGE_SECRET": "0123456789abcdef0123456789abcdef",
    "REPLICATE_API_TOKEN": "r8_0123456789",
    "GITHUB_CLIENT_ID": "id",
    "GITHUB_CLIENT_SECRET": "github-secret",
    "ALLOWED_EMAIL_DOMAINS": "easel.example",
}


def test_a_database_that_is_away_is_waited_for_and_is_no_fault_of_the_settings(tmp_path: Path) -> None:
    """Its status is not the one that keeps a service manager from starting Easel again."""
    ended = run_main(
        tmp_path,
        limits="database=DatabaseLimits(start_seconds=0.8)",
        DATABASE_URL=f"postgresql://ada:hunter2hunter2@127.0.0.1:{free_port()}/easel",
    )
    assert ended.returncode == os.EX_TEMPFAIL
    waiting, ended_with = ended.stderr.splitlines()
    away = "DATABASE_URL: the database does not let us in: "
    assert re.search(rf"WARNING .*{away}.*Connection refused; waiting for up to 1 seconds$", waiting)
    assert ended_with.startswith(f"easel: {away}")
    assert "hunter2" not in ended.stderr


def test_a_database_that_comes_back_lets_the_start_go_on(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As after a power cut, where Easel is back before its database."""
    # In a folder of this test's name the path of its socket could be too long: each start would have another.
    elsewhere = tmp_path_factory.mktemp("away")
    with running(elsewhere) as database:
        serving, owning = database.url(SERVING_ROLE), database.url(OWNING_ROLE)
    easel = EaselProcess(tmp_path, DATA_DIR="data", DATABASE_URL=serving, MIGRATION_DATABASE_URL=owning)
    wait_until(lambda: "; waiting for up to 60 seconds" in easel.log.read_text(), START_SECONDS)
    with running(elsewhere), easel:
        assert easel.log.read_text().count("waiting for") == 1


def test_a_hosted_start_prints_everything_that_is_missing(tmp_path: Path) -> None:
    lines = errors_of(tmp_path, HOST="0.0.0.0")  # noqa: S104
    names = [line.partition(":")[0] for line in lines]
    assert names == ["STORAGE_SECRET", "REPLICATE_API_TOKEN", "sign-in", "admission", "PUBLIC_URL"]


def test_mistyped_and_invalid_settings_are_printed_together(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("REPLICATE_API_TOKN=r8_secret_secret\n")
    lines = errors_of(tmp_path, PORT="many", DATABASE_URL="mysql://root:hunter2@db/easel")
    assert [line.partition(":")[0] for line in lines] == ["REPLICATE_API_TOKN", "PORT", "DATABASE_URL"]
    assert "secret" not in "".join(lines)
    assert "hunter2" not in "".join(lines)


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = EaselProcess(tmp_path, port=port, DATA_DIR="data")
        assert process.wait() == 2
    [line] = [line for line in process.log.read_text().splitlines() if "opened for passing" not in line]
    assert line == f"easel: HOST, PORT: cannot listen on 127.0.0.1 port {port}: Address already in use"
    assert servers_of(tmp_path / "data") == []


def test_a_hosted_start_with_everything_right_serves(tmp_path: Path) -> None:
    with EaselProcess(tmp_path, port=free_port(), DATA_DIR="data", **HOSTED) as easel:
        response = httpx.get(f"{easel.url}/login")
        assert "Continue with GitHub" in response.text
        assert "demo" not in response.text.lower()
        assert "max-age" in response.headers["Strict-Transport-Security"]
        assert easel.stop(timeout=10) == 0
    log = easel.log.read_text()
    assert "Easel is at https://easel.example" in log
    assert not any(secret in log for secret in ("0123456789abcdef", "r8_0123456789", "github-secret"))
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    [line] = [each for each in log.splitlines() if " listens on " in each]
    assert f"Easel {version} listens on 127.0.0.1 port {easel.port} with HOST=127.0.0.1, PORT=" in line
    assert "STORAGE_SECRET=set, REPLICATE_API_TOKEN=set, " in line
    assert "TRUSTED_PROXIES=127.0.0.0/8,::1" in line


def test_a_terminal_that_is_closed_ends_it_cleanly_while_pages_are_open(tmp_path: Path) -> None:
    # Ours may be ignored, under nohup, and a process starts with what it inherits.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    started = EaselProcess(tmp_path, DATA_DIR="data")
    signal.signal(signal.SIGHUP, before)
    with started as easel:
        page = f"ws://127.0.0.1:{easel.port}/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
        with connect(page, origin=Origin(easel.url)) as open_page:
            assert str(open_page.recv(timeout=5)).startswith("0{")
            assert easel.stop(timeout=10, sent=signal.SIGHUP) == 0
    assert servers_of(tmp_path / "data") == []
    assert "Traceback" not in easel.log.read_text()


def test_as_json_every_line_of_a_start_is_an_object(tmp_path: Path) -> None:
    with EaselProcess(tmp_path, DATA_DIR="data", LOG_FORMAT="json") as easel:
        httpx.get(f"{easel.url}/login")
        assert easel.stop() == 0
    lines = [json.loads(line) for line in easel.log.read_text().splitlines()]
    assert all({"time", "level", "logger", "message", "request_id"} <= line.keys() for line in lines)
    [started] = [line for line in lines if " listens on " in line["message"]]
    assert started["message"].startswith("Easel ")
    assert (started["level"], started["logger"], started["request_id"]) == ("INFO", "easel", "-")
    [access] = [line for line in lines if line["logger"] == "easel.access"]
    assert (access["method"], access["path"], access["status"]) == ("GET", "/login", 200)
