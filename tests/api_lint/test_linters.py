"""The OpenAPI description before Redocly's linter and Spectral, to which even a hint is a failure."""

import os
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.support.servers import ROOT

FOLDER = Path(__file__).parent
PROGRAMS = ROOT / ".venv" / "node-api" / "node_modules" / ".bin"
# Neither may ask the network for anything.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
LINTERS = {
    "redocly": ["lint", "--config", str(FOLDER / "redocly.yaml")],
    "spectral": ["lint", "--ruleset", str(FOLDER / "spectral.yaml"), "--fail-severity", "hint"],
}


@pytest.mark.parametrize("linter", LINTERS)
async def test_no_linter_has_anything_to_say(linter: str, http: httpx.AsyncClient, tmp_path: Path) -> None:
    description = tmp_path / "openapi.json"
    description.write_bytes((await http.get("/api/openapi.json")).content)
    done = subprocess.run(  # noqa: ASYNC221  (nothing else runs meanwhile)
        [PROGRAMS / linter, *LINTERS[linter], description],
        env=os.environ | QUIET,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
