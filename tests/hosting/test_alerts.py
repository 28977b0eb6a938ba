"""Alerts and dashboard use metrics that exist, alert when they should, and each alert says what to do."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from core.settings import Settings
from tests.support.application import client_for, make_settings, started_app
from tests.support.database import TestDatabase
from tests.support.people import signed_in
from tests.support.servers import ROOT

ALERTS = ROOT / "deploy" / "alerts.yaml"
DASHBOARD = ROOT / "deploy" / "grafana-dashboard.json"
RUNBOOK = ROOT / "docs" / "alerts.md"
TOKEN = "a-token-for-tests"


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def expressions() -> Iterator[str]:
    """All of them; Grafana's variable stands for every process."""
    yield from (rule["expr"] for rule in rules())
    for panel in panels():
        yield from (target["expr"].replace("$instance", ".*") for target in panel["targets"])


def promtool(*arguments: str | Path) -> str:
    program = shutil.which("promtool")
    assert program, "promtool is missing (Debian: apt-get install prometheus)"
    ended = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture
async def names(settings: Settings, database: TestDatabase) -> set[str]:
    """All names of metrics, once somebody has made a picture."""
    settings = make_settings(**settings.model_dump() | {"metrics_token": TOKEN, "budget_usd_per_month": 20})
    async with (
        started_app(settings, database) as started,
        signed_in(started.app, started.ctx, "ada") as ada,
        client_for(started.app) as http,
    ):
        await started.upkeep.run_once()
        created = await ada.http.post("/api/v1/generations/submit", json={"prompt": "a red kite"})
        await ada.http.get(f"/api/v1/generations/{created.json()['data']['id']}")
        return names_in(await http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}))


def names_in(response: httpx.Response) -> set[str]:
    families = text_string_to_metric_families(response.text)
    return {sample.name for family in families for sample in family.samples}


def test_every_expression_uses_metrics_that_exist(names: set[str]) -> None:
    used = {name for each in expressions() for name in re.findall(r"\b(?:easel|process)_\w+", each)}
    assert len(used) > 15
    assert used - names == set()


def test_every_metric_is_told_of(names: set[str]) -> None:
    families = {re.sub(r"_(bucket|count|sum|created)$", "", name) for name in names if name[:6] == "easel_"}
    told = set(re.findall(r"`(easel_\w+)`", RUNBOOK.read_text()))
    assert told == families


def test_every_alert_says_what_to_do() -> None:
    headings = re.findall(r"^### (\w+)$", RUNBOOK.read_text(), re.MULTILINE)
    assert headings == [rule["alert"] for rule in rules()]
    for rule in rules():
        assert rule["annotations"]["runbook"] == f"docs/alerts.md#{rule['alert'].lower()}"


def test_every_expression_is_one_for_prometheus(tmp_path: Path) -> None:
    promtool("check", "rules", ALERTS)
    recorded = [{"record": f"panel:{number}", "expr": each} for number, each in enumerate(expressions())]
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))
    promtool("check", "rules", file)


def test_alerts_fire_when_they_should(tmp_path: Path) -> None:
    cases = (Path(__file__).with_name("alerts.test.yaml")).read_text()
    file = tmp_path / "alerts.test.yaml"
    file.write_text(cases.replace("RULES", str(ALERTS), 2))
    assert "SUCCESS" in promtool("test", "rules", file)


def test_no_panel_covers_another() -> None:
    places = [panel["gridPos"] for panel in panels()]
    cells = [
        (x, y)
        for at in places
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert all(at["x"] + at["w"] <= 24 for at in places)
