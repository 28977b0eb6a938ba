"""The HTTP API under `/api`, and the health routes. Thin: every answer comes from `core.services`."""
