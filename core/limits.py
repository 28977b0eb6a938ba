"""How long, how large and how many: what parts of Easel obey, and are given, so that a test can give less.

Nothing here is a setting: whoever runs Easel has no reason to choose another.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ConnectionLimits:
    """Of the server, for each connection and for all of them."""

    head_seconds: float = 10.0
    """For the head of a request, the first and each later one."""
    reader_seconds: float = 30.0
    """Without anything read of an answer that waits to be sent."""
    check_seconds: float = 1.0
    """How often these two are looked after."""
    max_head_bytes: int = 64 * 1024
    max_pipelined_requests: int = 100
    max_connections: int = 16_384
    """Or fewer, where the process may open fewer files."""
    max_socket_message_bytes: int = 1_000_000
    """What NiceGUI's server takes in one message; its pages send no more."""
    goodbye_seconds: float = 1.0
    """For pages to be told that the server stops."""
    shutdown_seconds: int = 6
    """For requests under way, once a signal has come."""
    exit_seconds: float = 9.5
    """For all of the end."""


@dataclass(frozen=True)
class BodyLimits:
    """Of the bodies of requests."""

    max_bytes: int = 64 * 1024
    max_polling_bytes: int = 1_000_000
    """What NiceGUI's pages send at once when they poll, for want of a web socket."""
    max_held_bytes: int = 32 * 1024 * 1024
    """Of all that are being read, without their beginnings: a prompt always finds room."""
    beginning_bytes: int = 8 * 1024
    seconds: float = 15.0


@dataclass(frozen=True)
class DatabaseLimits:
    start_seconds: float = 15.0
    """For a database that is still starting when Easel starts."""
    connect_seconds: int = 3
    pool_seconds: float = 5.0
    """For a connection that is free."""
    statement_seconds: float = 10.0


@dataclass(frozen=True)
class ProviderLimits:
    """Of one call each, but for `search_seconds`: of all calls that look for one prediction."""

    start_seconds: float = 20.0
    fetch_seconds: float = 2.0
    cancel_seconds: float = 5.0
    list_seconds: float = 5.0
    search_seconds: float = 20.0
    max_reply_bytes: int = 1_000_000
    failures_in_a_row: int = 5
    """So many make a provider sick, which is asked again after a pause."""
    first_pause_seconds: float = 2.0
    longest_pause_seconds: float = 30.0
    longest_named_pause_seconds: float = 60.0
    """Of a pause that the provider has asked for."""


@dataclass(frozen=True)
class PictureLimits:
    max_bytes: int = 50 * 1024 * 1024
    download_seconds: float = 60.0
    store_seconds: float = 30.0
    """For one act of the store."""
    probe_seconds: float = 20.0
    """For the trial of the store at the start."""
    tell_seconds: float = 60.0
    """Between two words in the log on pictures that could not be stored."""


@dataclass(frozen=True)
class Limits:
    connections: ConnectionLimits = ConnectionLimits()
    bodies: BodyLimits = BodyLimits()
    database: DatabaseLimits = DatabaseLimits()
    provider: ProviderLimits = ProviderLimits()
    pictures: PictureLimits = PictureLimits()
