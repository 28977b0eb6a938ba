"""Lighthouse on the signed-in generate screen; writes `docs/lighthouse.md` (`make lighthouse`).

Needs Chromium and Node.js; npx fetches Lighthouse once.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import httpx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.browser import CHROMIUM, FLAGS  # noqa: E402
from tests.support.servers import EaselProcess  # noqa: E402

VERSION = "12"
RUNS = 3
WANTED = {
    "desktop": {"performance": 95, "accessibility": 100, "best-practices": 100},
    "mobile": {"performance": 75, "accessibility": 100, "best-practices": 100},
}
FIGURES = (
    "first-contentful-paint",
    "largest-contentful-paint",
    "total-blocking-time",
    "cumulative-layout-shift",
)


def main() -> int:
    with (
        tempfile.TemporaryDirectory() as folder,
        EaselProcess(Path(folder), DATA_DIR=f"{folder}/data") as easel,
    ):
        signed_in = httpx.post(f"{easel.url}/auth/demo")
        cookie = signed_in.headers["set-cookie"].partition(";")[0]
        reports = {
            device: [run(f"{easel.url}/dashboard/generate", device, cookie) for _ in range(RUNS)]
            for device in WANTED
        }
    (ROOT / "docs" / "lighthouse.md").write_text(as_markdown(reports))
    return 0 if all(is_met(device, runs) for device, runs in reports.items()) else 1


def run(url: str, device: str, cookie: str) -> dict[str, Any]:
    command = ["npx", "--yes", f"lighthouse@{VERSION}", url, "--quiet", "--output=json"]
    command += ["--only-categories=performance,accessibility,best-practices"]
    command += [f"--extra-headers={json.dumps({'Cookie': cookie})}", "--disable-full-page-screenshot"]
    command += [f"--chrome-flags=--headless=new {' '.join(FLAGS)}"]
    command += ["--preset=desktop"] if device == "desktop" else []
    environment = os.environ | {"CHROME_PATH": CHROMIUM or ""}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def score(runs: list[dict[str, Any]], category: str) -> int:
    return round(100 * float(median(run["categories"][category]["score"] for run in runs)))


def is_met(device: str, runs: list[dict[str, Any]]) -> bool:
    return all(score(runs, category) >= wanted for category, wanted in WANTED[device].items())


def as_markdown(reports: dict[str, list[dict[str, Any]]]) -> str:
    version = reports["desktop"][0]["lighthouseVersion"]
    lines = [
        "# Lighthouse",
        "",
        f"Written by `make lighthouse`; do not edit by hand. Lighthouse {version} on the signed-in generate",
        f"screen of a fresh Easel; each score is the median of {RUNS} runs on a shared machine.",
        "",
        "| device | category | score | wanted |",
        "|---|---|---|---|",
    ]
    for device, runs in reports.items():
        for category, wanted in WANTED[device].items():
            lines.append(f"| {device} | {category} | {score(runs, category)} | {wanted} |")
    lines += ["", "| device | figure | median |", "|---|---|---|"]
    for device, runs in reports.items():
        for figure in FIGURES:
            value = median(run["audits"][figure]["numericValue"] for run in runs)
            unit = "" if figure.endswith("shift") else " ms"
            lines.append(f"| {device} | {figure} | {value:.3g}{unit} |")
        weight = median(run["audits"]["total-byte-weight"]["numericValue"] for run in runs)
        lines.append(f"| {device} | page weight | {weight / 1024:.0f} KiB |")
    lines += failures(reports)
    return "\n".join(lines) + "\n"


def failures(reports: dict[str, list[dict[str, Any]]]) -> list[str]:
    """What Lighthouse found wrong in accessibility and best practices, if anything."""
    found = set()
    for runs in reports.values():
        for category in ("accessibility", "best-practices"):
            for reference in runs[0]["categories"][category]["auditRefs"]:
                audit = runs[0]["audits"][reference["id"]]
                if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                    found.add(f"- {category}: {audit['title']}")
    return ["", *sorted(found)] if found else []


if __name__ == "__main__":
    sys.exit(main())
