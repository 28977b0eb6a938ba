"""`docs/api.md`: what a programmer pastes from it works."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.api_tokens import new_api_token
from core.callers import LoginToken
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import ROOT, EaselProcess, served_settings

PAGE = (ROOT / "docs" / "api.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def environment(
    tmp_path: Path, database: TestDatabase, provider: EmulatedProvider
) -> Iterator[dict[str, str]]:
    """A served Easel and somebody's token, as the page's first block has them set."""
    token = new_api_token()
    database.run(
        "INSERT INTO api_tokens (token_hash, owner_id, name, scopes, expires_at)"
        " VALUES (%s, gen_random_uuid(), 'docs', '{generate}', now() + interval '1 hour')",
        LoginToken.of(token).hash,
    )
    with EaselProcess(tmp_path, **served_settings(database, provider.url, tmp_path / "data")) as easel:
        yield {**os.environ, "EASEL_URL": easel.url, "EASEL_TOKEN": token}


def test_its_first_picture_is_made_by_curl_and_by_python(tmp_path: Path, environment: dict[str, str]) -> None:
    names, blocks = zip(*BLOCKS, strict=True)
    assert names == ("sh", "sh", "python")
    set_up, by_curl, by_python = blocks
    assert set(re.findall(r"export (\w+)=", set_up)) == {"EASEL_URL", "EASEL_TOKEN"}
    made = subprocess.run(["sh", "-c", by_curl], env=environment, capture_output=True, check=True, timeout=60)
    assert json.loads(made.stdout)["data"]["status"] == "succeeded"
    subprocess.run([sys.executable, "-c", by_python], env=environment, cwd=tmp_path, check=True, timeout=60)
    assert (tmp_path / "kite.png").read_bytes().startswith(b"\x89PNG")
