"""`deploy/Containerfile`, step by step, without an engine: its RUN steps in roots that debootstrap makes."""

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.hosting.programs import require
from tests.support.servers import ROOT

CONTAINERFILE = ROOT / "deploy" / "Containerfile"
# How this machine reaches Debian's packages and PyPI.
SOURCES = "/etc/apt/sources.list.d/debian.sources"
NETWORK = ("/etc/resolv.conf", "/etc/pip.conf", "/etc/apt/apt.conf.d", SOURCES)
# Under a name of its own: Debian's package writes its own file of certificates anew.
CERTIFICATES = "/etc/ssl/certificates-of-this-machine.pem"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NO_CACHES = """Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb"; };
"""
NOT_IN_SLIM = ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache/apt", "var/lib/apt/lists")


@dataclass
class Stage:
    """A root, and what the instructions so far have said of it."""

    root: Path
    folder: str = "/"
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, command: str) -> None:
        """As the instruction RUN does, as root."""
        environment = {"PATH": PATH, "PIP_CERT": CERTIFICATES} | self.variables
        inside = f"cd {self.folder} && {command}"
        done = subprocess.run(
            ["unshare", "--mount", "--fork", "sh", "-ec", _WITH_PROC, "sh", self.root, inside],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def copy(self, source: Path, to: str) -> None:
        """As COPY does; of the checkout without what `.dockerignore` leaves out."""
        target = self.root / Path(self.folder, to).relative_to("/")
        unwanted = shutil.ignore_patterns("__pycache__") if source.is_relative_to(ROOT) else None
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, ignore=unwanted)
        else:
            shutil.copy2(source, target / source.name)


_WITH_PROC = 'mount -t proc proc "$1/proc"; exec chroot "$1" sh -c "$2"'


def instructions() -> list[tuple[str, str]]:
    """Each with its words, lines that go on joined."""
    text = re.sub(r"^#.*\n", "", CONTAINERFILE.read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines if line]


def build(folder: Path) -> Stage:
    """The last stage of the image."""
    base = _debian(folder / "base")
    stages: dict[str, Stage] = {}
    stage = Stage(base)
    for name, words in instructions():
        if name == "FROM":
            label = words.partition(" AS ")[2]
            stage = stages[label] = Stage(folder / (label or "last"))
            subprocess.run(["cp", "--archive", base, stage.root], check=True)
        elif name == "RUN":
            stage.run(words)
        elif name == "WORKDIR":
            stage.folder = words
            (stage.root / words[1:]).mkdir(parents=True, exist_ok=True)
        elif name == "ENV":
            stage.variables |= dict(each.split("=", 1) for each in shlex.split(words))
        elif name == "COPY":
            _copy(stage, stages, words)
    return stage


def _copy(stage: Stage, stages: dict[str, Stage], words: str) -> None:
    *sources, to = words.split()
    from_root = ROOT
    if sources[0].startswith("--from="):
        from_root = stages[sources.pop(0).removeprefix("--from=")].root
    for each in sources:
        stage.copy(from_root / each.lstrip("/"), to)


def _debian(root: Path) -> Path:
    """What `debian:bookworm-slim` is but for the documentation, which that leaves out."""
    sources = Path(SOURCES).read_text()
    [mirror, *_] = re.findall(r"^URIs: (\S+)$", sources, re.MULTILINE)
    subprocess.run(
        [require("debootstrap"), "--variant=minbase", "bookworm", root, mirror],
        check=True,
        capture_output=True,
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
    )
    (root / "etc/ssl").mkdir(exist_ok=True)
    (root / "etc/apt/sources.list").unlink(missing_ok=True)
    trusted = os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    shutil.copy2(trusted, root / CERTIFICATES[1:])
    for each in NETWORK:
        source, target = Path(each), root / each[1:]
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.exists():
            shutil.copy2(source, target)
    (root / "etc/apt/apt.conf.d/docker-clean").write_text(NO_CACHES)  # as that image says
    for unneeded in NOT_IN_SLIM:
        shutil.rmtree(root / unneeded, ignore_errors=True)
        (root / unneeded).mkdir(parents=True)
    return root
