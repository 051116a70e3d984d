"""What a person drives, and what became of a gesture on each phone. Pure."""

from dataclasses import dataclass
from enum import Enum

from drover.platform.db.whose import OneClient


class Outcome(Enum):
    """What became of a gesture on one phone."""

    DONE = "done"
    DIVERGED = "diverged"
    HELD_BACK = "held_back"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Drive:
    """A phone that a person has: its agent, the lease's token, and when by the monotonic clock it ends and was used.

    `diverged` says why it takes no part in gestures that are made on another phone; empty where it does. `screens` is
    the digest of the registry that it was compared by.
    """

    whose: OneClient
    phone: str
    serial: str
    agent: str
    token: int
    until: float
    used_at: float
    diverged: str = ""
    screens: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it on one phone; `screen` is where it was done, as far as that is known."""

    phone: str
    outcome: Outcome
    code: str = ""
    message: str = ""
    hint: str = ""
    screen: str = ""


def refused(phone: str, code: str, message: str, hint: str = "") -> Result:
    """Return that nothing was done."""
    return Result(phone, Outcome.FAILED, code, message, hint)
