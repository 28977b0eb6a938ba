"""What Easel is made of: every locked package with a licence that is allowed, and what `make audit` says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.asvs("15.1.2")
def test_every_locked_package_is_listed_with_a_licence_that_is_allowed() -> None:
    ran = run("docs/write_licences.py", "--check")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_package_without_a_known_licence_and_one_that_is_not_listed_are_found(tmp_path: Path) -> None:
    """Of a copy of the tree with another lock."""
    for name in ("requirements.txt", "requirements-embedded.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    with (tmp_path / "requirements.txt").open("a") as lock:
        lock.write("\nno-such-package==1.0\n")
    (tmp_path / "docs").mkdir()
    for name in ("write_licences.py", "licences.md"):
        (tmp_path / "docs" / name).write_text((ROOT / "docs" / name).read_text())
    ran = run(str(tmp_path / "docs" / "write_licences.py"), "--check")
    assert ran.returncode == 1
    assert ran.stderr.splitlines() == [
        "no-such-package: no licence is known: look whether it may be used",
        "docs/licences.md is out of date: make licences",
    ]


FOUND = {"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}


@pytest.mark.asvs("15.2.1")
@pytest.mark.parametrize(
    ("packages", "said", "status"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], "1 packages checked, 0 advisories", 0),
        (
            [{"name": "a", "version": "1.0", "vulns": [FOUND]}, {"name": "b", "version": "2", "vulns": []}],
            "a 1.0: PYSEC-2026-1, mended in 1.1\n2 packages checked, 1 advisories",
            1,
        ),
        (
            [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "not found"}],
            "b: not checked: not found\n1 packages checked, 0 advisories",
            0,
        ),
        # As a mirror without advisories has it, which pip-audit itself calls "no known vulnerabilities".
        (
            [{"name": "b", "skip_reason": "not found"}],
            "not checked: the advisory database cannot be reached",
            0,
        ),
    ],
)
def test_an_advisory_fails_and_what_was_not_checked_says_so(
    packages: list[dict[str, object]], said: str, status: int, tmp_path: Path
) -> None:
    report = json.dumps({"dependencies": packages, "fixes": []})
    ran = audit(tmp_path, f"cat > ${{output#--output=}} <<'END'\n{report}\nEND\nexit {status}")
    assert (ran.stdout.strip(), ran.returncode) == (said, status)


def test_without_a_way_to_the_database_nothing_is_called_checked(tmp_path: Path) -> None:
    ran = audit(tmp_path, "echo requests.exceptions.ConnectionError: away >&2\nexit 1")
    assert ran.stdout == "not checked: the advisory database cannot be reached\n"
    assert ran.returncode == 0


def test_any_other_failure_of_the_tool_is_one(tmp_path: Path) -> None:
    ran = audit(tmp_path, "echo no such option >&2\nexit 2")
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", "no such option\n")


def audit(folder: Path, does: str) -> "subprocess.CompletedProcess[str]":
    """With a pip-audit that `does` that."""
    tool = folder / "pip-audit"
    tool.write_text(f"#!/bin/sh\nfor each; do case $each in --output=*) output=$each;; esac; done\n{does}\n")
    tool.chmod(0o755)
    return run("docs/check_advisories.py", str(tool), "requirements.txt")


def run(script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, script, *arguments],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
