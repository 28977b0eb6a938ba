"""The programs that a host has beside Easel, from Debian's packages."""

import os
import shutil

from tests.support import browser

PACKAGES = {
    "caddy": "caddy",
    "debootstrap": "debootstrap",
    "nginx": "nginx",
    "openssl": "openssl",
    "pg_ctlcluster": "postgresql",
    "rsync": "rsync",
    "supervisorctl": "supervisor",
    "supervisord": "supervisor",
    "systemd-analyze": "systemd",
}
SBIN = "/usr/sbin:/sbin"  # not on everybody's path


def require(name: str) -> str:
    """The program's path. Without it the test is skipped with the reason; on CI that is a failure."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:{SBIN}")
    return browser.require(name, path, package=PACKAGES[name])
