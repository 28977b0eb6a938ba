"""Easel without its screens: settings, database, services, provider, sign-in, HTTP API and server."""
