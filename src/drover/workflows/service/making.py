"""Makes runs of what was planned."""

from drover.kernel.ids import NewId
from drover.platform.db.database import Unit
from drover.platform.db.whose import OneClient
from drover.workflows.domain.planning import NewRun
from drover.workflows.domain.records import Run, StepRun
from drover.workflows.repository import runs


async def make(unit: Unit, new: NewRun, new_id: NewId) -> str:
    """Write a planned run and return its id; of an occurrence that became one on its phone before, that one's."""
    if new.schedule_id is not None and new.occurrence is not None:
        there = await runs.of_occurrence(unit, new.schedule_id, new.occurrence, new.phone_id)
        if there is not None:
            return there
    return (await begin(unit, new, new_id)).id


async def begin(unit: Unit, new: NewRun, new_id: NewId, run_id: str | None = None) -> Run:
    """Write a planned run that is of no occurrence which may have become one before, and return it.

    With `run_id`, under that id. Raises Conflict where another run has it.
    """
    assert isinstance(unit.whose, OneClient)  # noqa: S101  whoever writes rows of a client works in its name
    now = await unit.now()
    run = Run(
        id=run_id or new_id(),
        organization_id=unit.whose.organization,
        client_id=unit.whose.client,
        schedule_id=new.schedule_id,
        occurrence=new.occurrence,
        workflow_id=new.workflow_id,
        workflow_version=new.workflow_version,
        versions=new.versions,
        phone_id=new.phone_id,
        account_id=new.account_id,
        priority=new.priority,
        parameters=new.parameters,
        seed=new.seed,
        due_at=new.due_at,
        created_at=now,
        moved_at=now,
    )
    steps = [
        StepRun(new_id(), run.id, position, step.id, step.sequence, step.sequence_id, step.sequence_version)
        for position, step in enumerate(new.steps, 1)
    ]
    await runs.add(unit, run, steps, dict.fromkeys(new.after))
    return run
