"""The handshake of a web socket, whose refusals no middleware sees, or not as answers to a request."""

from http import HTTPStatus
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.http11 import Response
from websockets.server import ServerProtocol

from core.server.crowd import Crowd


class LimitedSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, whose refusals tell browsers what all answers tell them."""

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        super().__init__(config, server_state, app_state)
        headers = cast(Crowd, server_state).headers_of_refusals
        theirs = self.conn
        self.conn = _Handshake(
            {name.decode(): value.decode() for name, value in headers},
            extensions=theirs.available_extensions,
            max_size=config.ws_max_size,
            logger=theirs.logger,
        )


class _Handshake(ServerProtocol):
    def __init__(self, headers_of_refusals: dict[str, str], **options: Any) -> None:
        super().__init__(**options)
        self._headers_of_refusals = headers_of_refusals

    def send_response(self, response: Response) -> None:
        is_refusal = response.status_code != HTTPStatus.SWITCHING_PROTOCOLS
        missing = self._headers_of_refusals if is_refusal else {}
        for name, value in missing.items():
            if name not in response.headers:
                response.headers[name] = value
        super().send_response(response)
