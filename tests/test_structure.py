"""Which part may know which, read from the sources: the shape that the rest stands on."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = [
    path
    for folder in ("core", "ui", "migrations", "main.py")
    for path in sorted([ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*.py"))
]
SQL_MAKERS = {"delete", "insert", "select", "text", "update"}
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


def test_the_screens_reach_neither_database_nor_provider() -> None:
    assert importing("core.database", "core.repositories", "core.provider", under="ui/") == []
    assert importing("sqlalchemy", "sqlmodel", "psycopg", "replicate", "httpx", under="ui/") == []


def test_no_layer_below_the_services_knows_them() -> None:
    for lower in ("database", "repositories", "provider"):
        assert importing("core.services", "core.api", "core.sign_in", under=f"core/{lower}/") == []
    assert importing("core.api", "core.sign_in", under="core/services/") == []


def test_only_repositories_and_database_make_sql() -> None:
    """The models describe columns, so SQLAlchemy itself is known to them too."""
    makers = [f"{package}.{name}" for package in ("sqlalchemy", "sqlmodel") for name in SQL_MAKERS]
    found = importing(*makers, "psycopg")
    assert [place for place in found if not place.startswith(PLACES_WITH_SQL)] == []


@pytest.mark.parametrize("words", ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE ", "GRANT "])
def test_no_sql_is_written_elsewhere(words: str) -> None:
    found = {place for place, node in nodes() if words in str(getattr(node, "value", ""))}
    assert {place for place in found if not place.startswith(PLACES_WITH_SQL)} == set()


def test_only_the_settings_read_the_environment() -> None:
    readers = {"environ", "environb", "getenv", "getenvb", "load_dotenv"}
    found = {place for place, node in nodes() if getattr(node, "attr", getattr(node, "name", "")) in readers}
    assert found == {"core/settings.py"}


def test_only_transactions_commit() -> None:
    """Outside of the migrations nothing commits or rolls back by hand."""
    found = {place for place, node in nodes() if getattr(node, "attr", "") in {"commit", "rollback"}}
    assert found == {"core/database/migrate.py"}


def test_nothing_hangs_on_the_application() -> None:
    """Routers, pages and middleware get what they need as arguments."""
    states = [(place, ast.unparse(node)) for place, node in nodes() if getattr(node, "attr", "") == "state"]
    assert {name for _, name in states} == {"request.state"}, states


def test_imports_say_in_full_what_they_import() -> None:
    assert [place for place, node in nodes() if any(name[0] == "." for name in imports_of(node))] == []


def test_the_rules_have_something_to_look_at() -> None:
    assert len(SOURCES) > 30
    assert importing("core.services", under="ui/") != []
    assert importing("sqlalchemy.text", under="core/repositories/") != []
