"""A schedule as a value: when, where and with what a workflow is run, and how far it has come. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drover.workflows.domain.choosing import All, Choosing, Position
from drover.workflows.domain.status import ScheduleStatus
from drover.workflows.domain.timing import Timing


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody wants of a schedule.

    `target` is the source of a scope selector. `workflow_version` is None for the version that is in use at the time.
    `priority` None is the workflow's. Phones start `stagger` after one another. An occurrence that comes due later than
    `late` after its moment, because nothing was running then, is left out; None for never. `waits_for` are schedules.
    """

    name: str
    workflow_id: str
    timing: Timing
    target: str
    workflow_version: int | None = None
    choosing: Choosing = field(default_factory=All)
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    priority: int | None = None
    stagger: timedelta = timedelta()
    late: timedelta | None = None
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a schedule has come.

    `next_at` is the moment of the next occurrence. `taken` counts those that were taken, `taken_at` is the moment of
    the last of them, `taken_id` the last occurrence at all. `asked_at` and `asked_id` are of one that somebody asked
    for by hand, and that was not taken yet.
    """

    status: ScheduleStatus
    next_at: datetime | None
    taken_at: datetime | None = None
    taken_id: str = ""
    taken: int = 0
    position: Position = field(default_factory=Position)
    asked_at: datetime | None = None
    asked_id: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule. `seed` was drawn when it was made; `revision` rises with each change that somebody makes."""

    id: str
    plan: Plan
    seed: int
    progress: Progress
    revision: int = 1


def precedence(priority: int, due_at: datetime, id_: str) -> tuple[int, datetime, str]:
    """Return the key that brings runs for one phone in order: priority, the highest first, then who is due first."""
    return (-priority, due_at, id_)
