"""The port: whoever publishes never waits, and nothing that must not be lost goes over it without an answer."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """What came in, and under which subject."""

    subject: str
    payload: bytes


Handler = Callable[[Message], Awaitable[bytes]]
"""Answers a question."""


class Bus(Protocol):
    """Messages by subject, at most once each. Every call raises BadSubject for a subject that is none."""

    async def publish(self, subject: str, payload: bytes) -> None:
        """Send to whoever listens now; does not wait for any of them. Raises PayloadTooLarge."""
        ...

    def subscribe(self, pattern: str) -> AbstractAsyncContextManager[AsyncIterator[Message]]:
        """Yield the messages that come while the context lasts. One that has no room among those waiting is lost."""
        ...

    async def request(self, subject: str, payload: bytes, *, timeout_s: float) -> bytes:
        """Return the answer of one of those who answer that subject.

        Raises PayloadTooLarge, NobodyAnswers, NoAnswerInTime, AnswerFailed.
        """
        ...

    def answer(self, pattern: str, handler: Handler) -> AbstractAsyncContextManager[None]:
        """Answer the questions that come while the context lasts, several at once; those begun are cancelled then."""
        ...
