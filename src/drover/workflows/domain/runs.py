"""What a run may be, and what may become of it. The tables are the specification. Pure."""

from enum import Enum
from typing import Final

from drover.kernel.errors import DroverError, Kind
from drover.workflows.domain.errors import IllegalTransition


class RunStatus(Enum):
    """Where a workflow run is."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in _OVER


_OVER: Final = frozenset({RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED})


class RunEvent(Enum):
    """What happens to a workflow run."""

    START = "start"
    PAUSE = "pause"
    RETURN = "return"
    """What it waited for while it kept its phone is there again: it goes on where it stands."""
    RESUME = "resume"
    """It is to be started anew, from where it was, once its phone is free for it."""
    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"
    CONTINUE = "continue"
    """A person has it go on from a step, though it was over."""


TRANSITIONS: Final = {
    (RunStatus.PENDING, RunEvent.START): RunStatus.RUNNING,
    (RunStatus.PENDING, RunEvent.PAUSE): RunStatus.PAUSED,
    (RunStatus.PENDING, RunEvent.CANCEL): RunStatus.CANCELLED,
    (RunStatus.RUNNING, RunEvent.PAUSE): RunStatus.PAUSED,
    (RunStatus.RUNNING, RunEvent.RESUME): RunStatus.PENDING,
    (RunStatus.RUNNING, RunEvent.COMPLETE): RunStatus.COMPLETED,
    (RunStatus.RUNNING, RunEvent.FAIL): RunStatus.FAILED,
    (RunStatus.RUNNING, RunEvent.CANCEL): RunStatus.CANCELLED,
    (RunStatus.PAUSED, RunEvent.PAUSE): RunStatus.PAUSED,
    (RunStatus.PAUSED, RunEvent.RETURN): RunStatus.RUNNING,
    (RunStatus.PAUSED, RunEvent.RESUME): RunStatus.PENDING,
    (RunStatus.PAUSED, RunEvent.COMPLETE): RunStatus.COMPLETED,
    (RunStatus.PAUSED, RunEvent.FAIL): RunStatus.FAILED,
    (RunStatus.PAUSED, RunEvent.CANCEL): RunStatus.CANCELLED,
    (RunStatus.FAILED, RunEvent.CONTINUE): RunStatus.PENDING,
    (RunStatus.CANCELLED, RunEvent.CONTINUE): RunStatus.PENDING,
}
"""A paused run that kept its phone may end, as its play may have ended while its agent was out of reach."""


def next_status(status: RunStatus, event: RunEvent) -> RunStatus:
    """Return the status after `event`. Raises IllegalTransition."""
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        raise IllegalTransition(
            f"a run that is {status.value} cannot {event.value}", hint="look at the run anew: it may have moved on"
        ) from None


class PartStatus(Enum):
    """Where a sequence run or a task run is."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it in this attempt."""
        return self not in (PartStatus.PENDING, PartStatus.RUNNING)


class ResultClass(Enum):
    """How a run ended, kept beside its status; later ones outweigh earlier ones."""

    COMPLETED = "completed"
    COMPLETED_WITH_RECOVERY = "completed_with_recovery"
    FAILED = "failed"
    HANDED_OVER = "handed_over"


class Cause(Enum):
    """Why a run is paused, or is to stop.

    Those in RESUMES end by themselves; one that lost its lease, or whose worker is restarted, is queued again at once;
    the others wait for a person.
    """

    USER = "user"
    CANCEL = "cancel"
    HALTED = "halted"
    RESTART = "restart"
    PHONE_GONE = "phone_gone"
    AGENT_GONE = "agent_gone"
    PHONE_OCCUPIED = "phone_occupied"
    """Another program of its host has the phone."""
    PHONE_HELD = "phone_held"
    """The phone is kept from work: by a person, or in quarantine."""
    LEASE_LOST = "lease_lost"


RESUMES: Final = frozenset({Cause.PHONE_GONE, Cause.AGENT_GONE, Cause.PHONE_OCCUPIED, Cause.PHONE_HELD})
"""Pauses that end by themselves, once the phone is there and free."""


class UnknownRun(DroverError):
    """There is no such run of this client."""

    kind = Kind.NOT_FOUND

    def __init__(self, run_id: str) -> None:
        super().__init__(f"there is no run {run_id}", hint="list the runs to see which there are")
        self.run_id = run_id


class StepOutOfRange(DroverError):
    """A run cannot go on from a step that it does not have, or has not reached."""

    kind = Kind.INVALID

    def __init__(self, position: int, most: int) -> None:
        super().__init__(f"the run has no sequence {position} to go on from", hint=f"name one from 1 to {most}")
