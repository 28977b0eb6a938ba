"""Open files, of which each connection takes one."""

import resource
from contextlib import suppress

# For the database, pictures, the provider and the log, which must not be out of files for a crowd's sake.
_RESERVED = 512


def allow_files(wanted: int) -> int:
    """Raise this process's soft limit of open files to the hard one; returns what it is now.

    The usual 1,024 are used up by as many idle connections. Without a hard limit it becomes `wanted`.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else hard
    with suppress(ValueError, OSError):  # macOS names a hard limit that it does not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(allowed, soft), hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def connections_for(files: int, at_most: int) -> int:
    """How many connections `files` open files allow, with some left for the rest of the program."""
    return min(at_most, max(files - _RESERVED, files // 2))
