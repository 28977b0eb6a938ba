"""Write `docs/PHASE_02__change_spec.md` (`make qa`): every file with its purpose, the migration's SQL."""

import ast
import runpy
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
PARTS = ("main.py", "core", "ui", "migrations", "tests", "bench")


def main() -> None:
    lines = [
        "# Phase 2: change specification",
        "",
        "Written by `make qa` from the code; do not edit by hand. Every file of the phase with its purpose",
        "(its own first line), then the SQL of the migrations.",
        "",
        "| file | purpose |",
        "|---|---|",
    ]
    for path in sorted(file for part in PARTS for file in files(ROOT / part)):
        purpose = first_line(path)
        if purpose:
            lines.append(f"| `{path.relative_to(ROOT)}` | {purpose} |")
    for migration in sorted((ROOT / "migrations" / "versions").glob("*.py")):
        module = runpy.run_path(str(migration))
        for direction in ("upgrade", "downgrade"):
            heading = f"## `{migration.name}`: {direction}"
            lines += ["", heading, "", "```sql", sql_of(module[direction]), "```"]
    (ROOT / "docs" / "PHASE_02__change_spec.md").write_text("\n".join(lines) + "\n")


def sql_of(step: Callable[[], None]) -> str:
    """What a migration would execute."""
    buffer = StringIO()
    options = {"as_sql": True, "output_buffer": buffer}
    with Operations.context(MigrationContext.configure(dialect_name="postgresql", opts=options)):
        step()
    return "\n".join(line.rstrip() for line in buffer.getvalue().strip().splitlines())


def files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [*path.rglob("*.py")]


def first_line(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    return docstring.splitlines()[0].replace("|", "\\|") if docstring else ""


if __name__ == "__main__":
    main()
