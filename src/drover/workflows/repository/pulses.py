"""How far runs are, as whoever follows them asks: one look for all of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select

from drover.platform.db.database import Unit
from drover.workflows.domain.records import STEP
from drover.workflows.domain.runs import RunStatus
from drover.workflows.models.runs import SequenceRunRow, WorkflowRunRow


@dataclass(frozen=True, slots=True)
class Pulse:
    """A step of a run: how the run stands, the last event that was taken in of the step, and the task that it is at."""

    run_id: str
    status: RunStatus
    reason: str
    step_id: str
    number: int
    task: int


async def pulses(unit: Unit, run_ids: Collection[str]) -> Sequence[Pulse]:
    """Return the steps of runs, switch sequences aside, in order of their positions."""
    same = and_(SequenceRunRow.client_id == WorkflowRunRow.client_id, SequenceRunRow.run_id == WorkflowRunRow.id)
    number = (SequenceRunRow.taken_before + SequenceRunRow.taken).label("number")
    query = (
        select(WorkflowRunRow.id, WorkflowRunRow.status, WorkflowRunRow.reason, SequenceRunRow.id, number)
        .add_columns(SequenceRunRow.step)
        .join(SequenceRunRow, same)
        .where(WorkflowRunRow.id.in_(run_ids), SequenceRunRow.purpose == STEP)
        .order_by(WorkflowRunRow.id, SequenceRunRow.position)
    )
    rows = await unit.session.execute(query)
    return [Pulse(run, RunStatus(status), reason, step, *rest) for run, status, reason, step, *rest in rows]
