"""JSON-RPC over HTTP/1.1 as bytes: one request and its answer per connection. Pure.

A connection of its own for each call costs the phone a millisecond, and leaves no doubt which answer belongs to what.
"""

import json
import re
from typing import Any, Final, cast

MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024
_MAX_HEAD_BYTES: Final = 16 * 1024
_END: Final = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})\b")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*(?=\r\n|$)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked\b", re.IGNORECASE)
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[^\r\n]{0,200}\r\n")
_OK: Final = 200


class NotAnAnswer(ValueError):
    """The bytes are no answer to what was asked; the message says why."""


class CallFailed(Exception):
    """The service answered with an error, in its own words: what was asked was not done."""


def request(method: str, path: str, body: bytes = b"") -> bytes:
    """Return a request that asks the service to close the connection after its answer."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


def call(method: str, parameters: tuple[object, ...]) -> bytes:
    """Return the request that calls a method."""
    return request(
        "POST",
        "/jsonrpc/0",
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode(),
    )


def result(body: bytes) -> Any:  # noqa: ANN401  JSON is of any type
    """Return what a method returned. Raises CallFailed, NotAnAnswer."""
    try:
        answer: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAnAnswer(f"an answer that is not JSON: {body[:60]!r}") from error
    if not isinstance(answer, dict):
        raise NotAnAnswer(f"an answer that is no object: {body[:60]!r}")
    fields = cast("dict[str, Any]", answer)
    if "error" in fields:
        error = fields["error"]
        said = cast("dict[str, Any]", error).get("message") if isinstance(error, dict) else error
        raise CallFailed(str(said)[:300])
    if "result" not in fields:
        raise NotAnAnswer(f"an answer without a result: {body[:60]!r}")
    return fields["result"]


class Answer:
    """Collects an HTTP answer; `body` is None until it is whole."""

    def __init__(self) -> None:
        self.body: bytes | None = None
        self._received = bytearray()
        self._head_end = 0
        self._length: int | None = None
        self._chunked = False

    def feed(self, data: bytes) -> None:
        """Take in bytes as they come; none at all are the end. Raises NotAnAnswer."""
        self._received += data
        if len(self._received) > MAX_ANSWER_BYTES:
            raise NotAnAnswer(f"more than {MAX_ANSWER_BYTES} bytes")
        if not self._head_end:
            self._read_head()
        if self._head_end:
            self.body = self._whole_body(ended=not data)
        if not data and self.body is None:
            raise NotAnAnswer(f"an answer that ends after {len(self._received)} bytes")

    def _read_head(self) -> None:
        end = self._received.find(_END)
        if end < 0:
            if len(self._received) > _MAX_HEAD_BYTES:
                raise NotAnAnswer(f"a head of more than {_MAX_HEAD_BYTES} bytes")
            return
        head = bytes(self._received[:end])
        status = _STATUS.match(head)
        if status is None:
            raise NotAnAnswer(f"something other than HTTP: {head[:40]!r}")
        if int(status[1]) != _OK:
            raise NotAnAnswer(f"HTTP status {int(status[1])}")
        self._head_end = end + len(_END)
        self._chunked = _CHUNKED.search(head) is not None
        if (length := _LENGTH.search(head)) is not None:
            self._length = int(length[1])

    def _whole_body(self, *, ended: bool) -> bytes | None:
        if self._chunked:
            return self._dechunked()
        if self._length is None:
            return bytes(self._received[self._head_end :]) if ended else None
        if len(self._received) < self._head_end + self._length:
            return None
        return bytes(self._received[self._head_end : self._head_end + self._length])

    def _dechunked(self) -> bytes | None:
        body = bytearray()
        place = self._head_end
        while True:
            if (found := _CHUNK.match(self._received, place)) is None:
                if b"\r\n" in self._received[place:]:
                    raise NotAnAnswer("a chunk without a length")
                return None
            size = int(found[1], 16)
            if size == 0:
                return bytes(body)
            start, place = found.end(), found.end() + size + 2
            if len(self._received) < place:
                return None
            body += self._received[start : start + size]
