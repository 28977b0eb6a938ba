"""Headless Chromium, as Debian ships it, driven by Playwright; and what every browser is told to tell."""

import os
import shutil

import pytest

# The shell first: the same engine, a seventh less time, as it draws no window around the page.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Browsers tell the console of what a page's policy refuses, but not of an `eval` whose error is caught.
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) => {
    const { effectiveDirective, blockedURI, sourceFile, lineNumber } = event;
    console.error("Content Security Policy", effectiveDirective, blockedURI, sourceFile, lineNumber);
});"""


def require(name: str, path: str | None, *, package: str) -> str:
    """The program's path. Without it the test is skipped with the reason; on CI that is a failure."""
    if path:
        return path
    reason = f"{name} is not installed (Debian: apt-get install {package})"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def require_chromium() -> str:
    return require("Chromium", CHROMIUM, package="chromium")
