"""Runs and their steps in the database. Who changes one locks it first, and writes it back in the same unit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from drover.platform.db.database import DueQuery, Unit
from drover.platform.db.newest import newest
from drover.workflows.domain.queueing import Queued
from drover.workflows.domain.records import STEP, Run, StepRun
from drover.workflows.domain.runs import RESUMES, Cause, PartStatus, ResultClass, RunStatus, UnknownRun
from drover.workflows.models.runs import RunDependencyRow, SequenceRunRow, WorkflowRunRow

STARTABLE = DueQuery(
    "runs_startable",
    ("moment", "most"),
    select(WorkflowRunRow.organization_id, WorkflowRunRow.client_id, WorkflowRunRow.client_id.label("id"))
    .where(WorkflowRunRow.status == "pending", WorkflowRunRow.due_at <= bindparam("moment"))
    .distinct()
    .limit(bindparam("most")),
)
"""Clients, each under its own id, that have a pending run due."""

UNSETTLED = DueQuery(
    "runs_unsettled",
    ("moment", "most"),
    select(WorkflowRunRow.organization_id, WorkflowRunRow.client_id, WorkflowRunRow.id)
    .where(
        WorkflowRunRow.status.in_(("running", "paused")),
        or_(WorkflowRunRow.status == "running", WorkflowRunRow.cause.in_(sorted(each.value for each in RESUMES))),
        WorkflowRunRow.moved_at <= bindparam("moment"),
    )
    .order_by(WorkflowRunRow.moved_at)
    .limit(bindparam("most")),
)
"""Runs that are running, or paused until their phone is back, and gave no sign of life since a moment."""

OWNER = DueQuery(
    "run_owner",
    ("wanted",),
    select(WorkflowRunRow.organization_id, WorkflowRunRow.client_id, WorkflowRunRow.id).where(
        WorkflowRunRow.id == bindparam("wanted")
    ),
)
"""Whose a run is, for what agents say of it."""

STEP_OWNER = DueQuery(
    "step_owner",
    ("wanted",),
    select(WorkflowRunRow.organization_id, WorkflowRunRow.client_id, WorkflowRunRow.id)
    .join(
        SequenceRunRow,
        and_(SequenceRunRow.client_id == WorkflowRunRow.client_id, SequenceRunRow.run_id == WorkflowRunRow.id),
    )
    .where(SequenceRunRow.id == bindparam("wanted")),
)
"""The run that a step is of, and whose it is."""

_QUEUE_PER_PHONE = 8
"""So many runs of a phone's queue are looked at in a turn; those that wait for others are not among them."""
_IN_ORDER = (
    WorkflowRunRow.started_at.is_(None),
    WorkflowRunRow.priority.desc(),
    WorkflowRunRow.due_at,
    WorkflowRunRow.created_at,
)
"""As `queueing.in_order` has it."""


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs to list; None: any."""

    statuses: frozenset[RunStatus] | None = None
    phone_id: str | None = None
    account_id: str | None = None
    workflow_id: str | None = None
    schedule_id: str | None = None


async def add(unit: Unit, run: Run, steps: Sequence[StepRun], after: Collection[str]) -> None:
    """Write a new run with its steps, and what it waits for."""
    row = WorkflowRunRow(id=run.id)
    _write(row, run)
    unit.session.add(row)
    await unit.session.flush()
    for step in steps:
        unit.session.add(_row_of(step))
    for other in after:
        unit.session.add(RunDependencyRow(run_id=run.id, on_run_id=other))
    await unit.session.flush()


async def of_occurrence(unit: Unit, schedule_id: str, occurrence: str, phone_id: str) -> str | None:
    """Return the id of the run that an occurrence of a schedule became on a phone; None: it has not yet."""
    query = select(WorkflowRunRow.id).where(
        WorkflowRunRow.schedule_id == schedule_id,
        WorkflowRunRow.occurrence == occurrence,
        WorkflowRunRow.phone_id == phone_id,
    )
    return await unit.session.scalar(query)


async def get(unit: Unit, run_id: str, *, lock: bool = False) -> Run:
    """Return a run; with `lock`, nobody else changes it before this unit ends. Raises UnknownRun."""
    query = select(WorkflowRunRow).where(WorkflowRunRow.id == run_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await unit.session.scalars(query)).one_or_none()
    if row is None:
        raise UnknownRun(run_id)
    return _run_of(row)


async def get_free(unit: Unit, run_id: str) -> Run | None:
    """Return a run, locked; None where another unit has it locked, or it is gone."""
    query = select(WorkflowRunRow).where(WorkflowRunRow.id == run_id).with_for_update(skip_locked=True)
    row = (await unit.session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    return None if row is None else _run_of(row)


async def keep(unit: Unit, run: Run) -> None:
    """Write a run that this unit has locked. Raises UnknownRun."""
    row = await unit.session.get(WorkflowRunRow, (run.client_id, run.id))
    if row is None:
        raise UnknownRun(run.id)
    _write(row, run)
    await unit.session.flush()


async def listed(
    unit: Unit, which: RunFilter, *, most: int, after: tuple[datetime, str] | None = None
) -> Sequence[Run]:
    """Return runs, the latest made first; `after` is the last one of the page before: when it was made, and its id."""
    wanted: list[ColumnElement[bool]] = []
    if which.statuses is not None:
        wanted.append(WorkflowRunRow.status.in_(sorted(status.value for status in which.statuses)))
    for column, value in (
        (WorkflowRunRow.phone_id, which.phone_id),
        (WorkflowRunRow.account_id, which.account_id),
        (WorkflowRunRow.workflow_id, which.workflow_id),
        (WorkflowRunRow.schedule_id, which.schedule_id),
    ):
        if value is not None:
            wanted.append(column == value)
    query = newest(unit, WorkflowRunRow, WorkflowRunRow.created_at, *wanted, most=most, after=after)
    return [_run_of(row) for row in await unit.session.scalars(query)]


async def with_status(unit: Unit, *statuses: RunStatus) -> Sequence[Run]:
    """Return all runs of the client that have one of these statuses."""
    query = select(WorkflowRunRow).where(WorkflowRunRow.status.in_([status.value for status in statuses]))
    return [_run_of(row) for row in await unit.session.scalars(query.order_by(WorkflowRunRow.id))]


async def queue(unit: Unit, now: datetime, *, most: int) -> Sequence[Queued]:
    """Return the pending runs that are due and wait for no run that may still complete, the first of each phone."""
    place = (
        func.row_number()
        .over(
            partition_by=WorkflowRunRow.phone_id,
            order_by=_IN_ORDER,
        )
        .label("place")
    )
    other = aliased(WorkflowRunRow)
    waiting = (
        select(RunDependencyRow.on_run_id)
        .join(other, and_(other.client_id == RunDependencyRow.client_id, other.id == RunDependencyRow.on_run_id))
        .where(
            RunDependencyRow.client_id == WorkflowRunRow.client_id,
            RunDependencyRow.run_id == WorkflowRunRow.id,
            other.status.in_(("pending", "running", "paused")),
        )
        .exists()
    )
    found = (
        select(WorkflowRunRow.id, place)
        .where(WorkflowRunRow.status == "pending", WorkflowRunRow.due_at <= now, ~waiting)
        .subquery()
    )
    depends = (
        select(RunDependencyRow.on_run_id)
        .where(RunDependencyRow.client_id == WorkflowRunRow.client_id, RunDependencyRow.run_id == WorkflowRunRow.id)
        .exists()
        .label("depends")
    )
    query = (
        select(WorkflowRunRow, depends)
        .where(WorkflowRunRow.id.in_(select(found.c.id).where(found.c.place <= _QUEUE_PER_PHONE)))
        .order_by(*_IN_ORDER)
        .limit(most)
    )
    found_rows = (await unit.session.execute(query)).all()
    dependent = [row.id for row, depends_ in found_rows if depends_]
    needs = await _needs(unit, dependent) if dependent else {}
    return [
        Queued(
            row.id,
            row.phone_id,
            row.priority,
            row.due_at,
            row.created_at,
            tuple(needs.get(row.id, ())),
            begun=row.started_at is not None,
        )
        for row, _ in found_rows
    ]


async def going_on(unit: Unit, phone_ids: Collection[str], now: datetime) -> frozenset[str]:
    """Return those phones on which a run was cut off in the middle, and goes on by itself a little later."""
    later = and_(WorkflowRunRow.status == RunStatus.PENDING.value, WorkflowRunRow.due_at > now)
    causes = [cause.value for cause in RESUMES]
    waits = and_(WorkflowRunRow.status == RunStatus.PAUSED.value, WorkflowRunRow.cause.in_(causes))
    query = select(WorkflowRunRow.phone_id).where(
        WorkflowRunRow.status.in_((RunStatus.PENDING.value, RunStatus.PAUSED.value)),  # there are few of these
        WorkflowRunRow.phone_id.in_(phone_ids),
        WorkflowRunRow.started_at.is_not(None),
        or_(later, waits),
    )
    return frozenset(await unit.session.scalars(query))


async def latest_results(unit: Unit, phone_id: str, *, most: int) -> list[ResultClass]:
    """Return the results of a phone's last runs that completed or failed, the newest first."""
    query = (
        select(WorkflowRunRow.result)
        .where(WorkflowRunRow.phone_id == phone_id, WorkflowRunRow.result.is_not(None))
        .order_by(WorkflowRunRow.ended_at.desc())
        .limit(most)
    )
    return [ResultClass(result) for result in await unit.session.scalars(query) if result is not None]


