"""`docs/reliability.md`: what the last runs measured, each section written by the command that ran."""

import os
import platform
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

REPORT = Path(__file__).parents[2] / "docs" / "reliability.md"
SECTIONS = ("Kill test", "Histories", "Soak", "A sick provider", "Limits", "Denial", "Fuzzing")
_HEAD = """# Reliability

What the last runs of the commands below measured; each writes its own section. They test
[the promises](promises.md). Times depend on the machine, counts do not.
"""


def write_section(title: str, command: str, figures: Mapping[str, object], note: str = "") -> None:
    """Put the figures of a run that has just ended in the place of the last run's.

    `title` is one of `SECTIONS`, `command` is what repeats the run, `note` a paragraph below the table.
    """
    sections = _sections()
    rows = "\n".join(f"| {name} | {figure} |" for name, figure in figures.items())
    when = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}"
    text = f"`{command}`, {when}.\n\n| what | measured |\n|---|---|\n{rows}\n"
    sections[title] = f"{text}\n{note.strip()}\n" if note else text
    body = "\n".join(f"## {name}\n\n{sections[name]}" for name in SECTIONS if name in sections)
    REPORT.write_text(f"{_HEAD}\n{body}")


def _sections() -> dict[str, str]:
    text = REPORT.read_text() if REPORT.exists() else ""
    parts = re.split(r"^## (.+)\n\n", text, flags=re.MULTILINE)[1:]
    return {name: body.rstrip("\n") + "\n" for name, body in zip(parts[::2], parts[1::2], strict=True)}
