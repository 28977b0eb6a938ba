"""The server: uvicorn, with limits for slow, silent and endless clients, and a shutdown that ends in time.

A proxy that buffers whole requests and answers, such as nginx, has such limits itself, and behind it the
limits here hardly ever apply. They are needed where Easel is served without a proxy, or behind a load
balancer that passes bytes on as they arrive. uvicorn with httptools, left alone, has no time limit for the
first head of a connection, nor for a later head whose first byte has arrived; it accepts heads of any length
with any number of Host headers; it reads further pipelined requests after each answer; and it keeps an
answer in memory for as long as the client does not read. Its `limit_concurrency` refuses new connections;
here the connections that are idle for the longest time are closed instead. h11, the other parser of uvicorn,
limits heads and pipelines and requires one Host header, but takes twice the time for each request and does
not accept absolute addresses (`GET http://host/path`). Three limits are uvicorn's own options: the time for
running requests at the end, the size of web socket messages, and the pings that find dead web sockets.
"""

from core.server.server import LimitedServer, create_server, serve
from core.server.sockets import listen

__all__ = ["LimitedServer", "create_server", "listen", "serve"]
