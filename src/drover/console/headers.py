"""What keeps browsers from running, loading, sending and framing anything that is not the console's own."""

import re
import secrets
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; "
    "manifest-src 'self'; form-action 'self'; base-uri 'self'; object-src 'none'; frame-ancestors 'none'"
)
"""`unsafe-eval`: Vue compiles templates in the browser, and the server's scripts reach it as text over the socket.

`unsafe-inline` for styles: elements carry their size and place. Inline scripts need the answer's own nonce.
"""
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # without one, a form's own request would say that it comes from nowhere
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_SCRIPT: Final = re.compile(rb"<script(?=[\s>])")


class SafeAnswers:
    """The layer that adds the headers, and the nonce to the scripts of pages, which the framework writes inline."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        await self._app(scope, receive, answer.send)


class _Answer:
    """One answer on its way out. Pages are held back until they are whole; everything else passes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._nonce = secrets.token_urlsafe(16)
        self._start: Message | None = None
        self._page = bytearray()

    async def send(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers["Content-Security-Policy"] = _POLICY.format(nonce=self._nonce)
            if _is_page(headers):
                self._start = message
                return
        if self._start is None:
            await self._send(message)
            return
        self._page += message.get("body", b"")
        if not message.get("more_body", False):
            await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        page = _SCRIPT.sub(f'<script nonce="{self._nonce}"'.encode(), bytes(self._page))
        MutableHeaders(scope=start)["Content-Length"] = str(len(page))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": page})


def _is_page(headers: Headers) -> bool:
    """Whether it is a page of ours, and no file that is to be kept as it is."""
    return headers.get("content-type", "").startswith("text/html") and "content-disposition" not in headers
