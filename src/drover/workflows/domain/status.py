"""What may become of a schedule: the table is the specification. Pure."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from drover.workflows.domain.errors import IllegalTransition


class ScheduleStatus(Enum):
    """How it stands with a schedule.

    Pending: its first occurrence is still to come. Active: some have come, others will. Paused: none come until it is
    resumed. Completed: none will come any more. Cancelled: the same, by somebody's will, and for good.
    """

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ScheduleEvent(Enum):
    """What happens to a schedule: the last occurrence came, another one came, or somebody asked for something."""

    OCCURRED = "occurred"
    EXHAUSTED = "exhausted"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RUN_NOW = "run now"
    EDIT = "edit"


_S, _E = ScheduleStatus, ScheduleEvent

TRANSITIONS: Final[Mapping[tuple[ScheduleStatus, ScheduleEvent], ScheduleStatus]] = {
    (_S.PENDING, _E.OCCURRED): _S.ACTIVE,
    (_S.PENDING, _E.EXHAUSTED): _S.COMPLETED,
    (_S.PENDING, _E.PAUSE): _S.PAUSED,
    (_S.PENDING, _E.CANCEL): _S.CANCELLED,
    (_S.PENDING, _E.RUN_NOW): _S.PENDING,
    (_S.PENDING, _E.EDIT): _S.PENDING,
    (_S.ACTIVE, _E.OCCURRED): _S.ACTIVE,
    (_S.ACTIVE, _E.EXHAUSTED): _S.COMPLETED,
    (_S.ACTIVE, _E.PAUSE): _S.PAUSED,
    (_S.ACTIVE, _E.CANCEL): _S.CANCELLED,
    (_S.ACTIVE, _E.RUN_NOW): _S.ACTIVE,
    (_S.ACTIVE, _E.EDIT): _S.ACTIVE,
    (_S.PAUSED, _E.RESUME): _S.ACTIVE,
    (_S.PAUSED, _E.CANCEL): _S.CANCELLED,
    (_S.PAUSED, _E.RUN_NOW): _S.PAUSED,
    (_S.PAUSED, _E.EDIT): _S.PAUSED,
    (_S.COMPLETED, _E.RUN_NOW): _S.COMPLETED,
    (_S.COMPLETED, _E.EDIT): _S.ACTIVE,
}
"""Run now starts one more occurrence, which changes nothing about the others. A completed schedule that is edited may
come again; nothing comes of a cancelled one."""

DUE: Final = (ScheduleStatus.PENDING, ScheduleStatus.ACTIVE)
"""The statuses in which occurrences come."""


def next_status(status: ScheduleStatus, event: ScheduleEvent) -> ScheduleStatus:
    """Return the status after `event`. Raises IllegalTransition."""
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        possible = ", ".join(each.value for before, each in TRANSITIONS if before is status) or "nothing"
        raise IllegalTransition(
            f"a schedule that is {status.value} cannot take: {event.value}", hint=f"possible: {possible}"
        ) from None
