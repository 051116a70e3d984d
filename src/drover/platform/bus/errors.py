"""What a bus refuses, and how a question stays without an answer."""

from drover.kernel.errors import DroverError, InvalidInput, Kind, Retry

MOST_BYTES = 64 * 1024
"""The largest payload. What is larger travels by its digest, through `platform.content`."""


class BadSubject(InvalidInput):
    """A subject or pattern is not written as subjects are."""

    def __init__(self, subject: str) -> None:
        super().__init__(
            f"{subject!r} is no subject",
            hint="words of letters, digits, - and _ with dots between; * is one word of a pattern, > its end",
        )


class PayloadTooLarge(InvalidInput):
    """A message is larger than a bus carries."""

    def __init__(self, subject: str, size: int) -> None:
        super().__init__(
            f"{subject}: a message of {size} bytes is too large, {MOST_BYTES} are the most",
            hint="put what is large into the content store, and send its digest",
        )
        self.size = size


class NobodyAnswers(DroverError):
    """Nobody answers questions of that subject, at this moment."""

    kind = Kind.UNAVAILABLE
    retry = Retry.WHEN_BACK

    def __init__(self, subject: str) -> None:
        super().__init__(f"nobody answers {subject}", hint="its agent or server is not running, or not connected")


class NoAnswerInTime(DroverError):
    """A question was not answered before its deadline. It may have been understood all the same."""

    kind = Kind.TIMEOUT
    retry = Retry.WHEN_BACK

    def __init__(self, subject: str, timeout_s: float) -> None:
        super().__init__(f"{subject} was not answered within {timeout_s:g} s", hint="ask again; answers are idempotent")


class AnswerFailed(DroverError):
    """Whoever answers met an error, or has too many questions before it."""

    kind = Kind.UNAVAILABLE
    retry = Retry.WHEN_BACK

    def __init__(self, subject: str, reason: str) -> None:
        super().__init__(f"{subject} could not be answered: {reason}", hint="its log says more")
