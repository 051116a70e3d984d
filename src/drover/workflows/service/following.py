"""Follows runs while they go on: from what the database has of them to what has happened since the last look."""

from collections.abc import AsyncGenerator, Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from drover.kernel.clock import Clock
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import OneClient
from drover.workflows.domain.records import Run, StepRun, TaskRun
from drover.workflows.domain.runs import RunStatus
from drover.workflows.repository import runs, traces
from drover.workflows.repository.pulses import Pulse, pulses

LOOK_S: Final = 0.25
"""How often the database is asked; a person sees no difference."""
_TASKS: Final = 1000


@dataclass(frozen=True, slots=True)
class TaskReached:
    """A run's step is at a task, by its number in the sequence."""

    run_id: str
    task: int


@dataclass(frozen=True, slots=True)
class TaskOver:
    """A task of a run has ended."""

    run_id: str
    task: TaskRun


@dataclass(frozen=True, slots=True)
class RunPaused:
    """A run is paused."""

    run_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunGoesOn:
    """A run that was paused goes on."""

    run_id: str


@dataclass(frozen=True, slots=True)
class RunOver:
    """Nothing more happens in a run."""

    run: Run
    steps: tuple[StepRun, ...]


Happening = TaskReached | TaskOver | RunPaused | RunGoesOn | RunOver


@dataclass(slots=True)
class _Seen:
    """What was told of the runs so far."""

    numbers: dict[str, int] = field(default_factory=dict[str, int])
    tasks: dict[str, int] = field(default_factory=dict[str, int])
    paused: set[str] = field(default_factory=set[str])


class Following:
    """Looks at runs again and again; what happens between two looks is told in its order, run by run."""

    def __init__(self, database: Database, clock: Clock, *, look_s: float = LOOK_S) -> None:
        self._database = database
        self._clock = clock
        self._look_s = look_s

    async def follow(self, whose: OneClient, run_ids: Collection[str]) -> AsyncGenerator[Happening]:
        """Yield what happens in the runs, until all of them are over. Raises as the database does."""
        left, seen = set(run_ids), _Seen()
        while left:
            async with self._database.reading(whose) as unit:
                happened = [each async for each in _look(unit, left, seen)]
            for happening in happened:
                yield happening
            left -= {each.run.id for each in happened if isinstance(each, RunOver)}
            if left:
                await self._clock.sleep(self._look_s)


async def _look(unit: Unit, left: Collection[str], seen: _Seen) -> AsyncGenerator[Happening]:
    found = await pulses(unit, left)
    for pulse in found:
        for happening in await _of_step(unit, pulse, seen):
            yield happening
    for pulse in {each.run_id: each for each in found}.values():
        for happening in _of_run(pulse, seen):
            yield happening
        if pulse.status.over:
            yield RunOver(await runs.get(unit, pulse.run_id), tuple(await runs.steps(unit, pulse.run_id)))


async def _of_step(unit: Unit, pulse: Pulse, seen: _Seen) -> list[Happening]:
    happened: list[Happening] = []
    known = seen.numbers.get(pulse.step_id, 0)
    if pulse.number > known:
        tasks = await traces.tasks_of_step(unit, pulse.step_id, most=_TASKS, after=known)
        happened += [TaskOver(pulse.run_id, task) for task in tasks]
        last = tasks[-1].number if tasks else known
        # A task may have come in between the two queries: it has been told then.
        seen.numbers[pulse.step_id] = last if len(tasks) == _TASKS else max(last, pulse.number)
    if pulse.task and seen.tasks.get(pulse.step_id) != pulse.task and not pulse.status.over:
        happened.append(TaskReached(pulse.run_id, pulse.task))
        seen.tasks[pulse.step_id] = pulse.task
    return happened


def _of_run(pulse: Pulse, seen: _Seen) -> Iterator[Happening]:
    paused = pulse.status is RunStatus.PAUSED
    if paused and pulse.run_id not in seen.paused:
        seen.paused.add(pulse.run_id)
        yield RunPaused(pulse.run_id, pulse.reason)
    elif not paused and pulse.run_id in seen.paused:
        seen.paused.discard(pulse.run_id)
        yield RunGoesOn(pulse.run_id)
