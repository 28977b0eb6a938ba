"""The sockets on which the server listens."""

import errno
import socket
from collections.abc import Iterable
from contextlib import ExitStack

from core.errors import ConfigurationError

BACKLOG = 4096
# A container without IPv6 may still have `::1` for the name localhost.
_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
# Whoever writes `::` wants every address; Python's socket takes those of IPv6 alone.
_MEANT_AS_WELL = {"::": ("0.0.0.0",)}  # noqa: S104

Address = tuple[socket.AddressFamily, tuple[object, ...]]


def listen(host: str, port: int) -> list[socket.socket]:
    """Listening sockets for the addresses of `host`, a name or an address.

    Raises `ConfigurationError` when the port is taken, or no address is one of this machine.
    """
    try:
        hosts = (host, *_MEANT_AS_WELL.get(host, ()))
        return listen_on(dict.fromkeys(address for each in hosts for address in _addresses_of(each, port)))
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]
        raise ConfigurationError([f"HOST, PORT: cannot listen on {host} port {port}: {reason}"]) from None


def _addresses_of(host: str, port: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return [(family, address) for family, _, _, _, address in found]


def listen_on(addresses: Iterable[Address]) -> list[socket.socket]:
    """A socket for each address that this machine has. Raises `OSError` when it has none, or one is taken."""
    bound = []
    missing = OSError(errno.EADDRNOTAVAIL, "no address")
    with ExitStack() as opened:
        for family, address in addresses:
            try:
                bound.append(socket.create_server(address, family=family, backlog=BACKLOG))
                opened.enter_context(bound[-1])
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                missing = error
        opened.pop_all()
    if not bound:
        raise missing
    return bound
