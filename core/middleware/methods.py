"""HTTP methods by what they may do."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Those that change nothing, and whose bodies nobody reads."""
