"""Schedules in the database. Who changes one locks it first, and writes it back in the same unit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, delete, func, or_, select, tuple_

from drover.platform.db.database import DueQuery, Unit
from drover.platform.db.whose import organization_of
from drover.workflows.domain.choosing import Position
from drover.workflows.domain.schedule import Plan, Progress, Schedule
from drover.workflows.domain.status import DUE, ScheduleStatus
from drover.workflows.models.runs import WorkflowRunRow
from drover.workflows.models.schedules import ScheduleDependencyRow, ScheduleRow
from drover.workflows.plan_files import choosing_document, stored_choosing
from drover.workflows.timing_files import document_of, stored_timing

_COMING = [status.value for status in DUE]
_IS_DUE = or_(
    and_(ScheduleRow.status.in_(_COMING), ScheduleRow.next_at <= bindparam("moment")), ScheduleRow.asked_at.is_not(None)
)

SCHEDULES_DUE = DueQuery(
    "schedules_due",
    ("moment", "most"),
    select(ScheduleRow.organization_id, ScheduleRow.client_id, ScheduleRow.id)
    .where(_IS_DUE)
    .order_by(func.coalesce(ScheduleRow.asked_at, ScheduleRow.next_at), ScheduleRow.id)
    .limit(bindparam("most")),
)
"""Schedules that have something due at `moment`, the longest due first."""

_RUNS_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A schedule as it is kept: who made it and when."""

    schedule: Schedule
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ScheduleFilter:
    """Which schedules to list; None: any."""

    statuses: frozenset[ScheduleStatus] | None = None
    workflow_id: str | None = None


async def due_ids(unit: Unit, moment: datetime, limit: int) -> Sequence[str]:
    """Return the client's schedules that have something due, the longest due first."""
    query = (
        select(ScheduleRow.id)
        .where(_IS_DUE)
        .order_by(func.coalesce(ScheduleRow.asked_at, ScheduleRow.next_at), ScheduleRow.id)
        .limit(limit)
    )
    return list(await unit.session.scalars(query, {"moment": moment}))


