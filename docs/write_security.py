"""Write the requirements of `docs/security.md` (`make security`), from `docs/asvs.toml` and the tests."""

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "security.md"
BEGINNING = "<!-- Written by `make security`: do not edit by hand. -->"
END = "<!-- The end of what `make security` writes. -->"


def main() -> int:
    """Returns 1, with what is wrong on standard error: a requirement without a test, or the reverse."""
    problems = what_is_wrong()
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    if not problems:
        DOCUMENT.write_text(document())
    return int(bool(problems))


def what_is_wrong() -> list[str]:
    """A line for each requirement that nothing shows, and each mark that names none of `docs/asvs.toml`."""
    rows, _ = requirements()
    tests = marked_tests()
    return [
        *(
            f"{each} has no test, and no word on where it is shown"
            for each in rows
            if not shown(rows[each], tests[each])
        ),
        *(
            f"{each} has a test, but no row in docs/asvs.toml"
            for each in sorted(tests.keys() - rows.keys(), key=turn)
        ),
    ]


def document() -> str:
    """`docs/security.md` with the requirements as they are now."""
    before, rest = DOCUMENT.read_text().split(BEGINNING)
    after = rest.split(END)[1]
    return f"{before}{BEGINNING}\n\n{tables()}\n\n{END}{after}"


def tables() -> str:
    rows, not_applicable = requirements()
    tests = marked_tests()
    lines = ["| id | asks for | how it is met | shown by |", "|---|---|---|---|"]
    for each in sorted(rows, key=turn):
        row = rows[each]
        lines.append(f"| {each} | {row['asks']} | {row['how']} | {shown(row, tests[each])} |")
    lines += ["", "What does not apply:", "", "| id | why |", "|---|---|"]
    lines += [f"| {ids} | {why} |" for ids, why in not_applicable.items()]
    return "\n".join(lines)


def requirements() -> tuple[dict[str, Any], dict[str, str]]:
    """The rows by their ids, and the reasons of what does not apply."""
    rows = tomllib.loads((ROOT / "docs" / "asvs.toml").read_text())
    return rows, rows.pop("not_applicable")


def shown(row: Mapping[str, str], tests: list[str]) -> str:
    """Empty when nothing shows it."""
    return "; ".join([*tests, *([row["shown"]] if "shown" in row else [])])


def marked_tests() -> defaultdict[str, list[str]]:
    """The tests of each requirement, as `file: name`."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if "asvs" not in (source := path.read_text()):
            continue
        names: defaultdict[str, list[str]] = defaultdict(list)
        for name, ids in marks_in(ast.parse(source)):
            for each in ids:
                names[each].append(f"`{name}`")
        for each, those in names.items():
            found[each].append(f"`{path.relative_to(ROOT)}`: {', '.join(those)}")
    return found


def marks_in(module: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """The names of a module's marked tests, with the ids that they are marked with."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            ids = [one for each in node.decorator_list for one in ids_of(each)]
            if ids:
                yield node.name, ids


def ids_of(decorator: ast.expr) -> list[str]:
    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.asvs":
        return [ast.literal_eval(each) for each in decorator.args]
    return []


def turn(number: str) -> list[int]:
    """Where a number stands among the others: 3.4.10 comes after 3.4.9."""
    return [int(part) for part in number.split(".")]


if __name__ == "__main__":
    sys.exit(main())
