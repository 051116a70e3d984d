"""Schedules: made, changed, explained; and what their due occurrences become."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from drover.audit.domain import Actor
from drover.audit.service import Trail
from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.platform.db.database import Unit
from drover.platform.db.whose import OneClient, Reach
from drover.platform.documents import BadDocument, Fault
from drover.workflows.domain import advancing
from drover.workflows.domain.definitions import DefinitionKind
from drover.workflows.domain.dependencies import refuse_cycles
from drover.workflows.domain.errors import DependencyCycle
from drover.workflows.domain.explaining import Ahead, Explanation, explain, seen
from drover.workflows.domain.schedule import Plan, Progress, Schedule
from drover.workflows.domain.status import DUE, ScheduleStatus
from drover.workflows.plan_files import Named, parameter_faults, plan_document, read_plan
from drover.workflows.repository import definitions as definitions_repository
from drover.workflows.repository import schedules as repository
from drover.workflows.repository.schedules import Kept, ScheduleFilter
from drover.workflows.service.definitions import Definitions
from drover.workflows.service.looking_ahead import aside
from drover.workflows.service.sight import Rack

__all__ = ["Kept", "ScheduleFilter", "ScheduleMoved", "Schedules", "UnknownSchedule"]

USUAL_DURATION: Final = timedelta(minutes=5)
"""How long a run is taken to last whose workflow has not completed yet."""
MOST_HOURS: Final = 24 * 31
_MOST: Final = 1_000
"""How many schedules are explained together, and how many are named to say what one waits for."""


class UnknownSchedule(DroverError):
    """The client has no such schedule."""

    kind = Kind.NOT_FOUND

    def __init__(self, schedule_id: str) -> None:
        super().__init__(f"there is no schedule {schedule_id}", hint="list the schedules")


class ScheduleExists(DroverError):
    """The name of a new schedule is another's; a cancelled one keeps its own."""

    kind = Kind.CONFLICT

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a schedule {name} already", hint="edit that one, or give this one another name")


class ScheduleMoved(DroverError):
    """Somebody else has changed the schedule since it was looked at."""

    kind = Kind.CONFLICT

    def __init__(self, name: str, revision: int, now: int) -> None:
        super().__init__(f"{name} is at revision {now}, not {revision}", hint="look at it anew, and change it then")


