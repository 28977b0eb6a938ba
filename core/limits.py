"""Limits of time, size and number. They are passed to the parts of Easel, so tests can pass smaller ones.

They are not settings: nobody who runs Easel has a reason to change them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ConnectionLimits:
    """Limits of the server, for each connection and for all together."""

    head_seconds: float = 10.0
    """Time for the head of a request to arrive, the first and each later one."""
    first_head_seconds: float = 0.5
    """The same for a connection that is new when the server ends."""
    reader_seconds: float = 30.0
    """Time that a client may read nothing of an answer."""
    check_seconds: float = 1.0
    """Time between two checks of the limits above."""
    max_head_bytes: int = 64 * 1024
    max_pipelined_requests: int = 100
    max_connections: int = 16_384
    """Fewer where the process may open fewer files."""
    max_socket_message_bytes: int = 1_000_000
    """Bytes of one web socket message: the limit of NiceGUI's server, which its pages respect."""
    goodbye_seconds: float = 1.0
    """Time to tell open pages that the server stops."""
    shutdown_seconds: int = 6
    """Time for running requests to end after a signal."""
    exit_seconds: float = 9.5
    """Time for the whole shutdown; after that the process ends by force."""


@dataclass(frozen=True)
class BodyLimits:
    """Limits of request bodies."""

    max_bytes: int = 64 * 1024
    max_polling_bytes: int = 1_000_000
    """Bytes of one message of a NiceGUI page that polls because it has no web socket."""
    max_held_bytes: int = 32 * 1024 * 1024
    """Bytes of all bodies that are being read, not counting the first `beginning_bytes` of each."""
    beginning_bytes: int = 8 * 1024
    """Enough for a prompt, which therefore always finds room."""
    seconds: float = 15.0
    """Time for a body to arrive."""


@dataclass(frozen=True)
class DatabaseLimits:
    """Limits of waiting for the database."""

    start_seconds: float = 60.0
    """Time for a database that is away or still starting when Easel starts."""
    connect_seconds: int = 3
    pool_seconds: float = 5.0
    """Time to wait for a free connection of a pool; a page, which needs one, has longer to be built."""
    statement_seconds: float = 10.0


@dataclass(frozen=True)
class ProviderLimits:
    """Limits of calls to the provider.

    The times are for one call; only `search_seconds` is for all calls that search for one prediction.
    """

    start_seconds: float = 20.0
    fetch_seconds: float = 2.0
    cancel_seconds: float = 5.0
    list_seconds: float = 5.0
    search_seconds: float = 20.0
    max_reply_bytes: int = 1_000_000
    failures_in_a_row: int = 5
    """The number of failed reads after which calls pause."""
    first_pause_seconds: float = 2.0
    longest_pause_seconds: float = 30.0
    longest_named_pause_seconds: float = 60.0
    """The longest pause that is granted when the provider asks for one."""


@dataclass(frozen=True)
class PollLimits:
    """Limits of how often the provider is asked about one run, by whomever."""

    first_seconds: float = 1.5
    """Time from the start of a run to the first poll, where nothing is known of earlier runs."""
    least_seconds: float = 1.25
    longest_seconds: float = 10.0
    apart_seconds: float = 1.0
    """The least time between two polls."""
    max_watched: int = 10_000
    """The runs that one process watches at a time; readers and upkeep poll the others."""
    late_seconds: float = 1.0
    """A poll may come that long after it was claimed, if the next one is `apart_seconds` later still: also
    the one that cannot wait, for an overdue run."""


@dataclass(frozen=True)
class PictureLimits:
    """Limits of downloading and storing pictures."""

    max_bytes: int = 50 * 1024 * 1024
    download_seconds: float = 60.0
    store_seconds: float = 30.0
    """Time for one read, write or delete."""
    probe_seconds: float = 20.0
    """Time to try out the store when Easel starts."""
    tell_seconds: float = 60.0
    """Time between two log lines about pictures that could not be stored."""


@dataclass(frozen=True)
class Limits:
    """All limits of one process."""

    connections: ConnectionLimits = ConnectionLimits()
    bodies: BodyLimits = BodyLimits()
    database: DatabaseLimits = DatabaseLimits()
    provider: ProviderLimits = ProviderLimits()
    polls: PollLimits = PollLimits()
    pictures: PictureLimits = PictureLimits()
