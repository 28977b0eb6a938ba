"""The server: uvicorn, with limits for slow, silent and endless clients, and an end that comes in time.

A proxy that keeps requests and answers whole before it passes them on, such as nginx, has such limits
itself: behind it these are hardly ever met. Easel is also served without one, or behind a balancer that
passes bytes on as they come, and there each is needed. Of their own, uvicorn and httptools wait for ever for
a connection's first head, and for a later one once a byte of it has come; take a head of any length and with
any number of Hosts; read a pipeline on after each answer; and keep for as long as it likes what a client
does not read. `limit_concurrency` turns newcomers away, where here the longest idle make room. h11, which
uvicorn has too, bounds heads and pipelines and wants one Host, but takes twice as long for each request and
does not know an address in full (`GET http://host/path`). Left to uvicorn's own options are the time that
requests have at the end, the size of a web socket's messages, and the pings that find its dead ones.
"""

from core.server.server import LimitedServer, create_server, serve
from core.server.sockets import listen

__all__ = ["LimitedServer", "create_server", "listen", "serve"]
