"""The programs that a host has beside Easel, from Debian's packages."""

import os
import shutil

import pytest

PACKAGES = {
    "caddy": "caddy",
    "debootstrap": "debootstrap",
    "nginx": "nginx",
    "openssl": "openssl",
    "pg_ctlcluster": "postgresql",
    "rsync": "rsync",
    "supervisord": "supervisor",
    "systemd-analyze": "systemd",
}
SBIN = "/usr/sbin:/sbin"  # not on everybody's path


def require(name: str) -> str:
    """The program's path. Without it the test is skipped with the reason; on CI that is a failure."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:{SBIN}")
    if path:
        return path
    reason = f"{name} is not installed (Debian: apt-get install {PACKAGES[name]})"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
