"""What is refused unread: requests that other sites send through a browser, and bodies that are too large."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""Names by which this machine calls itself. Any other may be one that a foreign site has made lead here."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """Stands before an app.

    Parameters
    ----------
    app : ASGI app
        What is guarded.
    largest : int
        Bytes of a request's body, at most. Reading stops there.
    """

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD") and _is_from_elsewhere(Headers(scope=scope)):
            refusal = JSONResponse({"detail": "a page of another site sent this; only the app's own page may"}, 403)
            await refusal(scope, receive, with_headers)
        else:
            await self._app(scope, self._limited(receive), with_headers)

    def _limited(self, receive: Receive) -> Receive:
        n_read = 0

        async def limited() -> Message:
            nonlocal n_read
            message = await receive()
            n_read += len(message.get("body", b""))
            if n_read > self._largest:
                raise HTTPException(
                    413, f"more than {self._largest / 2**20:g} MB; split it, or start the app with a higher --largest"
                )
            return message

        return limited


def _is_from_elsewhere(headers: Headers) -> bool:
    """Judge by what browsers say and pages cannot change; programs say neither."""
    host = headers.get("host")
    origin = headers.get("origin")
    other_site = headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    return other_site or (origin is not None and origin not in (f"http://{host}", f"https://{host}"))
