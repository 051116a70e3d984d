"""What the due occurrences of schedules become: runs, exactly once, or a word on why there are none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from drover.audit.service import Trail
from drover.kernel.errors import InvalidInput
from drover.kernel.randomness import stream
from drover.language.parsing import parse_selector
from drover.platform.db.database import Due, Unit
from drover.platform.db.outbox import Outbox
from drover.workflows.domain.advancing import Turn, is_due, turn
from drover.workflows.domain.choosing import choose
from drover.workflows.domain.definitions import UnknownDefinition
from drover.workflows.domain.dependencies import After, Skip, Wait, gate
from drover.workflows.domain.planning import NewRun
from drover.workflows.domain.schedule import Progress, Schedule
from drover.workflows.domain.staggering import staggered
from drover.workflows.domain.targets import Target, targets_of
from drover.workflows.domain.timing import Occurrence
from drover.workflows.repository import schedules as repository
from drover.workflows.repository.schedules import SCHEDULES_DUE
from drover.workflows.service.looking_ahead import aside
from drover.workflows.service.ports import Book
from drover.workflows.service.sight import Rack, Sight

_MOST_SCHEDULES: Final = 500
_MOST_OCCURRENCES: Final = 100
"""How many occurrences of one schedule are taken in a unit: more are due only after a long rest."""

_SEED_BITS: Final = 63

_Gate = tuple[str, After] | Wait | Skip
"""What a schedule that is waited for says; After with its id."""


class Occurrences:
    """Takes what is due. Schedules move on in the unit in which the runs are made: both happen, or neither."""

    def __init__(self, trail: Trail, book: Book, rack: Rack) -> None:
        self._clock = trail.clock
        self._outbox = Outbox(trail.new_id)
        self._book = book
        self._rack = rack

    async def due(self, unit: Unit, most: int) -> Sequence[Due]:
        """Return the schedules that are due, at most so many, the longest due first; in a unit of the Installation."""
        return await unit.due(SCHEDULES_DUE, moment=self._clock.now(), most=most)

    async def due_clients(self, unit: Unit, most: int) -> frozenset[tuple[str, str]]:
        """Return (organization, client) of those with a schedule that is due; in a unit of the Installation."""
        return frozenset((each.organization, each.client) for each in await self.due(unit, most))

    async def take_due(self, unit: Unit) -> tuple[NewRun, ...]:
        """Return what the client's due occurrences become, and move their schedules on, in this unit.

        A schedule that waits for another stays due. What cannot be run (its selector names nothing, its workflow is
        gone) is taken all the same, and told as `occurrence_left_out` with the reason: the others go on.
        """
        now = self._clock.now()
        due = await repository.due_ids(unit, now, _MOST_SCHEDULES)
        if not due:
            return ()
        sight = await self._rack.sight(unit)
        runs: list[NewRun] = []
        for schedule_id in due:
            # Runs that this call makes are not there yet to be waited for: what depends on them is taken next time.
            fresh = frozenset(run.schedule_id for run in runs if run.schedule_id is not None)
            runs += await self._take(unit, schedule_id, sight, now, fresh)
        return tuple(runs)

    async def _take(
        self, unit: Unit, schedule_id: str, sight: Sight, now: datetime, fresh: frozenset[str]
    ) -> Sequence[NewRun]:
        kept = await repository.by_id(unit, schedule_id, lock=True)
        runs: list[NewRun] = []
        if kept is None:
            return runs
        schedule = kept.schedule
        for _ in range(_MOST_OCCURRENCES):
            if not is_due(schedule.progress, now):
                break
            taken = await aside(turn, schedule, now)
            gates = () if taken.by_hand else await self._gates(unit, schedule, now)
            if any(isinstance(each, Wait) for each in gates) or (gates and fresh & set(schedule.plan.waits_for)):
                break
            progress, made = await self._became(unit, schedule, taken, gates, sight)
            schedule = replace(schedule, progress=progress)
            runs += made
        await repository.move(unit, schedule_id, schedule.progress)
        return runs

    async def _gates(self, unit: Unit, schedule: Schedule, now: datetime) -> Sequence[_Gate]:
        gates: list[_Gate] = []
        for each in schedule.plan.waits_for:
            other = await repository.by_id(unit, each)
            if other is not None:
                found = gate(other.schedule.plan.name, other.schedule.progress, now)
                gates.append((each, found) if isinstance(found, After) else found)
        return gates

    async def _became(
        self,
        unit: Unit,
        schedule: Schedule,
        taken: Turn,
        gates: Sequence[_Gate],
        sight: Sight,
    ) -> tuple[Progress, Sequence[NewRun]]:
        for why in taken.left_out:
            await self._tell(unit, schedule, "", why)
        if taken.occurrence is None:
            return taken.progress, ()
        skips = [each.why for each in gates if isinstance(each, Skip)]
        after = [each for each in gates if isinstance(each, tuple)]
        if skips:
            await self._tell(unit, schedule, taken.occurrence.id, skips[0])
            return taken.progress, ()
        try:
            progress, runs = await self._runs(unit, schedule, taken.occurrence, taken.progress, sight)
        except (InvalidInput, UnknownDefinition) as error:
            await self._tell(unit, schedule, taken.occurrence.id, error.message)
            return taken.progress, ()
        if not runs:
            await self._tell(unit, schedule, taken.occurrence.id, "there are no targets")
        return progress, [replace(run, after=await self._waits(unit, run, after)) for run in runs]

    async def _runs(
        self, unit: Unit, schedule: Schedule, occurrence: Occurrence, progress: Progress, sight: Sight
    ) -> tuple[Progress, Sequence[NewRun]]:
        plan = schedule.plan
        pinned = await self._book.pin(unit, plan.workflow_id, plan.workflow_version)
        resolved = targets_of(pinned.workflow, parse_selector(plan.target), sight.inventory)
        by_key = {target.key: target for target in resolved.targets}
        chosen = choose(plan.choosing, by_key, progress.position, schedule.seed)
        due = staggered([by_key[key] for key in chosen.targets], occurrence.at, plan.stagger)
        plain = NewRun(
            workflow_id=plan.workflow_id,
            workflow_version=pinned.version,
            phone_id="",
            due_at=occurrence.at,
            steps=pinned.steps,
            versions=pinned.versions,
            parameters=dict(plan.parameters),
            priority=pinned.workflow.priority if plan.priority is None else plan.priority,
            schedule_id=schedule.id,
        )
        runs = [_for_target(plain, schedule, occurrence, target, at, sight) for target, at in due.items()]
        return replace(progress, position=chosen.position), runs

    async def _waits(self, unit: Unit, run: NewRun, after: Sequence[tuple[str, After]]) -> tuple[str, ...]:
        """Return the runs that must have completed: those on the same phone where there are any, else all."""
        found: list[str] = []
        for schedule_id, each in after:
            others = await repository.runs_of(unit, schedule_id, each.occurrence)
            same = [run_id for run_id, phone_id in others if phone_id == run.phone_id]
            found += same or [run_id for run_id, _ in others]
        return tuple(found)

    async def _tell(self, unit: Unit, schedule: Schedule, occurrence: str, why: str) -> None:
        body = {"schedule": schedule.plan.name, "occurrence": occurrence, "why": why}
        await self._outbox.tell(unit, "occurrence_left_out", ("schedule", schedule.id), body)


def _for_target(
    plain: NewRun, schedule: Schedule, occurrence: Occurrence, target: Target, due_at: datetime, sight: Sight
) -> NewRun:
    return replace(
        plain,
        phone_id=sight.phones[target.phone],
        account_id=sight.accounts[target.account] if target.account else None,
        due_at=due_at,
        seed=stream(schedule.seed, occurrence.id, target.key).getrandbits(_SEED_BITS),
        occurrence=f"{occurrence.id}/{target.account}" if target.account else occurrence.id,
    )
