"""The bus of one process. It connects event loops of several threads: each hears and answers on its own."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final, Self

import structlog

from drover.kernel.errors import DroverError
from drover.platform.bus.errors import (
    MOST_BYTES,
    AnswerFailed,
    NoAnswerInTime,
    NobodyAnswers,
    PayloadTooLarge,
)
from drover.platform.bus.ports import Handler, Message
from drover.platform.bus.subjects import check_pattern, check_subject, matches

MOST_WAITING: Final = 1024
"""How many messages wait for one subscriber; at 64 KB each that is 64 MB, and in practice a few hundred KB."""
MOST_ANSWERING: Final = 256
"""How many questions one answerer has begun at most."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class MemoryBus:
    """A bus between whatever runs in this process. Its methods may be called on any thread's running loop."""

    def __init__(self, *, most_waiting: int = MOST_WAITING, most_answering: int = MOST_ANSWERING) -> None:
        self._most_waiting = most_waiting
        self._most_answering = most_answering
        self._lock = threading.Lock()
        self._subscribers: list[_Subscriber] = []
        self._answerers: list[_Answerer] = []

    async def publish(self, subject: str, payload: bytes) -> None:
        """Send to whoever listens now. Raises PayloadTooLarge, BadSubject."""
        _check(subject, payload)
        message = Message(subject, payload)
        with self._lock:
            to = [each for each in self._subscribers if matches(each.pattern, subject)]
        for each in to:
            each.put(message)

    @asynccontextmanager
    async def subscribe(self, pattern: str) -> AsyncGenerator[AsyncIterator[Message], None]:
        """Yield the messages that come while the context lasts."""
        check_pattern(pattern)
        subscriber = _Subscriber(pattern, self._most_waiting)
        with self._lock:
            self._subscribers.append(subscriber)
        try:
            yield subscriber
        finally:
            with self._lock:
                self._subscribers.remove(subscriber)

    async def request(self, subject: str, payload: bytes, *, timeout_s: float) -> bytes:
        """Return an answer. Raises PayloadTooLarge, BadSubject, NobodyAnswers, NoAnswerInTime, AnswerFailed."""
        _check(subject, payload)
        with self._lock:
            answerer = next((each for each in self._answerers if matches(each.pattern, subject)), None)
        if answerer is None:
            raise NobodyAnswers(subject)
        reply = _Reply()
        answerer.ask(Message(subject, payload), reply)
        try:
            async with asyncio.timeout(timeout_s):
                return await reply.future
        except TimeoutError:
            raise NoAnswerInTime(subject, timeout_s) from None

    @asynccontextmanager
    async def answer(self, pattern: str, handler: Handler) -> AsyncGenerator[None, None]:
        """Answer while the context lasts."""
        check_pattern(pattern)
        answerer = _Answerer(pattern, handler, self._most_answering)
        with self._lock:
            self._answerers.append(answerer)
        try:
            yield
        finally:
            with self._lock:
                self._answerers.remove(answerer)
            await answerer.end()


def _check(subject: str, payload: bytes) -> None:
    check_subject(subject)
    if len(payload) > MOST_BYTES:
        raise PayloadTooLarge(subject, len(payload))


def _on(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> bool:
    """Have `call` run on that loop; return False where the loop is closed."""
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:
        return False
    return True


class _Subscriber:
    """The messages that wait for one listener: put on any thread, read on the loop that it was made on."""

    def __init__(self, pattern: str, most: int) -> None:
        self.pattern = pattern
        self._most = most
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Message] = deque()
        self._came = asyncio.Event()
        self._lost = 0

    def put(self, message: Message) -> None:
        # A deque's length, append and popleft are safe between threads; one message too many does no harm.
        if len(self._waiting) >= self._most:
            self._lost += 1
            if self._lost == 1:
                _log.warning("messages are lost: the subscriber does not keep up", pattern=self.pattern)
            return
        self._waiting.append(message)
        _on(self._loop, self._came.set)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        while not self._waiting:
            self._came.clear()
            await self._came.wait()
        if self._lost and len(self._waiting) == 1:
            _log.info("the subscriber keeps up again", pattern=self.pattern, lost=self._lost)
            self._lost = 0
        return self._waiting.popleft()


class _Reply:
    """Where an answer goes: set on any thread, awaited on the loop that it was made on."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.future: asyncio.Future[bytes] = self._loop.create_future()

    def give(self, payload: bytes) -> None:
        _on(self._loop, lambda: None if self.future.done() else self.future.set_result(payload))

    def fail(self, error: DroverError) -> None:
        _on(self._loop, lambda: None if self.future.done() else self.future.set_exception(error))


class _Answerer:
    """Runs one handler on the loop that it was made on."""

    def __init__(self, pattern: str, handler: Handler, most: int) -> None:
        self.pattern = pattern
        self._handler = handler
        self._most = most
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended = False

    def ask(self, message: Message, reply: _Reply) -> None:
        if not _on(self._loop, lambda: self._begin(message, reply)):
            reply.fail(NobodyAnswers(message.subject))

    def _begin(self, message: Message, reply: _Reply) -> None:
        if self._ended:
            reply.fail(NobodyAnswers(message.subject))
        elif len(self._tasks) >= self._most:
            reply.fail(AnswerFailed(message.subject, f"{self._most} questions are before it"))
        else:
            task = self._loop.create_task(self._handle(message, reply))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _handle(self, message: Message, reply: _Reply) -> None:
        try:
            payload = await self._handler(message)
            _check(message.subject, payload)
        except DroverError as error:
            reply.fail(AnswerFailed(message.subject, error.message))
        except asyncio.CancelledError:
            reply.fail(NobodyAnswers(message.subject))
            raise
        except Exception as error:  # noqa: BLE001  whoever asked learns of it; the answerer goes on
            _log.exception("a question could not be answered", subject=message.subject)
            reply.fail(AnswerFailed(message.subject, f"unexpected error: {error!r}"))
        else:
            reply.give(payload)

    async def end(self) -> None:
        self._ended = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
