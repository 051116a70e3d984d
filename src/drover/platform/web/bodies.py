"""Bodies of requests: read whole before anything is done, up to a size and within a time."""

import asyncio
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from drover.kernel.errors import DroverError, Kind
from drover.platform.documents import MAX_DOCUMENT_BYTES
from drover.platform.web.problems import refusal

MOST_BYTES: Final = MAX_DOCUMENT_BYTES
MOST_BYTES_OF_STRANGERS: Final = 16 * 1024
"""Enough for a login; whoever is not known need not fill the memory."""
READ_S: Final = 30.0


class BodyTooLarge(DroverError):
    """The body of a request is larger than is taken."""

    kind = Kind.TOO_LARGE

    def __init__(self, most: int) -> None:
        super().__init__(f"the request's body is larger than {most} bytes", hint="send less at once")


class BodyTooSlow(DroverError):
    """The body of a request did not arrive in time."""

    kind = Kind.TIMEOUT

    def __init__(self) -> None:
        super().__init__(f"the request's body did not arrive within {READ_S:g} s", hint="send it again")


class WholeBodies:
    """The layer that reads a request's body, and passes the request on with the whole of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = MOST_BYTES if "caller" in scope.get("state", {}) else MOST_BYTES_OF_STRANGERS
        try:
            async with asyncio.timeout(READ_S):
                body = await _read(receive, most)
        except TimeoutError:
            await refusal(BodyTooSlow())(scope, receive, send)
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
