"""The ways to run several processes: systemd's units, and Supervisor, each with the file of `deploy/`."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.hosting.fleet import running
from tests.hosting.programs import require
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import ROOT, clean_environment, served_settings
from tests.support.waiting import wait_until

DEPLOY = ROOT / "deploy"
START_SECONDS = 90.0
UNIT = (DEPLOY / "easel@.service").read_text()


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """Whatever systemd does not know is a line of its answer."""
    (tmp_path / "easel@8080.service").write_text(UNIT)
    (tmp_path / "easel.target").write_text((DEPLOY / "easel.target").read_text())
    names = [tmp_path / "easel@8080.service", tmp_path / "easel.target"]
    done = subprocess.run(
        [require("systemd-analyze"), "verify", *names], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_process_stays_in_the_folder_of_its_version_whatever_the_link_leads_to(tmp_path: Path) -> None:
    version, link = tmp_path / "easel-1", tmp_path / "easel"
    version.mkdir()
    (version / ".venv").symlink_to((ROOT / ".venv").resolve())
    (version / "main.py").write_text("import sys; print(sys.prefix, *sys.path)")
    link.symlink_to(version)
    [start] = re.findall(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)
    command = start.replace("/opt/easel/", f"{link}/").split()
    done = subprocess.run(command, cwd=link, capture_output=True, text=True, check=True)
    assert str(version) in done.stdout
    assert f"{link}/" not in done.stdout


def test_a_process_may_have_a_name_that_the_others_of_its_machine_do_not_have() -> None:
    """What a later file sets is in force."""
    assert re.findall("^EnvironmentFile=(.*)$", UNIT, re.MULTILINE) == [
        "/etc/easel.env",
        "-/etc/easel-%i.env",
    ]
    assert "`/etc/easel-8080.env`" in (ROOT / "docs" / "hosting.md").read_text()


class Supervised:
    """`deploy/supervisord.conf` at two free ports, and otherwise as it is."""

    def __init__(self, folder: Path, first_port: int) -> None:
        self.folder, self.ports = folder, [first_port, first_port + 1]
        text = (DEPLOY / "supervisord.conf").read_text()
        for found, replacement in (("%(here)s/..", str(ROOT)), ("8080", str(first_port))):
            assert found in text
            text = text.replace(found, replacement)
        self.configuration = folder / "supervisord.conf"
        self.configuration.write_text(text)

    def control(self, *words: str) -> str:
        command = [require("supervisorctl"), "-c", str(self.configuration), *words]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    def is_ready(self, port: int) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def wait_until_ready(self) -> None:
        wait_until(lambda: all(map(self.is_ready, self.ports)), START_SECONDS)


def two_free_ports() -> int:
    """The first of two that follow each other."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@pytest.fixture
def supervised(tmp_path: Path, database: TestDatabase, provider: EmulatedProvider) -> Iterator[Supervised]:
    supervised = Supervised(tmp_path, two_free_ports())
    settings = served_settings(database, provider.url, tmp_path / "data")
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    command = [require("supervisord"), "-c", str(supervised.configuration)]
    with running(command, tmp_path / "log", cwd=tmp_path, env=clean_environment()):
        yield supervised


def test_supervisor_runs_two_processes_and_starts_again_what_dies(supervised: Supervised) -> None:
    supervised.wait_until_ready()
    killed, other = (int(supervised.control("pid", f"easel:{port}")) for port in supervised.ports)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: supervised.control("pid", f"easel:{supervised.ports[0]}") not in {str(killed), "0"})
    supervised.wait_until_ready()
    assert int(supervised.control("pid", f"easel:{supervised.ports[1]}")) == other

    supervised.control("shutdown")
    wait_until(lambda: not psutil.pid_exists(other), START_SECONDS)
    log = (supervised.folder / "log").read_text()
    assert f"stopped: {supervised.ports[1]} (exit status 0)" in log
