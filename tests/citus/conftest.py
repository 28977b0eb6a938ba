"""An installation that was one machine's first, and that `deploy/distribute.sh` has laid on three."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.citus.cluster import Cluster, cluster
from tests.sign_in.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
)
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, free_port, served_settings

API = "/api/v1/generations"
MADE_BEFORE = 3


@dataclass
class Installation:
    """Easel on the machines, and what came of the way there."""

    machines: Cluster
    easel: EaselProcess
    veteran: UUID
    """Who made pictures while there was one machine."""
    veterans_token: str
    too_early: "subprocess.CompletedProcess[str]"
    """The script while an Easel ran."""
    distributed: "subprocess.CompletedProcess[str]"
    again: "subprocess.CompletedProcess[str]"

    def client(self, token: str) -> httpx.AsyncClient:
        """Whoever has that login session."""
        return httpx.AsyncClient(base_url=self.easel.url, cookies={"easel_session": token}, timeout=40)

    def newcomer(self) -> tuple[UUID, str]:
        """Somebody with a login session: the owner and its token."""
        owner_id, token = uuid4(), uuid4().hex
        self.machines.database.sign_in(token, owner_id)
        return owner_id, token


@pytest.fixture(scope="session")
def installation(
    tmp_path_factory: pytest.TempPathFactory,
    served_provider: EmulatedProvider,
    served_identity: IdentityProvider,
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("easel")
    served_provider.reset()
    with cluster() as machines:
        port = free_port()
        settings: dict[str, Any] = served_settings(
            machines.database, served_provider.url, folder / "data"
        ) | {
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "OIDC_ISSUER": served_identity.url,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "ALLOW_EVERYONE": "true",
        }
        veteran, token = uuid4(), uuid4().hex
        with EaselProcess(folder, port=port, **settings) as alone:
            machines.database.sign_in(token, veteran)
            _make_pictures(alone, token)
            machines.join()
            too_early = machines.distribute()
        done, again = machines.distribute(), machines.distribute()
        assert done.returncode == 0, done.stderr
        with EaselProcess(_folder(folder, "distributed"), port=port, **settings) as easel:
            yield Installation(machines, easel, veteran, token, too_early, done, again)


def _make_pictures(easel: EaselProcess, token: str) -> None:
    with httpx.Client(base_url=easel.url, cookies={"easel_session": token}, timeout=40) as http:
        for number in range(MADE_BEFORE):
            reply = http.post(
                f"{API}/submit", json={"prompt": f"kite {number}"}, headers={"Prefer": "wait=10"}
            )
            assert reply.json()["data"]["status"] == "succeeded", reply.text


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder
