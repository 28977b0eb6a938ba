"""The image provider: Replicate, or the built-in demo that answers the same HTTP API."""
