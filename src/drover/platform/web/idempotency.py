"""`Idempotency-Key`: a POST that is sent again is not done again; it gets the answer of the first.

Kept are answers that tell of success. A refused request has changed nothing (one transaction): its key is free again.
"""

import hashlib
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from drover.kernel.errors import DroverError, InvalidInput, Kind, Retry
from drover.platform.web.bodies import replay
from drover.platform.web.callers import Who
from drover.platform.web.problems import refusal

HEADER: Final = "Idempotency-Key"
MOST_KEY: Final = 128
_SECRET: Final = "answers_a_secret"  # noqa: S105  a name
_SAME_ID: Final = "same_id"
_ID_LETTERS: Final = 32
"""As kernel.ids makes them."""
_SUCCESS: Final = range(200, 300)

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class KeyUsedOtherwise(InvalidInput):
    """The key was used for another request."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{HEADER} {key!r} was used for another request", hint="use a new key for a new request")


class RequestUnderway(DroverError):
    """The first request with the key has not been answered yet."""

    kind = Kind.CONFLICT
    retry = Retry.AT_ONCE

    def __init__(self, key: str) -> None:
        super().__init__(f"the request with {HEADER} {key!r} is still being done", hint="ask again in a moment")
        self.retry_after_s = 1.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A request's digest, and what it was answered; None while it is being done."""

    request_hash: str
    answer: "Answer | None" = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: its status and its body, which is JSON or empty."""

    status: int
    body: bytes


class Keys(Protocol):
    """Where keys are kept, each for its user alone, for a day."""

    async def claim(self, who: Who, key: str, request_hash: str) -> Kept | None:
        """Take the key for this request and return None; return what is kept where it is taken.

        Exactly one of several that claim at once is given it. A claim of a process that died without an answer may be
        taken over after a minute.
        """
        ...

    async def keep(self, who: Who, key: str, answer: Answer) -> None:
        """Keep the answer for whoever sends the request again."""
        ...

    async def free(self, who: Who, key: str) -> None:
        """Give the key up: its request has changed nothing."""
        ...


@dataclass(slots=True)
class MemoryKeys:
    """Keys of one process, for as long as it runs."""

    _kept: dict[tuple[str, str, str], Kept] = field(default_factory=dict[tuple[str, str, str], Kept])

    async def claim(self, who: Who, key: str, request_hash: str) -> Kept | None:
        """Take the key for this request and return None; return what is kept where it is taken."""
        place = (who.organization, who.user, key)
        if place in self._kept:
            return self._kept[place]
        self._kept[place] = Kept(request_hash)
        return None

    async def keep(self, who: Who, key: str, answer: Answer) -> None:
        """Keep the answer for whoever sends the request again."""
        place = (who.organization, who.user, key)
        self._kept[place] = Kept(self._kept[place].request_hash, answer)

    async def free(self, who: Who, key: str) -> None:
        """Give the key up: its request has changed nothing."""
        del self._kept[who.organization, who.user, key]


class Idempotent:
    """The layer that answers repeated POSTs; below it bodies are whole, and the caller is known."""

    def __init__(self, app: ASGIApp, *, keys: Keys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        who: Who | None = scope.get("state", {}).get("caller")
        key = Headers(scope=scope).get(HEADER) if scope["type"] == "http" and scope["method"] == "POST" else None
        if who is None or key is None:
            await self._app(scope, receive, send)
            return
        body: bytes = (await receive())["body"]
        try:
            answer = await self._known(who, key, _digest(scope, body))
        except DroverError as error:
            await refusal(error)(scope, receive, send)
            return
        if answer is not None:
            await _repeated(answer)(scope, receive, send)
            return
        await self._first(scope, body, receive, send, who, key)

    async def _known(self, who: Who, key: str, digest: str) -> Answer | None:
        """Return the answer to repeat, or None where the key is now this request's. Raises what refuses it."""
        if not 0 < len(key) <= MOST_KEY or not key.isascii() or not key.isprintable():
            raise InvalidInput(f"{HEADER}: must be 1 to {MOST_KEY} printable characters", hint="use a random id")
        kept = await self._keys.claim(who, key, digest)
        if kept is None:
            return None
        if kept.request_hash != digest:
            raise KeyUsedOtherwise(key)
        if kept.answer is None:
            raise RequestUnderway(key)
        return kept.answer

    async def _first(self, scope: Scope, body: bytes, receive: Receive, send: Send, who: Who, key: str) -> None:
        """Do the request. Its answer is kept before it is sent, so that whoever saw it can get it again.

        Where it cannot be kept, as the database went away meanwhile, it is sent all the same.
        """
        scope.setdefault("state", {})[_SAME_ID] = _id(who, key, _digest(scope, body))
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        try:
            await self._app(scope, replay(body, receive), hold)
        except BaseException:
            await _noted(self._keys.free(who, key))
            raise
        status = int(held[0]["status"])
        if status in _SUCCESS:
            secret = scope.get("state", {}).get(_SECRET, False)
            told = b"" if secret else b"".join(message.get("body", b"") for message in held[1:])
            await _noted(self._keys.keep(who, key, Answer(status, told)))
        else:
            await _noted(self._keys.free(who, key))
        for message in held:
            await send(message)


async def _noted(noting: Awaitable[None]) -> None:
    """Note what became of a key, if that can be done; else the key is free after a minute."""
    try:
        await noting
    except DroverError as error:
        _log.warning("what became of a request is not kept", error=error.message)


def answers_a_secret(request: Request) -> None:
    """Have the answer to this request not kept, as it holds a secret: who sends it again gets the status alone."""
    setattr(request.state, _SECRET, True)


def same_id(request: Request) -> str | None:
    """Return an id that is this request's however often it is sent under its key; None where it has no key.

    Whoever makes something under it makes it once, even where the process died after that and before its answer.
    """
    found = getattr(request.state, _SAME_ID, None)
    return found if isinstance(found, str) else None


def _id(who: Who, key: str, digest: str) -> str:
    whose = f"{who.organization}\0{who.user}\0{key}\0{digest}"
    return hashlib.sha256(whose.encode()).hexdigest()[:_ID_LETTERS]


def _digest(scope: Scope, body: bytes) -> str:
    asked = f"{scope['method']} {scope['path']}?".encode() + scope["query_string"] + b"\n"
    return hashlib.sha256(asked + body).hexdigest()


def _repeated(answer: Answer) -> Response:
    media_type = "application/json" if answer.body else None
    return Response(answer.body, answer.status, {"Idempotency-Replayed": "true"}, media_type)
