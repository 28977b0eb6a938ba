"""A clean copy of this checkout, and its Makefile at work in it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.servers import ROOT

# A set-up downloads about 150 MB where pip's cache has none of it.
SET_UP_SECONDS = 600


def tracked_files() -> list[str]:
    """What git knows here, as it is in the working tree, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def copy_checkout(to: Path) -> Path:
    for name in tracked_files():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, to / name)
    return to


def make(target: str, folder: Path, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run `make target`, as a newcomer does, with this Python as theirs."""
    return run(["make", target, f"PYTHON={base_python()}"], folder, environment)


def run(command: list[str], folder: Path, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SET_UP_SECONDS,
        check=False,
    )


def base_python() -> Path:
    """The interpreter below the virtual environment that runs the tests."""
    return Path(sys.base_exec_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"


def newcomers_environment(**variables: str) -> dict[str, str]:
    """This environment without what `make` and the tests' virtual environment put into it."""
    ours = ("MAKE", "MFLAGS", "VIRTUAL_ENV", "PYTHON", "COV", "PYTEST")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)} | variables


def make_venv(folder: Path, pip: str) -> Path:
    """An environment of the newcomer's Python in `folder`, with that pip; returns its Python."""
    venv = folder / ".venv"
    subprocess.run([base_python(), "-m", "venv", venv], check=True)
    python = venv / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", pip], check=True)
    return python


def installed_versions(python: Path) -> dict[str, str]:
    """The version of every package beside that Python."""
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format", "json"], capture_output=True, text=True, check=True
    )
    return {package["name"].lower(): package["version"] for package in json.loads(listed.stdout)}
