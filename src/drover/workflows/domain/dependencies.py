"""Schedules that wait for others: no circles, and which runs an occurrence has to wait for. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from drover.workflows.domain.advancing import is_due
from drover.workflows.domain.errors import DependencyCycle
from drover.workflows.domain.schedule import Progress
from drover.workflows.domain.status import ScheduleStatus


@dataclass(frozen=True, slots=True)
class After:
    """The runs of that occurrence must have completed before: the last one that the other schedule has had."""

    occurrence: str


@dataclass(frozen=True, slots=True)
class Wait:
    """The occurrence is not taken yet, and stays due; `why` says what it waits for."""

    why: str


@dataclass(frozen=True, slots=True)
class Skip:
    """The occurrence is taken, and nothing is run; `why` says because of what."""

    why: str


def gate(name: str, on: Progress, now: datetime) -> After | Wait | Skip:
    """Return what an occurrence does whose schedule waits for the schedule `name`, which stands so.

    What is due of the other one at the same time goes before. Runs of an occurrence that failed are for whoever starts
    runs to find: it knows what became of each.
    """
    if is_due(on, now):
        return Wait(f"waits for {name}, which is due too")
    if on.taken_id:
        return After(on.taken_id)
    if on.status in (ScheduleStatus.COMPLETED, ScheduleStatus.CANCELLED):
        return Skip(f"skipped: {name}, which it depends on, is {on.status.value} and was never run")
    return Wait(f"waits for {name}, which is {on.status.value} and was not run yet")


def refuse_cycles(waits_for: Mapping[str, Sequence[str]]) -> None:
    """Raise DependencyCycle where something waits for itself, through others or at once."""
    finished: set[str] = set()
    for start in sorted(waits_for):
        _visit(start, waits_for, finished)


def _visit(start: str, waits_for: Mapping[str, Sequence[str]], finished: set[str]) -> None:
    """Go through everything that `start` waits for, without recursion: a chain may be long."""
    path: list[str] = []
    ahead: list[tuple[str, int]] = [(start, 0)]
    while ahead:
        name, depth = ahead.pop()
        finished.update(path[depth:])
        del path[depth:]
        if name in path:
            raise DependencyCycle((*path[path.index(name) :], name))
        if name not in finished:
            path.append(name)
            ahead += [(each, depth + 1) for each in waits_for.get(name, ())]
    finished.update(path)
