"""The one base of every deliberate error, and what a caller may conclude from it."""

from enum import Enum


class Kind(Enum):
    """What sort of failure it is; one table maps kinds to exit codes, one to HTTP statuses."""

    INVALID = "invalid"
    TOO_LARGE = "too_large"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    UNSUPPORTED = "unsupported"
    PROTOCOL = "protocol"
    FAILED = "failed"
    LOGGED_OUT = "logged_out"
    THROTTLED = "throttled"


class Retry(Enum):
    """Whether the same act may be tried again, and when."""

    NEVER = "never"
    AT_ONCE = "at_once"
    WHEN_BACK = "when_back"


class DroverError(Exception):
    """A failure that Drover foresaw.

    The message says what is wrong and where; `hint` says how to mend it. `kind` and `retry` belong to the class;
    `retry_after_s` is set by an error that knows when trying again is worth it.
    """

    kind: Kind = Kind.FAILED
    retry: Retry = Retry.NEVER
    retry_after_s: float | None = None

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidInput(DroverError):
    """A file, option or value given by the user cannot be used."""

    kind = Kind.INVALID
