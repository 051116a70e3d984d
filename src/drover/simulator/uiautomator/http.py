"""A small HTTP/1.1 server on a stream of bytes, as NanoHTTPD in u2.jar is one: lengths, no chunks, kept alive."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

_MOST_HEAD_BYTES: Final = 16 * 1024
_MOST_BODY_BYTES: Final = 16 * 1024 * 1024
_END: Final = b"\r\n\r\n"
_REASONS: Final[Mapping[int, str]] = {200: "OK", 400: "BAD REQUEST", 404: "Not Found", 405: "Method Not Allowed"}


class Peer(Protocol):
    """Who asks."""

    async def read(self) -> bytes:
        """Return what has arrived, at least one byte, or `b""` once the peer has left."""
        ...

    async def write(self, *parts: bytes) -> None:
        """Send all bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. `headers` are named in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered."""

    body: bytes
    status: int = 200
    content_type: str = "text/plain"


class _BadRequest(Exception):
    """The peer does not speak HTTP."""


Handle = Callable[[Request], Awaitable[Response]]


async def serve(peer: Peer, handle: Handle) -> None:
    """Answer requests until the peer leaves, asks to close, or talks nonsense, which is answered with a 400."""
    pending = bytearray()
    try:
        while (request := await _next_request(peer, pending)) is not None:
            keep = request.headers.get("connection", "").lower() != "close"
            await _send(peer, await handle(request), keep=keep)
            if not keep:
                return
    except _BadRequest as error:
        await _send(peer, Response(f"{error}\n".encode(), 400), keep=False)


async def _next_request(peer: Peer, pending: bytearray) -> Request | None:
    """Return a whole request; None where the peer left before it began."""
    while _END not in pending:
        if len(pending) > _MOST_HEAD_BYTES:
            raise _BadRequest("the head is too long")
        piece = await peer.read()
        if not piece:
            if pending:
                raise _BadRequest("the head is cut off")
            return None
        pending += piece
    head, _, rest = bytes(pending).partition(_END)
    method, path, headers = _parsed(head)
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()) or int(length) > _MOST_BODY_BYTES:
        raise _BadRequest("the length is wrong")
    pending[:] = rest
    while len(pending) < int(length):
        piece = await peer.read()
        if not piece:
            raise _BadRequest("the body is cut off")
        pending += piece
    body = bytes(pending[: int(length)])
    del pending[: int(length)]
    return Request(method, path, headers, body)


def _parsed(head: bytes) -> tuple[str, str, Mapping[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):  # noqa: PLR2004  method, path, version
        raise _BadRequest("the request line is wrong")
    pairs = (line.partition(":") for line in lines)
    return words[0], words[1], {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _send(peer: Peer, response: Response, *, keep: bool) -> None:
    head = (
        f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Error')}\r\n"
        f"Content-Type: {response.content_type}\r\n"
        f"Connection: {'keep-alive' if keep else 'close'}\r\n"
        f"Content-Length: {len(response.body)}\r\n\r\n"
    )
    await peer.write(head.encode("latin-1"), response.body)