async def by_id(unit: Unit, schedule_id: str, *, lock: bool = False) -> Kept | None:
    """Return a schedule; with `lock`, nobody else changes it before this unit ends. None: there is none."""
    query = select(ScheduleRow).where(ScheduleRow.id == schedule_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = await unit.session.scalar(query)
    return None if row is None else _kept(row, (await dependencies(unit, [row.id])).get(row.id, ()))


async def by_names(unit: Unit, names: Collection[str]) -> Mapping[str, str]:
    """Return the ids of schedules by name."""
    rows = await unit.session.execute(select(ScheduleRow.name, ScheduleRow.id).where(ScheduleRow.name.in_(names)))
    return {row.name: row.id for row in rows}


async def names(unit: Unit, ids: Collection[str]) -> Mapping[str, str]:
    """Return the names of schedules by id."""
    rows = await unit.session.execute(select(ScheduleRow.id, ScheduleRow.name).where(ScheduleRow.id.in_(ids)))
    return {row.id: row.name for row in rows}


async def listed(unit: Unit, wanted: ScheduleFilter, after: tuple[str, str] | None, limit: int) -> Sequence[Kept]:
    """Return schedules in order of name and id, those after a (name, id)."""
    query = select(ScheduleRow).order_by(ScheduleRow.name, ScheduleRow.id).limit(limit)
    if wanted.statuses is not None:
        query = query.where(ScheduleRow.status.in_([status.value for status in wanted.statuses]))
    if wanted.workflow_id is not None:
        query = query.where(ScheduleRow.workflow_id == wanted.workflow_id)
    if after is not None:
        query = query.where(tuple_(ScheduleRow.name, ScheduleRow.id) > tuple_(*after))
    rows = list(await unit.session.scalars(query))
    on = await dependencies(unit, [row.id for row in rows])
    return [_kept(row, on.get(row.id, ())) for row in rows]


async def keep(unit: Unit, kept: Kept) -> None:
    """Write a schedule, known or new, with what it waits for."""
    schedule = kept.schedule
    row = await unit.session.scalar(select(ScheduleRow).where(ScheduleRow.id == schedule.id))
    if row is None:
        row = ScheduleRow(
            id=schedule.id,
            organization_id=organization_of(unit.whose),
            seed=schedule.seed,
            created_by=kept.created_by,
            created_at=kept.created_at,
        )
    _write_plan(row, schedule.plan)
    _write_progress(row, schedule.progress)
    row.revision = schedule.revision
    unit.session.add(row)
    await unit.session.flush()
    await _keep_dependencies(unit, schedule.id, schedule.plan.waits_for)


async def move(unit: Unit, schedule_id: str, progress: Progress) -> None:
    """Write how far a schedule has come, which was locked in this unit."""
    row = await unit.session.scalar(select(ScheduleRow).where(ScheduleRow.id == schedule_id))
    if row is not None:
        _write_progress(row, progress)
        await unit.session.flush()


async def dependencies(unit: Unit, ids: Collection[str] | None = None) -> Mapping[str, tuple[str, ...]]:
    """Return what schedules wait for, by id: of these, or of all."""
    query = select(ScheduleDependencyRow.schedule_id, ScheduleDependencyRow.on_schedule_id).order_by(
        ScheduleDependencyRow.on_schedule_id
    )
    if ids is not None:
        query = query.where(ScheduleDependencyRow.schedule_id.in_(ids))
    found: dict[str, tuple[str, ...]] = {}
    for row in await unit.session.execute(query):
        found[row.schedule_id] = (*found.get(row.schedule_id, ()), row.on_schedule_id)
    return found


async def runs_of(unit: Unit, schedule_id: str, occurrence: str) -> Sequence[tuple[str, str]]:
    """Return the runs of an occurrence, each with its phone; of several accounts on a phone each has its own."""
    query = select(WorkflowRunRow.id, WorkflowRunRow.phone_id).where(
        WorkflowRunRow.schedule_id == schedule_id,
        or_(
            WorkflowRunRow.occurrence == occurrence,
            WorkflowRunRow.occurrence.like(f"{occurrence}/%"),
        ),
    )
    return [(row.id, row.phone_id) for row in await unit.session.execute(query.order_by(WorkflowRunRow.id))]


async def lasted(unit: Unit, workflow_id: str) -> timedelta | None:
    """Return how long the last completed runs of a workflow took, the middle one of them; None where there is none."""
    query = (
        select(WorkflowRunRow.started_at, WorkflowRunRow.ended_at)
        .where(
            WorkflowRunRow.workflow_id == workflow_id,
            WorkflowRunRow.status == "completed",
            WorkflowRunRow.started_at.is_not(None),
            WorkflowRunRow.ended_at.is_not(None),
        )
        .order_by(WorkflowRunRow.created_at.desc(), WorkflowRunRow.id)
        .limit(_RUNS_LOOKED_AT)
    )
    rows = await unit.session.execute(query)
    took = sorted(row.ended_at - row.started_at for row in rows)
    return took[len(took) // 2] if took else None


async def _keep_dependencies(unit: Unit, schedule_id: str, on: Collection[str]) -> None:
    known = set((await dependencies(unit, [schedule_id])).get(schedule_id, ()))
    for gone in sorted(known - set(on)):
        await unit.session.execute(
            delete(ScheduleDependencyRow).where(
                ScheduleDependencyRow.schedule_id == schedule_id, ScheduleDependencyRow.on_schedule_id == gone
            )
        )
    for new in sorted(set(on) - known):
        unit.session.add(ScheduleDependencyRow(schedule_id=schedule_id, on_schedule_id=new))
    await unit.session.flush()


def _write_plan(row: ScheduleRow, plan: Plan) -> None:
    timing = document_of(plan.timing)
    row.name = plan.name
    row.workflow_id = plan.workflow_id
    row.workflow_version = plan.workflow_version
    row.kind = str(timing["kind"])
    row.timing = timing
    row.target = plan.target
    row.choosing = choosing_document(plan.choosing)
    row.parameters = dict(plan.parameters)
    row.priority = plan.priority
    row.stagger_s = plan.stagger // timedelta(seconds=1)
    row.late_s = plan.late // timedelta(seconds=1) if plan.late is not None else None


def _write_progress(row: ScheduleRow, progress: Progress) -> None:
    row.status = progress.status.value
    row.rotation_position = {"round": progress.position.round, "last": progress.position.last}
    row.next_at = progress.next_at
    row.taken_at = progress.taken_at
    row.taken_id = progress.taken_id
    row.occurrence_no = progress.taken
    row.asked_at = progress.asked_at
    row.asked_id = progress.asked_id


def _kept(row: ScheduleRow, on: tuple[str, ...]) -> Kept:
    plan = Plan(
        name=row.name,
        workflow_id=row.workflow_id,
        timing=stored_timing(row.timing),
        target=row.target,
        workflow_version=row.workflow_version,
        choosing=stored_choosing(row.choosing),
        parameters=row.parameters,
        priority=row.priority,
        stagger=timedelta(seconds=row.stagger_s),
        late=timedelta(seconds=row.late_s) if row.late_s is not None else None,
        waits_for=on,
    )
    progress = Progress(
        status=ScheduleStatus(row.status),
        next_at=row.next_at,
        taken_at=row.taken_at,
        taken_id=row.taken_id,
        taken=row.occurrence_no,
        position=Position(row.rotation_position["round"], row.rotation_position["last"]),
        asked_at=row.asked_at,
        asked_id=row.asked_id,
    )
    return Kept(Schedule(row.id, plan, row.seed, progress, row.revision), row.created_by, row.created_at)
