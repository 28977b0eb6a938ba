"""HTTP by hand, for clients that no library would be: slow, silent, endless."""

import socket
from urllib.parse import urlsplit


def connect(url: str, sent: bytes = b"", *, receive_buffer: int = 0, source: str = "") -> socket.socket:
    """A connection to the server at `url`, over which `sent` has been sent."""
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    if source:
        connection.bind((source, 0))
    connection.settimeout(10)
    address = urlsplit(url)
    connection.connect((address.hostname, address.port))
    connection.sendall(sent)
    return connection


def request(path: str, *headers: str, method: str = "GET") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: easel", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def all_of(connection: socket.socket) -> bytes:
    """What comes until the connection ends, by a reset or not."""
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    return received
