"""Bodies of requests: read whole before anything is done, up to a size and within a time."""

import asyncio
import re
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from drover.kernel.errors import DroverError, Kind
from drover.platform.documents import MAX_DOCUMENT_BYTES
from drover.platform.web.problems import refusal

MOST_BYTES: Final = MAX_DOCUMENT_BYTES
MOST_BYTES_OF_STRANGERS: Final = 16 * 1024
"""Enough for a login; whoever is not known need not fill the memory."""
READ_S: Final = 30.0
MOST_BYTES_UPLOADED: Final = 100 * 1024 * 1024
UPLOAD_S: Final = 300.0
UPLOADS_AT_ONCE: Final = 2
"""Each is held in memory."""


class BodyTooLarge(DroverError):
    """The body of a request is larger than is taken."""

    kind = Kind.TOO_LARGE

    def __init__(self, most: int) -> None:
        super().__init__(f"the request's body is larger than {most} bytes", hint="send less at once")


class BodyTooSlow(DroverError):
    """The body of a request did not arrive in time."""

    kind = Kind.TIMEOUT

    def __init__(self, within_s: float) -> None:
        super().__init__(f"the request's body did not arrive within {within_s:g} s", hint="send it again")


class WholeBodies:
    """The layer that reads a request's body, and passes the request on with the whole of it.

    What is PUT at a path that `uploads` matches may be larger, and take longer.
    """

    def __init__(self, app: ASGIApp, uploads: re.Pattern[str] | None = None) -> None:
        self._app = app
        self._uploads = uploads
        self._turns = asyncio.Semaphore(UPLOADS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if "caller" not in scope.get("state", {}):
            await self._pass(scope, receive, send, MOST_BYTES_OF_STRANGERS, READ_S)
        elif self._uploads and scope["method"] == "PUT" and self._uploads.fullmatch(scope["path"]):
            async with self._turns:
                await self._pass(scope, receive, send, MOST_BYTES_UPLOADED, UPLOAD_S)
        else:
            await self._pass(scope, receive, send, MOST_BYTES, READ_S)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, most: int, within_s: float) -> None:
        try:
            async with asyncio.timeout(within_s):
                body = await _read(receive, most)
        except TimeoutError:
            await refusal(BodyTooSlow(within_s))(scope, receive, send)
        except DroverError as error:
            await refusal(error)(scope, receive, send)
        else:
            if body is not None:
                await self._app(scope, replay(body, receive), send)


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives `body` at once, and then whatever follows."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _read(receive: Receive, most: int) -> bytes | None:
    """Return the body, or None where the caller has gone. Raises BodyTooLarge."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > most:
            raise BodyTooLarge(most)
        if not message.get("more_body", False):
            return bytes(body)
