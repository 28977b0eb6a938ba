"""docs/hosting.md, as a stranger follows it: its blocks in order, to a picture over https, and a restore."""

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.hosting.programs import require
from tests.hosting.stranger.outside import EMAIL, ISSUER_PORT, NAME, PICTURES_PORT
from tests.setup.checkout import copy_checkout
from tests.sign_in.identity_provider import CLIENT_ID
from tests.support.servers import ROOT

HERE = Path(__file__).parent / "stranger"
PAGE = (ROOT / "docs" / "hosting.md").read_text()
VENV = (ROOT / ".venv").resolve()
OUTSIDE = f"(cd {ROOT} && {sys.executable} -m tests.hosting.stranger.outside"
GIVEN = {
    "NAME": NAME,
    "YOU": EMAIL,
    "REPLICATE_API_TOKEN": "r8_test_token",
    "OIDC_ISSUER": f"http://127.0.0.1:{ISSUER_PORT}",
    "OIDC_CLIENT_ID": CLIENT_ID,
    "OIDC_CLIENT_SECRET": "secret",
}


def blocks(kind: str = "sh") -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def script(source: Path, seen: Path) -> str:
    """The blocks, and between them what is not the host's: what is outside, packages, a look at the page."""
    asked, *followed = blocks()
    given = GIVEN | {"EASEL": str(source)}
    assert set(re.findall(r"^(\w+)=", asked, re.MULTILINE)) == set(given)
    steps = [BEFORE, *(f"{name}={value}\n" for name, value in given.items())]
    steps += [f"echo '{number}:' && :\n{block}{_after(block, seen)}" for number, block in enumerate(followed)]
    return "\n".join(steps)


# As the machine comes up: PostgreSQL runs, the name leads here, and the outside is there.
BEFORE = f"""
set -euo pipefail
export PATH={HERE}:$PATH
chmod o+x /root {ROOT} {VENV}
git config --global --add safe.directory '*'
chown postgres /run/postgresql
pg_lsclusters --no-header | grep -q . || pg_createcluster "$(ls /usr/lib/postgresql | tail -1)" main
pg_ctlcluster $(pg_lsclusters --no-header | awk 'NR == 1 {{print $1, $2}}') start
echo 127.0.0.1 {NAME} >>/etc/hosts
{OUTSIDE} serve) &
"""


def _after(block: str, seen: Path) -> str:
    if "git clone" in block:  # no network: the packages are those that the tests run with
        return f'ln -s {VENV} "$NEW/.venv" && touch -d 2000-01-01 "$NEW"/requirements*.txt\n'
    if ">/etc/easel.env" in block:
        return f"echo REPLICATE_BASE_URL=http://127.0.0.1:{PICTURES_PORT} >>/etc/easel.env\n"
    if "/readyz" in block:
        return f"{OUTSIDE} visit {seen})\n"
    if "deploy/restore.sh" in block:
        return f"{OUTSIDE} visit {seen} again) && touch {seen}.again\n"
    return ""


def test_files_with_secrets_are_nobody_elses_before_they_are_written() -> None:
    written = [
        (block, name) for block in blocks() for name in re.findall(r"^cat >(/etc/\S+)", block, re.MULTILINE)
    ]
    assert len(written) == 2
    for block, name in written:
        assert f"install --mode 600 /dev/null {name}\n" in block.partition(f"cat >{name}")[0]


def test_a_stranger_gets_to_a_picture_and_has_it_again_after_a_restore(tmp_path: Path) -> None:
    for name in ("nginx", "openssl", "rsync", "pg_ctlcluster"):
        require(name)
    source = copy_checkout(tmp_path / "source")
    git = ["git", "-C", str(source), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "all"]):
        subprocess.run([*git, *command], check=True)
    seen = tmp_path / "seen"
    (tmp_path / "script").write_text(script(source, seen))
    (tmp_path / "copy").mkdir()
    apart = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
    folders = [tmp_path / "copy", tmp_path / "script", tmp_path, ROOT, VENV]
    done = subprocess.run(
        [*apart, HERE / "copy_of_this_machine.sh", *folders],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert json.loads(seen.read_text())["status"] == "succeeded"
    assert Path(f"{seen}.again").exists()
