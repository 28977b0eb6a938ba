"""Which part may know which, read from the sources: the shape that the rest stands on."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from core import services

ROOT = Path(__file__).parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
MAP = CONTRIBUTING.partition("## The map of the code")[2].partition("\n## ")[0]
SOURCES = [
    path
    for folder in ("core", "ui", "migrations", "main.py")
    for path in sorted([ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*.py"))
]
SQL_MAKERS = {"delete", "insert", "select", "text", "update"}
# `core.services.X` is a module of the same name as nothing that the door exports.
EXPORTED = {f"core.services.{name}" for name in services.__all__}
PLACES_WITH_SQL = ("core/repositories/", "core/database/", "migrations/")


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    """Every node of every source, with the path of its file."""
    return [
        (str(path.relative_to(ROOT)), node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
    ]


def imports_of(node: ast.AST) -> list[str]:
    """What a statement imports, as `module` or `module.name`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{'.' * node.level}{node.module}.{alias.name}" for alias in node.names]
    return []


def importing(*forbidden: str, under: str = "") -> list[str]:
    """Which file under that folder imports something of the forbidden modules."""
    return [
        f"{place}: {name}"
        for place, node in nodes()
        if place.startswith(under)
        for name in imports_of(node)
        if any(f"{name}.".startswith(f"{module}.") for module in forbidden)
    ]


def test_core_knows_nothing_of_the_screens() -> None:
    assert importing("nicegui", "ui", "main", under="core/") == []


@pytest.mark.asvs("8.3.1")
@pytest.mark.parametrize("outside", ["ui/", "core/api/", "core/sign_in/", "main.py"])
def test_pages_and_routes_reach_the_domain_through_its_door_alone(outside: str) -> None:
    """What is not exported by `core.services` is none of their business; start-up prepares the database."""
    inside = [f"core.services.{name}" for name in modules_of("core/services")]
    inside += ["core.models", "core.failures", "core.charges", "core.orders", "core.ends", "core.looks"]
    inside += ["core.repositories", "core.provider", "core.pictures"]
    found = importing(*inside, under=outside)
    found += [] if outside == "main.py" else importing("core.database", under=outside)
    assert [each for each in found if each.partition(": ")[2] not in EXPORTED] == []


def modules_of(folder: str) -> list[str]:
    return [path.stem for path in (ROOT / folder).glob("*.py") if path.stem != "__init__"]


def test_the_screens_reach_neither_database_nor_provider() -> None:
    assert importing("sqlalchemy", "sqlmodel", "psycopg", "replicate", "httpx", under="ui/") == []


def test_no_layer_below_the_services_knows_them() -> None:
    for lower in ("database", "repositories", "provider"):
        assert importing("core.services", "core.api", "core.sign_in", under=f"core/{lower}/") == []
    assert importing("core.api", "core.sign_in", under="core/services/") == []


@pytest.mark.asvs("1.2.4")
def test_only_repositories_and_database_make_sql() -> None:
    """The models describe columns, so SQLAlchemy itself is known to them too."""
    makers = [f"{package}.{name}" for package in ("sqlalchemy", "sqlmodel") for name in SQL_MAKERS]
    found = importing(*makers, "psycopg")
    assert [place for place in found if not place.startswith(PLACES_WITH_SQL)] == []


@pytest.mark.asvs("1.2.4")
@pytest.mark.parametrize("words", ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE ", "GRANT "])
def test_no_sql_is_written_elsewhere(words: str) -> None:
    found = {place for place, node in nodes() if words in str(getattr(node, "value", ""))}
    assert {place for place in found if not place.startswith(PLACES_WITH_SQL)} == set()


def test_only_the_settings_read_the_environment() -> None:
    readers = {"environ", "environb", "getenv", "getenvb", "load_dotenv"}
    found = {place for place, node in nodes() if getattr(node, "attr", getattr(node, "name", "")) in readers}
    found.discard("ui/unseen_pages.py")  # NiceGUI's pages have an `environ` of their connection
    assert {Path(place).parent for place in found} == {Path("core/settings")}


def test_only_transactions_commit() -> None:
    """Outside of the migrations nothing else commits or rolls back by hand."""
    found = {place for place, node in nodes() if getattr(node, "attr", "") in {"commit", "rollback"}}
    assert found == {"core/database/migrate.py", "core/database/engine.py"}


def test_nothing_hangs_on_the_application() -> None:
    """Routers, pages and middleware get what they need as arguments."""
    states = [(place, ast.unparse(node)) for place, node in nodes() if getattr(node, "attr", "") == "state"]
    of_a_count = "result.state"  # of throttled-py
    assert {name for _, name in states} - {of_a_count} == {"request.state"}, states


def test_imports_say_in_full_what_they_import() -> None:
    assert [place for place, node in nodes() if any(name[0] == "." for name in imports_of(node))] == []


def test_the_rules_have_something_to_look_at() -> None:
    assert len(SOURCES) > 30
    assert importing("core.services", under="ui/") != []
    assert importing("sqlalchemy.text", under="core/repositories/") != []


def test_the_map_of_the_code_names_every_module() -> None:
    """A package by its folder, the modules in it by their names, others by their path."""
    named: set[str] = set()
    for row in MAP.splitlines():
        where, _, what = row.strip("|").partition(" | ")
        places = re.findall(r"`((?:core|ui|main)[\w/]*(?:/|\.py))`", where)
        named |= set(places)
        named |= {f"{places[0]}{name}" for name in re.findall(r"`(\w+\.py)`", what) if len(places) == 1}
    assert {each for each in named if each.endswith(".py")} == set(mapped_modules())


def mapped_modules() -> Iterator[str]:
    """All of `core` and `ui`; a component's folder is mapped whole."""
    for path in SOURCES:
        place = path.relative_to(ROOT)
        is_in_component = place.parent.parent == Path("ui/components")
        if path.name != "__init__.py" and place.parts[0] != "migrations" and not is_in_component:
            yield str(place)


def test_the_table_of_changes_names_files_that_exist() -> None:
    rows = CONTRIBUTING.partition("## Where do I change")[2].partition("## Habits")[0]
    named = re.findall(r"`([\w/]+\.(?:py|js|css))", rows)
    assert named != []
    assert [name for name in named if not (ROOT / name).exists()] == []
