"""Signing in: the providers, the routes under `/auth`, and the cookie."""
