"""The sockets on which the server listens."""

import socket

from core.errors import ConfigurationError

BACKLOG = 4096


def listen(host: str, port: int) -> list[socket.socket]:
    """One listening socket for each address of `host`, which is a name or an address.

    Raises `ConfigurationError` when the port is taken, or an address does not belong to this machine.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        addresses = dict.fromkeys((family, address) for family, _, _, _, address in found)
        return [
            socket.create_server(address, family=family, backlog=BACKLOG) for family, address in addresses
        ]
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]
        raise ConfigurationError([f"HOST, PORT: cannot listen on {host} port {port}: {reason}"]) from None