class Schedules:
    """The schedules of a client. `draw_seed` gives each its seed. Every change is audited in the unit that makes it."""

    def __init__(self, trail: Trail, definitions: Definitions, rack: Rack, draw_seed: Callable[[], int]) -> None:
        self._trail = trail
        self._definitions = definitions
        self._rack = rack
        self._draw_seed = draw_seed

    async def create(self, unit: Unit, actor: Actor, body: Mapping[str, object]) -> Kept:
        """Make a schedule of a document. Raises BadDocument with every fault, ScheduleExists, or Conflict in a race."""
        now = self._trail.clock.now()
        plan = await self._plan(unit, await aside(read_plan, body, now), "")
        if await repository.by_names(unit, [plan.name]):
            raise ScheduleExists(plan.name)
        seed = self._draw_seed()
        schedule = Schedule(self._trail.new_id(), plan, seed, await aside(advancing.begin, plan, seed, now))
        kept = Kept(schedule, actor.actor, now)
        await repository.keep(unit, kept)
        await self._note(unit, actor, "schedule.made", None, kept)
        return kept

    async def edit(self, unit: Unit, actor: Actor, schedule_id: str, body: Mapping[str, object], revision: int) -> Kept:
        """Give a schedule another plan. Raises BadDocument, UnknownSchedule, IllegalTransition, and ScheduleMoved.

        `revision` is the one that was looked at.
        """
        before = await self._locked(unit, schedule_id, revision)
        now = self._trail.clock.now()
        plan = await self._plan(unit, await aside(read_plan, body, now), schedule_id)
        progress = await aside(advancing.edited, before.schedule, plan, now)
        return await self._change(unit, actor, "schedule.edited", before, progress, plan)

    async def pause(self, unit: Unit, actor: Actor, schedule_id: str, revision: int | None = None) -> Kept:
        """Let nothing come of it until it is resumed. Raises what `edit` does, also below."""
        before = await self._locked(unit, schedule_id, revision)
        return await self._change(unit, actor, "schedule.paused", before, advancing.paused(before.schedule.progress))

    async def resume(self, unit: Unit, actor: Actor, schedule_id: str, revision: int | None = None) -> Kept:
        """Let it go on with what comes next."""
        before = await self._locked(unit, schedule_id, revision)
        progress = await aside(advancing.resumed, before.schedule, self._trail.clock.now())
        return await self._change(unit, actor, "schedule.resumed", before, progress)

    async def cancel(self, unit: Unit, actor: Actor, schedule_id: str, revision: int | None = None) -> Kept:
        """Let nothing come of it any more. What runs already is not stopped."""
        before = await self._locked(unit, schedule_id, revision)
        progress = advancing.cancelled(before.schedule.progress)
        return await self._change(unit, actor, "schedule.cancelled", before, progress)

    async def run_now(self, unit: Unit, actor: Actor, schedule_id: str, revision: int | None = None) -> Kept:
        """Run it once more, now, beside what comes of it anyway."""
        before = await self._locked(unit, schedule_id, revision)
        occurrence = f"n{self._trail.new_id()}"
        progress = advancing.asked(before.schedule.progress, occurrence, self._trail.clock.now())
        return await self._change(unit, actor, "schedule.run", before, progress)

    async def get(self, unit: Unit, schedule_id: str) -> Kept:
        """Return a schedule. Raises UnknownSchedule."""
        kept = await repository.by_id(unit, schedule_id)
        if kept is None:
            raise UnknownSchedule(schedule_id)
        return kept

    async def list(
        self, unit: Unit, wanted: ScheduleFilter, after: tuple[str, str] | None, limit: int
    ) -> Sequence[Kept]:
        """Return schedules in order of (name, id), those after one."""
        return await repository.listed(unit, wanted, after, limit)

    async def document(self, unit: Unit, kept: Kept) -> dict[str, object]:
        """Return the document of a schedule, complete: given to `edit`, it changes nothing."""
        plan = kept.schedule.plan
        workflow = await definitions_repository.by_id(unit, plan.workflow_id)
        on = await repository.names(unit, plan.waits_for)
        return plan_document(plan, workflow.name, tuple(sorted(on.values())))

    async def explain(self, unit: Unit, hours: int = 24) -> Explanation:
        """Return what comes in the next hours, and why there, then and so; nothing is changed. Raises InvalidInput."""
        if not 1 <= hours <= MOST_HOURS:
            raise InvalidInput(f"hours: {hours} is out of range", hint=f"from 1 to {MOST_HOURS}")
        now = self._trail.clock.now()
        statuses = frozenset({*DUE, ScheduleStatus.PAUSED})
        kept = await repository.listed(unit, ScheduleFilter(statuses), None, _MOST)
        ahead = [await self._ahead(unit, each.schedule) for each in kept]
        inventory = (await self._rack.sight(unit)).inventory
        return await aside(explain, ahead, inventory, now, now + timedelta(hours=hours))

    async def within(self, unit: Unit, explanation: Explanation) -> Explanation:
        """Return what an explanation of the whole client tells of the part that the unit reaches."""
        sight = await self._rack.sight(unit)
        reach = unit.whose.reach if isinstance(unit.whose, OneClient) else Reach()
        return seen(explanation, sight.phones if reach.apps is None else (), sight.accounts)

    async def _ahead(self, unit: Unit, schedule: Schedule) -> Ahead:
        plan = schedule.plan
        pinned = await self._definitions.pin(unit, plan.workflow_id, plan.workflow_version)
        lasts = await repository.lasted(unit, plan.workflow_id) or USUAL_DURATION
        on = await repository.names(unit, plan.waits_for)
        return Ahead(schedule, pinned.workflow, pinned.version, lasts, tuple(sorted(on.values())))

    async def _plan(self, unit: Unit, named: Named, schedule_id: str) -> Plan:
        """Return the plan with what it names found. Raises BadDocument."""
        plan, faults = named.plan, list[Fault]()
        label = f"schedule {plan.name}"
        definition = await definitions_repository.named(unit, DefinitionKind.WORKFLOW, named.workflow)
        if definition is None:
            raise BadDocument(label, [Fault("workflow", f"there is no workflow {named.workflow}", "put it first")])
        workflow = await self._definitions.workflow(unit, definition.id, plan.workflow_version or definition.version)
        if workflow.template:
            faults.append(Fault("workflow", f"{workflow.name} is a template", "copy it, and schedule the copy"))
        faults += parameter_faults(workflow, plan.parameters)
        on, unknown = await self._waited_for(unit, named, schedule_id)
        faults += unknown
        if faults:
            raise BadDocument(label, faults)
        return replace(plan, workflow_id=definition.id, waits_for=on)

    async def _waited_for(self, unit: Unit, named: Named, schedule_id: str) -> tuple[tuple[str, ...], Sequence[Fault]]:
        if not named.waits_for:
            return (), ()
        # Two that are made to wait for each other at once would each see no circle.
        await unit.alone("schedule dependencies")
        found = await repository.by_names(unit, named.waits_for)
        faults = [
            Fault("waits_for", f"there is no schedule {name}", "make it first")
            for name in named.waits_for
            if name not in found
        ]
        on = tuple(sorted(found.values()))
        edges = dict(await repository.dependencies(unit)) | {schedule_id: on}
        try:
            refuse_cycles(edges)
        except DependencyCycle as error:
            known = await repository.names(unit, [each for each in error.path if each])
            named_path = tuple(known.get(each, named.plan.name) for each in error.path)
            faults.append(Fault("waits_for", str(DependencyCycle(named_path)), error.hint))
        return on, faults

    async def _locked(self, unit: Unit, schedule_id: str, revision: int | None) -> Kept:
        kept = await repository.by_id(unit, schedule_id, lock=True)
        if kept is None:
            raise UnknownSchedule(schedule_id)
        if revision is not None and kept.schedule.revision != revision:
            raise ScheduleMoved(kept.schedule.plan.name, revision, kept.schedule.revision)
        return kept

    async def _change(
        self, unit: Unit, actor: Actor, act: str, before: Kept, progress: Progress, plan: Plan | None = None
    ) -> Kept:
        schedule = replace(
            before.schedule,
            plan=plan or before.schedule.plan,
            progress=progress,
            revision=before.schedule.revision + 1,
        )
        after = replace(before, schedule=schedule)
        await repository.keep(unit, after)
        await self._note(unit, actor, act, before, after)
        return after

    async def _note(self, unit: Unit, actor: Actor, act: str, before: Kept | None, after: Kept) -> None:
        subject = ("schedule", after.schedule.id)
        facts = [None if each is None else await self._facts(unit, each) for each in (before, after)]
        self._trail.note(unit, actor, act, subject, before=facts[0], after=facts[1])

    async def _facts(self, unit: Unit, kept: Kept) -> dict[str, object]:
        progress = kept.schedule.progress
        standing = {"status": progress.status.value, "next_at": _written(progress.next_at), "asked": progress.asked_id}
        return await self.document(unit, kept) | standing


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
