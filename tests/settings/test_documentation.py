"""Every setting is documented, in README.md and in `.env.example`, with the default that it has."""

import re
from pathlib import Path

from core.settings import Settings
from core.settings.secret_files import file_names
from tests.support.servers import ROOT

# What a setting without a default of its own falls back to, where the table says more than `unset`.
FALLBACKS = {
    "PUBLIC_URL": "`http://HOST:PORT`",
    "PROCESS_NAME": "`PORT`",
    "MIGRATION_DATABASE_URL": "`DATABASE_URL`",
    "REPLICATE_BASE_URL": "the client's own",
}


def defaults_in_code() -> dict[str, str]:
    defaults = {name.upper(): field.default for name, field in Settings.model_fields.items()}
    return {name: _as_written(default) for name, default in defaults.items()}


def _as_written(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return ",".join(default)
    return "" if default in (None, frozenset()) else str(default)


def defaults_in_example() -> dict[str, str]:
    return dict(re.findall(r"^#([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))


def defaults_in_readme() -> dict[str, str]:
    """From rows like "| `NAME`, `OTHER` | default, other default | meaning |"."""
    found: dict[str, str] = {}
    rows = re.findall(r"^\| (`[A-Z].*?) \| (.*?) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    for names, default in rows:
        named = re.findall(r"`([A-Z_]+)`", names)
        each = default.split(", ") if len(default.split(", ")) == len(named) else [default] * len(named)
        found |= dict(zip(named, each, strict=True))
    return found


def test_the_example_names_every_setting_with_its_default() -> None:
    assert defaults_in_example() == defaults_in_code()


def test_the_example_is_a_file_that_changes_nothing(folder: Path) -> None:
    uncommented = re.sub(r"^#(?=[A-Z_]+=)", "", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    default = Settings.load()
    (folder / ".env").write_text(uncommented)
    assert "\nPORT=8080\n" in uncommented
    assert Settings.load() == default


def test_the_readme_names_the_file_of_every_secret() -> None:
    described = re.sub(r"\s+", " ", (ROOT / "README.md").read_text())
    assert [name for name in file_names(Settings) if f"`{name}`" not in described] == []
    assert "STORAGE_SECRET_FILE=" in (ROOT / ".env.example").read_text()


def test_the_readme_names_every_setting_with_its_default() -> None:
    documented = defaults_in_readme()
    assert list(documented) == list(defaults_in_code())
    for name, default in defaults_in_code().items():
        if default:
            assert documented[name] == f"`{default}`"
        else:
            assert documented[name] == FALLBACKS.get(name) or documented[name].startswith("unset")
