"""Open files: each connection needs one."""

import resource
from contextlib import suppress

# Files for the database, pictures, the provider and the log, whatever the number of connections.
_RESERVED = 512


def allow_files(wanted: int) -> int:
    """Raise this process's soft limit of open files to the hard limit, or to `wanted` if there is none.

    Returns the soft limit after that. The usual 1,024 files are used up by 1,024 idle connections.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else hard
    with suppress(ValueError, OSError):  # macOS reports a hard limit that it does not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(allowed, soft), hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def connections_for(files: int, at_most: int) -> int:
    """The number of connections, up to `at_most`, that `files` open files allow beside their other uses."""
    return min(at_most, max(files - _RESERVED, files // 2))
