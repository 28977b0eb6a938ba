"""Somebody who follows docs/hosting.md, on a copy of this machine that is thrown away."""