async def add_step(unit: Unit, step: StepRun) -> None:
    """Write a new step of a run."""
    unit.session.add(_row_of(step))
    await unit.session.flush()


async def steps(unit: Unit, run_id: str) -> Sequence[StepRun]:
    """Return the steps of a run in order, each with its switch sequence before it."""
    query = (
        select(SequenceRunRow)
        .where(SequenceRunRow.run_id == run_id)
        .order_by(SequenceRunRow.position, SequenceRunRow.purpose.desc())
    )
    return [_step_of(row) for row in await unit.session.scalars(query)]


async def step_count(unit: Unit, run_id: str) -> int:
    """Return how many steps a run has, switch sequences aside."""
    query = select(func.count()).select_from(SequenceRunRow)
    return await unit.session.scalar(query.where(SequenceRunRow.run_id == run_id, SequenceRunRow.purpose == STEP)) or 0


async def step(unit: Unit, step_id: str, *, lock: bool = False) -> StepRun | None:
    """Return a step; None where there is none of this id."""
    query = select(SequenceRunRow).where(SequenceRunRow.id == step_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await unit.session.scalars(query)).one_or_none()
    return None if row is None else _step_of(row)


async def ended_of(unit: Unit, step_ids: Collection[str]) -> dict[str, StepRun]:
    """Return those steps whose present attempt has ended, by id."""
    query = select(SequenceRunRow).where(
        SequenceRunRow.id.in_(step_ids), SequenceRunRow.ended_attempt >= SequenceRunRow.attempt
    )
    return {row.id: _step_of(row) for row in await unit.session.scalars(query)}


