"""Easel's domain: settings, database, services, provider, sign-in and HTTP API. Knows no user interface."""
