"""Easel without its screens: settings, database, services, provider, sign-in, HTTP API and server."""

VERSION = "0.2.0"
"""As in pyproject.toml, which a checkout that is not installed does not tell."""
