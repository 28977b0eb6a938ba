"""Look for known vulnerabilities in the locked packages (`make audit`), by pip-audit in OSV's database.

Ends with 1 where there is one. What could not be looked up is said to be not checked, which is no failure: a
machine without a way to the database can still run CI.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

_UNREACHABLE = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "Could not connect", "ProxyError")
_NOT_CHECKED = "not checked: the advisory database cannot be reached"


def main(tool: str, *requirements: str) -> int:
    """`tool` is pip-audit; all `requirements` are pinned and hashed, so nothing is resolved or installed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            tool,
            "--disable-pip",
            "--require-hashes",
            "--progress-spinner=off",
            "--vulnerability-service=osv",
        ]
        command += [
            "--format=json",
            f"--output={report}",
            *(f"--requirement={each}" for each in requirements),
        ]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if report.exists():
            return _tell(json.loads(report.read_text())["dependencies"])
    if any(each in ran.stderr for each in _UNREACHABLE):
        print(_NOT_CHECKED)  # noqa: T201
        return 0
    sys.stderr.write(ran.stderr)
    return 2


def _tell(packages: list[dict[str, Any]]) -> int:
    skipped = [each for each in packages if "skip_reason" in each]
    found = [(each, one) for each in packages for one in each.get("vulns", [])]
    for package, advisory in found:
        fixed = ", ".join(advisory["fix_versions"]) or "no version"
        print(f"{package['name']} {package['version']}: {advisory['id']}, mended in {fixed}")  # noqa: T201
    if len(skipped) == len(packages):
        print(_NOT_CHECKED)  # noqa: T201
        return 0
    for package in skipped:
        print(f"{package['name']}: not checked: {package['skip_reason']}")  # noqa: T201
    print(f"{len(packages) - len(skipped)} packages checked, {len(found)} advisories")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
