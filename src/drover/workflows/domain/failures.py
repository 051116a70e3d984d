"""What becomes of a run when an attempt of one of its sequences has ended. Pure.

Retries of single tasks (tiers 1 and 2 of spec/sequences.md) are the player's. Here is what follows: is the phone still
there? Then the sequence is tried again as often as its workflow says, or the run fails and the next in the queue goes
on. Is it gone? Then the run pauses, and resumes by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from drover.workflows.domain.runs import Cause, ResultClass
from drover.workflows.domain.workflow import RetryPolicy

FAILURES_TO_QUARANTINE: Final = 3
"""So many runs of a phone that failed one after another put it into quarantine."""


class Outcome(Enum):
    """How an attempt ended, in the agent's words."""

    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended; `code` is the error's stable name, `step` the task where it stopped, 0 for none.

    `variables` are what it read by then.
    """

    outcome: Outcome
    result: ResultClass
    code: str = ""
    error: str = ""
    hint: str = ""
    step: int = 0
    variables: Mapping[str, str] = field(default_factory=dict[str, str])


class Then(Enum):
    """What follows."""

    NEXT = "next"
    """The next sequence, or the end of the run."""
    AGAIN = "again"
    """The same sequence, from the task that failed."""
    FAIL = "fail"
    PAUSE = "pause"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows, and why where the run stands still for it."""

    then: Then
    cause: Cause | None = None
    wait_s: float = 0.0


_AWAY: Final = {
    "phone_stays_away": Cause.PHONE_GONE,
    "phone_offline": Cause.PHONE_GONE,
    "phone_unknown": Cause.PHONE_GONE,
    "phone_unauthorized": Cause.PHONE_GONE,
    "phone_absent": Cause.PHONE_GONE,
    "phone_occupied": Cause.PHONE_OCCUPIED,
    "phone_held": Cause.PHONE_HELD,
    "agent_away": Cause.AGENT_GONE,
    "agent_ending": Cause.AGENT_GONE,
    "agent_not_ready": Cause.AGENT_GONE,
    "lease_lost": Cause.LEASE_LOST,
    "lease_unconfirmed": Cause.LEASE_LOST,
    "order_void": Cause.LEASE_LOST,
    "phone_busy": Cause.LEASE_LOST,
    "stale_token": Cause.LEASE_LOST,
    "halted": Cause.HALTED,
}
"""Codes that say that the sequence did not fail, but could not be played on: its phone, the agent that holds it, or its
lease is not there, or a kill switch was thrown."""

_NO_MORE_TRIES: Final = frozenset({"once_in_doubt", "budget_spent", "cannot_resume", "material_unusable"})
"""Codes of failures that another try meets again, or must not be tried again for."""


def after(ending: Ending, retry: RetryPolicy, played: int, asked: Cause | None) -> Decision:
    """Return what follows an attempt, the `played`th try of its step; `asked` is what somebody wants of the run.

    What somebody asked for comes before all but an end that was reached: a completed sequence stays completed.
    """
    if ending.outcome is Outcome.COMPLETED:
        return _obey(asked) or Decision(Then.NEXT)
    if asked is not None:
        return _obey(asked) or Decision(Then.FAIL)
    if ending.code in _AWAY:
        return Decision(Then.PAUSE, _AWAY[ending.code])
    if ending.outcome is Outcome.INTERRUPTED:
        return Decision(Then.PAUSE, Cause.LEASE_LOST)
    pause_s = retry.pause_after(played) if _worth_another(ending) else None
    return Decision(Then.FAIL) if pause_s is None else Decision(Then.AGAIN, wait_s=pause_s)


def _worth_another(ending: Ending) -> bool:
    return ending.result is not ResultClass.HANDED_OVER and ending.code not in _NO_MORE_TRIES


def _obey(asked: Cause | None) -> Decision | None:
    if asked is None:
        return None
    return Decision(Then.CANCEL, asked) if asked is Cause.CANCEL else Decision(Then.PAUSE, asked)


def to_quarantine(lately: list[ResultClass]) -> bool:
    """Whether the latest results of a phone's runs, newest first, say that something is wrong with the phone itself.

    What was handed over to a person says nothing about the phone.
    """
    judged = [result for result in lately if result is not ResultClass.HANDED_OVER][:FAILURES_TO_QUARANTINE]
    return len(judged) == FAILURES_TO_QUARANTINE and all(result is ResultClass.FAILED for result in judged)
