"""A package index in a folder, with wheels that hold nothing."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

ANY_PLATFORM = "py3-none-any"


class Index:
    """Wheels in the layout of the simple repository API; `url` is for pip."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = folder.as_uri()

    def add(
        self,
        name: str,
        version: str,
        *,
        extras: Iterable[str] = (),
        requires: Iterable[str] = (),
        tag: str = ANY_PLATFORM,
    ) -> str:
        """Publish an empty wheel; returns the line that pins it in a requirements file."""
        page = self._folder / name
        page.mkdir(parents=True, exist_ok=True)
        wheel = page / f"{name.replace('-', '_')}-{version}-{tag}.whl"
        metadata = [
            "Metadata-Version: 2.1",
            f"Name: {name}",
            f"Version: {version}",
            *(f"Provides-Extra: {extra}" for extra in extras),
            *(f"Requires-Dist: {requirement}" for requirement in requires),
        ]
        _write_wheel(wheel, metadata, tag)
        links = (f'<a href="{path.name}">{path.name}</a>' for path in sorted(page.glob("*.whl")))
        (page / "index.html").write_text("<!DOCTYPE html><title>Links</title>" + "\n".join(links))
        return f"{name}=={version} --hash=sha256:{sha256(wheel.read_bytes()).hexdigest()}\n"


def _write_wheel(path: Path, metadata: list[str], tag: str) -> None:
    distribution = "-".join(path.name.split("-")[:2])
    files = {
        "METADATA": "\n".join(metadata) + "\n",
        "WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    with ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{distribution}.dist-info/{name}", content)
        record = "".join(f"{name},,\n" for name in [*archive.namelist(), f"{distribution}.dist-info/RECORD"])
        archive.writestr(f"{distribution}.dist-info/RECORD", record)


def pinned_packages(requirements: Path) -> list[tuple[str, list[str]]]:
    """The names that a lock file pins, each with the extras that are wanted of it."""
    found = re.findall(r"^([a-z][a-z0-9.-]*)(?:\[(.*?)\])?==", requirements.read_text(), re.MULTILINE)
    return [(name, re.split(r", *", extras) if extras else []) for name, extras in found]


def configured_extra_indexes() -> list[str]:
    """The indexes that pip asks on this machine beside its main one."""
    command = [sys.executable, "-m", "pip", "config", "get", "global.extra-index-url"]
    from_files = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return f"{from_files} {os.environ.get('PIP_EXTRA_INDEX_URL', '')}".split()
