"""Which content a client's rows name, by digest."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from drover.platform.db.database import Unit
from drover.workflows.domain.definitions import DefinitionKind, files_of
from drover.workflows.models.definitions import DefinitionRow, DefinitionVersionRow
from drover.workflows.models.runs import RecoveryAttemptRow, SequenceRunRow, TaskRunRow, WorkflowRunRow

_WITH_FILES = (DefinitionKind.SEQUENCE, DefinitionKind.SCREENS)


async def of_definitions(unit: Unit) -> frozenset[str]:
    """Return what all versions of all definitions name."""
    same = and_(
        DefinitionRow.client_id == DefinitionVersionRow.client_id,
        DefinitionRow.id == DefinitionVersionRow.definition_id,
    )
    query = (
        select(DefinitionRow.kind, DefinitionVersionRow.body)
        .join(DefinitionVersionRow, same)
        .where(DefinitionRow.kind.in_([kind.value for kind in _WITH_FILES]))
    )
    rows = await unit.session.execute(query)
    return frozenset(digest for row in rows for digest in files_of(DefinitionKind(row.kind), row.body).values())


async def of_runs(unit: Unit, before: datetime) -> tuple[frozenset[str], frozenset[str]]:
    """Return what runs name that began before that moment and had not ended by then, and which of it are records."""
    lasting = and_(
        WorkflowRunRow.created_at < before, or_(WorkflowRunRow.ended_at.is_(None), WorkflowRunRow.ended_at >= before)
    )
    run_ids = list(await unit.session.scalars(select(WorkflowRunRow.id).where(lasting)))
    steps = (await unit.session.scalars(select(SequenceRunRow).where(SequenceRunRow.run_id.in_(run_ids)))).all()
    records = {step.record for step in steps if step.record is not None}
    named = records | {digest for step in steps for digest in step.materials}
    named |= await _frames(unit, TaskRunRow.sequence_run_id.in_([step.id for step in steps]))
    recoveries = select(RecoveryAttemptRow.frame_before, RecoveryAttemptRow.frame_after)
    rows = await unit.session.execute(recoveries.where(RecoveryAttemptRow.run_id.in_(run_ids)))
    named |= {frame for row in rows for frame in (row.frame_before, row.frame_after) if frame is not None}
    return frozenset(named), frozenset(records)


async def _frames(unit: Unit, which: ColumnElement[bool]) -> set[str]:
    rows = await unit.session.execute(select(TaskRunRow.frame_before, TaskRunRow.frame_after).where(which))
    return {frame for row in rows for frame in (row.frame_before, row.frame_after) if frame is not None}
