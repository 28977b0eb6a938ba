"""Easel as a wheel, with its command."""

import tomllib
from pathlib import Path
from zipfile import ZipFile

import httpx

from core.database.embedded import LIBRARY
from tests.setup.checkout import copy_checkout, make, newcomers_environment, run, tracked_files
from tests.support.servers import ROOT, EaselProcess

PARTS = ("core/", "main.py", "migrations/", "ui/")


def test_the_installed_command_serves_from_an_empty_folder(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "easel")
    environment = newcomers_environment()
    done = make(".venv", checkout, environment)
    assert done.returncode == 0, done.stderr
    python = checkout / ".venv" / "bin" / "python"
    pip = [str(python), "-m", "pip"]
    done = run([*pip, "wheel", "--quiet", "--no-deps", "-w", "dist", "."], checkout, environment)
    assert done.returncode == 0, done.stderr
    [wheel] = (checkout / "dist").iterdir()
    assert files_of(wheel) == {name for name in tracked_files() if name.startswith(PARTS)}
    done = run([*pip, "install", "--quiet", "--no-deps", str(wheel)], checkout, environment)
    assert done.returncode == 0, done.stderr
    assert run([*pip, "check"], checkout, environment).returncode == 0

    empty = tmp_path / "empty"
    empty.mkdir()
    with EaselProcess(empty, python=python, script=[python.with_name("easel")]) as easel:
        assert httpx.get(f"{easel.url}/healthz").status_code == 200
        assert httpx.get(f"{easel.url}/login").status_code == 200
    assert (empty / ".data" / "postgres").is_dir()


def files_of(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_uv_and_the_start_want_the_embedded_database_that_the_extra_names() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extra = declared["project"]["optional-dependencies"]["embedded"]
    assert declared["dependency-groups"]["embedded"] == extra
    assert LIBRARY in extra
