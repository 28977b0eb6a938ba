"""Where the server listens: the port is bound once, and told in one line when it cannot be."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from core.errors import ConfigurationError
from core.server import listen
from core.server.sockets import listen_on
from tests.support.raw_http import all_of, request


@contextmanager
def listening(host: str, port: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(each) for each in listen(host, port)]


def test_the_port_is_taken_from_then_on() -> None:
    with listening("127.0.0.1", 0) as [bound]:
        port = bound.getsockname()[1]
        refusal = f"HOST, PORT: cannot listen on 127.0.0.1 port {port}: Address already in use"
        with pytest.raises(ConfigurationError, match=re.escape(refusal)):
            listen("127.0.0.1", port)


def test_a_name_means_all_of_its_addresses_that_this_machine_has() -> None:
    hosts = ("192.0.2.1", "127.0.0.1", "127.0.0.1")  # the first is nobody's; port 0 is another each time
    with ExitStack() as stack:
        bound = [
            stack.enter_context(each) for each in listen_on((socket.AF_INET, (host, 0)) for host in hosts)
        ]
        assert [each.getsockname()[0] for each in bound] == ["127.0.0.1", "127.0.0.1"]


def test_a_port_that_is_taken_on_one_of_them_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        listen_on((socket.AF_INET, address) for address in (("127.0.0.1", 0), taken.getsockname()))


def test_the_name_of_this_machine_is_listened_on() -> None:
    with listening("localhost", 0) as bound:
        assert {each.getsockname()[0] for each in bound} <= {"127.0.0.1", "::1"}
        assert bound


def test_every_address_is_listened_on_and_not_those_of_ipv6_alone() -> None:
    with listening("127.0.0.1", 0) as [probe]:
        port: int = probe.getsockname()[1]
    with listening("::", port) as bound:
        assert "0.0.0.0" in {each.getsockname()[0] for each in bound}  # noqa: S104
        socket.create_connection(("127.0.0.1", port), timeout=5).close()


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_what_is_not_of_this_machine_is_told_in_one_line(host: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        listen(host, 8080)
    [problem] = caught.value.problems
    assert problem.startswith(f"HOST, PORT: cannot listen on {host} port 8080: ")
    assert "\n" not in problem


@pytest.mark.usefixtures("running")
def test_what_comes_to_that_socket_is_served(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(request("/say/hello", "Connection: close"))
        assert all_of(connection).endswith(b"hello")