async def keep_step(unit: Unit, step: StepRun) -> None:
    """Write a step that this unit has read. Raises UnknownRun."""
    row = await unit.session.get(SequenceRunRow, (unit.client, step.id))
    if row is None:
        raise UnknownRun(step.run_id)
    _write_step(row, step)
    await unit.session.flush()


async def _needs(unit: Unit, run_ids: Collection[str]) -> dict[str, list[tuple[str, RunStatus]]]:
    query = (
        select(RunDependencyRow.run_id, WorkflowRunRow.id, WorkflowRunRow.status)
        .join(
            WorkflowRunRow,
            and_(
                WorkflowRunRow.client_id == RunDependencyRow.client_id, WorkflowRunRow.id == RunDependencyRow.on_run_id
            ),
        )
        .where(RunDependencyRow.run_id.in_(run_ids))
        .order_by(WorkflowRunRow.id)
    )
    needs: dict[str, list[tuple[str, RunStatus]]] = {}
    for run_id, other, status in await unit.session.execute(query):
        needs.setdefault(run_id, []).append((other, RunStatus(status)))
    return needs


def _write(row: WorkflowRunRow, run: Run) -> None:
    for name in (
        *("organization_id", "schedule_id", "occurrence", "workflow_id", "workflow_version", "phone_id", "account_id"),
        *("priority", "seed", "reason", "due_at", "created_at", "started_at", "ended_at", "moved_at", "attempt"),
        *("executor_id", "lease_token"),
    ):
        setattr(row, name, getattr(run, name))
    row.versions = dict(run.versions)
    row.parameters = dict(run.parameters)
    row.status = run.status.value
    row.result = run.result.value if run.result else None
    row.cause = run.cause.value if run.cause else None
    row.asked = run.asked.value if run.asked else None


def _run_of(row: WorkflowRunRow) -> Run:
    return Run(
        id=row.id,
        organization_id=row.organization_id,
        client_id=row.client_id,
        schedule_id=row.schedule_id,
        occurrence=row.occurrence,
        workflow_id=row.workflow_id,
        workflow_version=row.workflow_version,
        versions=row.versions,
        phone_id=row.phone_id,
        account_id=row.account_id,
        priority=row.priority,
        parameters=row.parameters,
        seed=row.seed,
        due_at=row.due_at,
        created_at=row.created_at,
        moved_at=row.moved_at,
        status=RunStatus(row.status),
        result=ResultClass(row.result) if row.result else None,
        cause=Cause(row.cause) if row.cause else None,
        asked=Cause(row.asked) if row.asked else None,
        reason=row.reason,
        started_at=row.started_at,
        ended_at=row.ended_at,
        attempt=row.attempt,
        executor_id=row.executor_id,
        lease_token=row.lease_token,
    )


_STEP_PLAIN = (
    *("run_id", "position", "name", "sequence", "sequence_id", "sequence_version", "purpose", "code", "reason", "hint"),
    *(
        "step",
        "attempt",
        "run_attempt",
        "agent",
        "tries",
        "from_step",
        "ended_attempt",
        "record",
        "taken",
        "taken_attempt",
        "taken_before",
    ),
    *("started_at", "ended_at"),
)


def _row_of(step: StepRun) -> SequenceRunRow:
    row = SequenceRunRow(id=step.id)
    _write_step(row, step)
    return row


def _write_step(row: SequenceRunRow, step: StepRun) -> None:
    for name in _STEP_PLAIN:
        setattr(row, name, getattr(step, name))
    row.status = step.status.value
    row.result = step.result.value if step.result else None
    row.variables = dict(step.variables)
    row.materials = list(step.materials)


def _step_of(row: SequenceRunRow) -> StepRun:
    plain = {name: getattr(row, name) for name in _STEP_PLAIN}
    return StepRun(
        id=row.id,
        status=PartStatus(row.status),
        result=ResultClass(row.result) if row.result else None,
        variables=row.variables,
        materials=tuple(row.materials),
        **plain,
    )
