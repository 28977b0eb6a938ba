"""The image and the compose file, as far as they can be tried without an engine that builds them."""

import re
import subprocess
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.settings import Settings
from tests.hosting.test_page import GIVEN, blocks
from tests.support.servers import ROOT
from ui.languages import LANGUAGES

DEPLOY = ROOT / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()
HADOLINT = ROOT / ".venv" / "hadolint" / "bin" / "hadolint"
# Of PostgreSQL's and Python's images, beside the settings of Easel.
OTHER_VARIABLES = {"PYTHONDONTWRITEBYTECODE"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return read


def test_hadolint_has_nothing_to_say() -> None:
    done = subprocess.run([HADOLINT, DEPLOY / "Containerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_what_the_image_takes_is_there_and_let_in() -> None:
    taken = [
        name
        for line in re.findall(r"^COPY (?!--)(.*) \S+$", CONTAINERFILE, re.MULTILINE)
        for name in line.split()
    ]
    let_in = re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert sorted(taken) == sorted(let_in)
    assert all((ROOT / name).exists() for name in taken)


def test_the_image_keeps_what_babel_knows_of_the_languages_of_the_screens() -> None:
    kept = re.findall(r"! -name '(\w+)\*'", CONTAINERFILE)
    assert {tag.partition("-")[0] for tag in LANGUAGES} <= set(kept)


def easels(compose: dict[str, Any]) -> list[dict[str, Any]]:
    return [service for name, service in compose["services"].items() if name.startswith("easel-")]


def test_easel_runs_twice_and_can_change_nothing_but_its_data(compose: dict[str, Any]) -> None:
    assert len(easels(compose)) == 2
    for each in easels(compose):
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]
        assert each["security_opt"] == ["no-new-privileges:true"]
        assert [each["volumes"], each["tmpfs"]] == [["pictures:/data"], ["/tmp"]]  # noqa: S108
    assert "\nUSER 10001:10001\n" in CONTAINERFILE


def test_every_variable_is_a_setting_and_every_secret_is_a_file(compose: dict[str, Any]) -> None:
    settings = {name.upper() for name in Settings.model_fields}
    in_image = dict(re.findall(r"(\w+)=(\S+)", re.findall(r"^ENV (.*)$", CONTAINERFILE, re.MULTILINE)[0]))
    assert set(in_image) - OTHER_VARIABLES <= settings
    for each in easels(compose):
        for name, value in each["environment"].items():
            assert name.removesuffix("_FILE") in settings
            if name.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in each["secrets"]
    for service in compose["services"].values():
        for secret in service["secrets"]:
            assert (secret if isinstance(secret, str) else secret["source"]) in compose["secrets"]


def test_nginx_finds_the_processes_by_the_names_of_their_pages(compose: dict[str, Any]) -> None:
    """Its file is changed by the container's command, as it is run here."""
    changed = (DEPLOY / "nginx.conf").read_text()
    for _, found, replacement in re.findall(
        r"\bs([/|])(\S+?)\1(\S+?)\1", compose["services"]["nginx"]["command"][2]
    ):
        assert found in changed
        changed = changed.replace(found, replacement)
    assert "127.0.0.1" not in changed
    assert "/var/log" not in changed  # the container has no other place for them than its output
    for each in easels(compose):
        port, address = each["environment"]["PORT"], each["networks"]["easel"]["ipv4_address"]
        assert f"upstream easel_{port} {{\n    server {address}:{port} max_fails=0;" in changed
        assert (
            each["environment"]["TRUSTED_PROXIES"]
            == compose["services"]["nginx"]["networks"]["easel"]["ipv4_address"]
        )


def test_every_service_has_an_address_that_docker_gives_to_nobody_else(compose: dict[str, Any]) -> None:
    """What has none gets the first free one at its start, and whose it is starts later."""
    addresses = [
        ip_address(each["networks"]["easel"]["ipv4_address"]) for each in compose["services"].values()
    ]
    assert len(set(addresses)) == len(addresses)
    [given] = compose["networks"]["easel"]["ipam"]["config"]
    subnet, others = ip_network(given["subnet"]), ip_network(given["ip_range"])
    assert all(each in subnet and each not in others for each in addresses)


def test_the_page_makes_every_file_that_is_wanted(compose: dict[str, Any], tmp_path: Path) -> None:
    [commands] = blocks("sh containers")
    given = "".join(f"{name}={value}\n" for name, value in (GIVEN | {"EASEL": "here"}).items())
    subprocess.run(["bash", "-euc", given + commands], cwd=tmp_path, check=True)
    for each in compose["secrets"].values():
        assert (tmp_path / each["file"]).read_text().strip()
    assert (tmp_path / "settings.env").read_text().startswith("PUBLIC_URL=https://easel.example\n")
