"""What an answer tells the browser not to do with it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.content_security_policy import HEADER, NOTHING

RawHeaders = list[tuple[bytes, bytes]]

# What a script that got in would ask for first; no screen needs any of it.
_UNUSED_FEATURES = (
    "camera",
    "display-capture",
    "geolocation",
    "hid",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)
_HEADERS = {
    # Most answers are somebody's, errors and redirects too: what may be kept says so itself.
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    HEADER: NOTHING,  # pages have their own
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED_FEATURES),
}
_HEADERS_OF_HTTPS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def security_headers(*, is_https: bool) -> RawHeaders:
    """The headers of every answer that has none of the same name."""
    headers = _HEADERS | (_HEADERS_OF_HTTPS if is_https else {})
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


class SecurityHeadersMiddleware:
    """Headers that keep a browser from framing, sniffing, keeping or leaking; an answer's own ones win."""

    def __init__(self, app: ASGIApp, *, headers: RawHeaders) -> None:
        self.app = app
        self.headers = headers
        self._names = {name for name, _ in headers}
        self._missing: dict[frozenset[bytes], RawHeaders] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", [])
                message["headers"] = [*own, *self._missing_beside(own)]
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _missing_beside(self, own: RawHeaders) -> RawHeaders:
        """Few answers have other headers of ours than the most do: worked out once for each kind."""
        known = frozenset(name for name, _ in own if name in self._names)
        missing = self._missing.get(known)
        if missing is None:
            missing = self._missing[known] = [each for each in self.headers if each[0] not in known]
        return missing
