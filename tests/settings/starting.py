"""`main.py` as a process that is expected to end by itself."""

import subprocess
import sys
from pathlib import Path

from tests.support.servers import ROOT, clean_environment


def run_main(folder: Path, *, limits: str = "", **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run it in `folder`, with exactly these settings, and `Limits` of these arguments."""
    start = f"from main import main; from core.limits import *; sys.exit(main(Limits({limits})))"
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {start}"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=clean_environment(**variables),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def errors_of(folder: Path, *, limits: str = "", **variables: str) -> list[str]:
    """The lines of a refused start. There is no traceback, no log, and nothing on standard output."""
    ended = run_main(folder, limits=limits, **variables)
    assert ended.returncode == 2, ended.stderr
    assert ended.stdout == ""
    lines = ended.stderr.splitlines()
    assert all(line.startswith("easel: ") for line in lines), ended.stderr
    return [line.removeprefix("easel: ") for line in lines]
