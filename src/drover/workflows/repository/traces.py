"""What runs left behind in the database: task runs and recovery attempts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from drover.platform.db.database import Unit
from drover.platform.db.newest import newest
from drover.workflows.domain.budgets import ACTING
from drover.workflows.domain.records import RecoveryAttempt, TaskRun
from drover.workflows.domain.runs import PartStatus
from drover.workflows.models.runs import RecoveryAttemptRow, SequenceRunRow, TaskRunRow, WorkflowRunRow

_SAME = (
    *("sequence_run_id", "number", "step", "name", "kind", "effect", "attempts", "expected", "actual", "text"),
    *("parameters", "error", "hint", "frame_before", "frame_after", "started_at", "ended_at"),
)


async def add_task(unit: Unit, task: TaskRun) -> None:
    """Write a task that has ended."""
    row = TaskRunRow(id=task.id, status=task.status.value, round=list(task.rounds), timing=dict(task.timing))
    for name in _SAME:
        setattr(row, name, getattr(task, name))
    unit.session.add(row)
    await unit.session.flush()


async def tasks_of_step(unit: Unit, step_id: str, *, most: int, after: int = 0) -> Sequence[TaskRun]:
    """Return the tasks of a step by their numbers, from the one after `after` on."""
    query = select(TaskRunRow).where(TaskRunRow.sequence_run_id == step_id, TaskRunRow.number > after)
    return [_task_of(row) for row in await unit.session.scalars(query.order_by(TaskRunRow.number).limit(most))]


async def tasks_of_run(unit: Unit, run_id: str) -> Sequence[TaskRun]:
    """Return all tasks of a run, in order."""
    query = (
        select(TaskRunRow)
        .join(
            SequenceRunRow,
            and_(SequenceRunRow.client_id == TaskRunRow.client_id, SequenceRunRow.id == TaskRunRow.sequence_run_id),
        )
        .where(SequenceRunRow.run_id == run_id)
        .order_by(SequenceRunRow.position, SequenceRunRow.purpose.desc(), TaskRunRow.number)
    )
    return [_task_of(row) for row in await unit.session.scalars(query)]


async def has_frame(unit: Unit, run_id: str, digest: str) -> bool:
    """Return whether a task or recovery attempt of the run kept that picture."""
    steps = and_(SequenceRunRow.client_id == TaskRunRow.client_id, SequenceRunRow.id == TaskRunRow.sequence_run_id)
    in_tasks = select(TaskRunRow.id).join(SequenceRunRow, steps).where(SequenceRunRow.run_id == run_id)
    in_tasks = in_tasks.where(or_(TaskRunRow.frame_before == digest, TaskRunRow.frame_after == digest))
    row = RecoveryAttemptRow
    in_recoveries = select(row.id).where(row.run_id == run_id)
    in_recoveries = in_recoveries.where(or_(row.frame_before == digest, row.frame_after == digest))
    for query in (in_tasks, in_recoveries):
        if await unit.session.scalar(query.limit(1)) is not None:
            return True
    return False


async def tasks(unit: Unit, *, most: int, after: tuple[datetime, str] | None = None) -> Sequence[TaskRun]:
    """Return tasks of all runs, the latest begun first; `after` is the last one of the page before."""
    query = newest(unit, TaskRunRow, TaskRunRow.started_at, most=most, after=after)
    return [_task_of(row) for row in await unit.session.scalars(query)]


async def acts_since(unit: Unit, account_id: str | None, phone_id: str, since: datetime) -> int:
    """Return how many acts were done since then with an account; without one, on the phone without any account."""
    steps = and_(SequenceRunRow.client_id == TaskRunRow.client_id, SequenceRunRow.id == TaskRunRow.sequence_run_id)
    whole = and_(WorkflowRunRow.client_id == SequenceRunRow.client_id, WorkflowRunRow.id == SequenceRunRow.run_id)
    query = select(func.count(TaskRunRow.id)).join(SequenceRunRow, steps).join(WorkflowRunRow, whole)
    query = query.where(TaskRunRow.started_at >= since, TaskRunRow.kind.in_(sorted(ACTING)))
    query = query.where(TaskRunRow.status != PartStatus.SKIPPED.value)
    if account_id is None:
        query = query.where(WorkflowRunRow.account_id.is_(None), WorkflowRunRow.phone_id == phone_id)
    else:
        query = query.where(WorkflowRunRow.account_id == account_id)
    return int(await unit.session.scalar(query) or 0)


async def add_recovery(unit: Unit, attempt: RecoveryAttempt) -> None:
    """Write a recovery attempt."""
    row = RecoveryAttemptRow(
        id=attempt.id,
        run_id=attempt.run_id,
        sequence_run_id=attempt.sequence_run_id,
        step=attempt.step,
        number=attempt.number,
        strategy=attempt.strategy,
        acts=[dict(act) for act in attempt.acts],
        outcome=attempt.outcome,
        events=[dict(event) for event in attempt.events],
        frame_before=attempt.frame_before,
        frame_after=attempt.frame_after,
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
    )
    unit.session.add(row)
    await unit.session.flush()


async def recoveries(unit: Unit, run_id: str, *, most: int, after: int = 0) -> Sequence[RecoveryAttempt]:
    """Return the recovery attempts of a run in order, from the one after `after` on."""
    query = select(RecoveryAttemptRow).where(RecoveryAttemptRow.run_id == run_id, RecoveryAttemptRow.number > after)
    return [
        _recovery_of(row) for row in await unit.session.scalars(query.order_by(RecoveryAttemptRow.number).limit(most))
    ]


async def strategies(unit: Unit, run_id: str) -> dict[str, int]:
    """Return how many recovery attempts of a run there were, by strategy."""
    query = (
        select(RecoveryAttemptRow.strategy, func.count().label("attempts"))
        .where(RecoveryAttemptRow.run_id == run_id)
        .group_by(RecoveryAttemptRow.strategy)
        .order_by(RecoveryAttemptRow.strategy)
    )
    found = await unit.session.execute(query)
    return {row.strategy: row.attempts for row in found}


async def next_recovery(unit: Unit, run_id: str) -> int:
    """Return the number that the next recovery attempt of a run has."""
    query = select(func.max(RecoveryAttemptRow.number)).where(RecoveryAttemptRow.run_id == run_id)
    return (await unit.session.scalar(query) or 0) + 1


def _task_of(row: TaskRunRow) -> TaskRun:
    same = {name: getattr(row, name) for name in _SAME}
    return TaskRun(id=row.id, status=PartStatus(row.status), rounds=tuple(row.round), timing=row.timing, **same)


def _recovery_of(row: RecoveryAttemptRow) -> RecoveryAttempt:
    return RecoveryAttempt(
        id=row.id,
        run_id=row.run_id,
        sequence_run_id=row.sequence_run_id,
        number=row.number,
        strategy=row.strategy,
        outcome=row.outcome,
        started_at=row.started_at,
        ended_at=row.ended_at,
        step=row.step,
        acts=tuple(row.acts),
        events=tuple(row.events),
        frame_before=row.frame_before,
        frame_after=row.frame_after,
    )
