"""What would be on one phone at the same time, found before it is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush

from drover.workflows.domain.schedule import precedence


@dataclass(frozen=True, slots=True)
class Planned:
    """A run that is to come. `lasts` is what earlier ones took, `begins` when its phone is expected to be free."""

    schedule: str
    occurrence: str
    phone: str
    target: str
    due_at: datetime
    lasts: timedelta
    priority: int
    begins: datetime

    @property
    def ends(self) -> datetime:
        """When it is expected to end."""
        return self.begins + self.lasts


@dataclass(frozen=True, slots=True)
class Conflict:
    """A run that has to wait for one of another occurrence on its phone, and for how long."""

    phone: str
    waits: Planned
    for_: Planned
    waiting: timedelta

    @property
    def why(self) -> str:
        """Say it in words."""
        own = "an earlier occurrence" if self.for_.schedule == self.waits.schedule else self.for_.schedule
        minutes = -(-self.waiting // timedelta(minutes=1))
        return (
            f"{self.waits.schedule} is due on {self.phone} at {self.waits.due_at:%Y-%m-%d %H:%M} UTC, while {own} is"
            f" expected to hold it until {self.waits.begins:%H:%M}: it starts about {minutes} min late"
        )


@dataclass(frozen=True, slots=True)
class Expected:
    """The runs as they are expected to begin, and those of them that have to wait for one another."""

    runs: tuple[Planned, ...]
    conflicts: tuple[Conflict, ...]


def expect(planned: Iterable[Planned]) -> Expected:
    """Play the runs through, one at a time on each phone: whoever is due, by precedence. Returned in order of begin."""
    by_phone: dict[str, list[Planned]] = {}
    for run in planned:
        by_phone.setdefault(run.phone, []).append(run)
    runs: list[Planned] = []
    conflicts: list[Conflict] = []
    for phone in by_phone.values():
        _play_through(phone, runs, conflicts)
    runs.sort(key=lambda run: (run.begins, run.phone))
    conflicts.sort(key=lambda each: (each.waits.due_at, each.phone))
    return Expected(tuple(runs), tuple(conflicts))


def _play_through(planned: list[Planned], runs: list[Planned], conflicts: list[Conflict]) -> None:
    """Add the runs of one phone, and their conflicts."""
    coming = sorted(planned, key=lambda run: run.due_at, reverse=True)
    waiting: list[tuple[tuple[int, datetime, str], int, Planned]] = []
    last: Planned | None = None
    while coming or waiting:
        free = last.ends if last is not None else coming[-1].due_at
        if not waiting:
            free = max(free, coming[-1].due_at)
        while coming and coming[-1].due_at <= free:
            run = coming.pop()
            heappush(waiting, (precedence(run.priority, run.due_at, run.target), len(coming), run))
        run = replace(heappop(waiting)[2], begins=free)
        if (
            last is not None
            and free > run.due_at
            and (run.schedule, run.occurrence) != (last.schedule, last.occurrence)
        ):
            conflicts.append(Conflict(run.phone, run, last, free - run.due_at))
        runs.append(run)
        last = run
