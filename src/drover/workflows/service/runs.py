"""Runs, as people see them and what they may ask of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from drover.audit.domain import Actor
from drover.audit.service import Trail
from drover.fleet.service import Phones
from drover.kernel.errors import DroverError, Kind
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import OneClient, Reach
from drover.protocol.messages import StopOrder
from drover.workflows.domain.planning import NewRun
from drover.workflows.domain.records import STEP, RecoveryAttempt, Run, StepRun, TaskRun
from drover.workflows.domain.runs import (
    Cause,
    RunEvent,
    RunStatus,
    StepOutOfRange,
    UnknownRun,
    next_status,
)
from drover.workflows.domain.summary import Part, Report, Whole, report
from drover.workflows.domain.workflow import Workflow
from drover.workflows.repository import runs, traces
from drover.workflows.repository.runs import RunFilter
from drover.workflows.service.making import begin
from drover.workflows.service.ports import AgentAway, Book, PlaysAt
from drover.workflows.service.settling import SUBJECT, Settling

__all__ = ["Asked", "RunFilter", "Runs"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A run after something was asked of it. Not `confirmed`: its agent does not answer, and stops at its deadline."""

    run: Run
    confirmed: bool


class AppOutOfReach(DroverError):
    """A workflow needs an app that the access of who asks does not reach to."""

    kind = Kind.REFUSED

    def __init__(self, workflow: str, app: str) -> None:
        super().__init__(
            f"the access to some apps does not reach to workflow {workflow}, for app {app or '(no account is named)'}",
            hint="name an account that it reaches, or ask an administrator for the access it needs",
        )


class Runs:
    """Reads in units of the caller's; changes in units of its own, as agents are told once they are committed."""

    def __init__(
        self,
        database: Database,
        book: Book,
        plays_at: PlaysAt,
        phones: Phones,
        settling: Settling,
        trail: Trail,
        wake: Callable[[], None],
    ) -> None:
        """`wake` has the dispatcher look at once."""
        self._database = database
        self._book = book
        self._plays_at = plays_at
        self._phones = phones
        self._settling = settling
        self._trail = trail
        self._wake = wake

    async def start_now(
        self,
        whose: OneClient,
        actor: Actor,
        workflow_id: str,
        phone_id: str,
        *,
        version: int | None = None,
        account_id: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        priority: int | None = None,
        seed: int = 0,
        run_id: str | None = None,
    ) -> Run:
        """Make a run that is due now, and return it; under a `run_id` that there is, the one that was made before.

        Raises what the book raises for a workflow that is not there.
        """
        async with self._database.writing(whose) as unit:
            if run_id is not None and (there := await _known(unit, run_id)) is not None:
                return there
            await self._phones.get(unit, phone_id)
            pinned = await self._book.pin(unit, workflow_id, version)
            _check_reach(whose.reach, pinned.workflow, account_id)
            new = NewRun(
                workflow_id=workflow_id,
                workflow_version=pinned.version,
                phone_id=phone_id,
                due_at=await unit.now(),
                steps=pinned.steps,
                versions=pinned.versions,
                parameters=parameters or {},
                account_id=account_id,
                priority=pinned.workflow.priority if priority is None else priority,
                seed=seed,
            )
            run = await begin(unit, new, self._trail.new_id, run_id)
            self._note(unit, actor, "run.started", run, {"workflow": workflow_id, "phone": phone_id})
        self._wake()
        return run

    async def get(self, unit: Unit, run_id: str) -> Run:
        """Return a run. Raises UnknownRun."""
        return await runs.get(unit, run_id)

    async def list(
        self, unit: Unit, which: RunFilter, *, after: tuple[datetime, str] | None = None, limit: int = 100
    ) -> Sequence[Run]:
        """Return runs, the latest made first; `after` is when the last one of the page before was made, and its id."""
        return await runs.listed(unit, which, most=limit, after=after)

    async def steps(self, unit: Unit, run_id: str) -> Sequence[StepRun]:
        """Return a run's steps in order, with the switch sequences before them. Raises UnknownRun."""
        await runs.get(unit, run_id)
        return await runs.steps(unit, run_id)

    async def tasks(self, unit: Unit, step_id: str, *, after: int = 0, limit: int = 100) -> Sequence[TaskRun]:
        """Return the tasks of a step, those behind number `after`."""
        return await traces.tasks_of_step(unit, step_id, most=limit, after=after)

    async def all_tasks(
        self, unit: Unit, *, after: tuple[datetime, str] | None = None, limit: int = 100
    ) -> Sequence[TaskRun]:
        """Return the tasks of all runs, the latest begun first; `after` is when the last one began, and its id."""
        return await traces.tasks(unit, most=limit, after=after)

    async def recoveries(
        self, unit: Unit, run_id: str, *, after: int = 0, limit: int = 100
    ) -> Sequence[RecoveryAttempt]:
        """Return what was done to bring a run back on its way, from behind number `after` on."""
        return await traces.recoveries(unit, run_id, after=after, most=limit)

    async def has_frame(self, unit: Unit, run_id: str, digest: str) -> bool:
        """Return whether the run kept a picture of that digest."""
        return await traces.has_frame(unit, run_id, digest)

    async def report(self, unit: Unit, run_id: str) -> Report:
        """Return the summary of a run. Raises UnknownRun."""
        run = await runs.get(unit, run_id)
        whole = Whole(run.status, run.result, run.reason, run.attempt, run.started_at, run.ended_at)
        steps = [
            Part(step.name, step.status, step.reason, step.hint, step.started_at, step.ended_at)
            for step in await runs.steps(unit, run_id)
        ]
        tasks = [
            Part(task.name, task.status, task.error, task.hint, task.started_at, task.ended_at)
            for task in await traces.tasks_of_run(unit, run_id)
        ]
        return report(whole, steps, tasks, await traces.strategies(unit, run_id))

    async def pause(self, whose: OneClient, actor: Actor, run_id: str, reason: str = "") -> Asked:
        """Have a run stop, and keep it so until it is resumed. Raises UnknownRun, IllegalTransition."""
        return await self._ask(whose, actor, run_id, Cause.USER, RunEvent.PAUSE, reason)

    async def cancel(self, whose: OneClient, actor: Actor, run_id: str, reason: str = "") -> Asked:
        """Have a run stop for good. Its phone is free once its agent has stopped. Raises what `pause` does."""
        return await self._ask(whose, actor, run_id, Cause.CANCEL, RunEvent.CANCEL, reason)

    async def resume(self, whose: OneClient, actor: Actor, run_id: str) -> Run:
        """Have a paused run go on from where it was, once its phone is free. Raises UnknownRun, IllegalTransition."""
        async with self._database.writing(whose) as unit:
            run = await runs.get(unit, run_id, lock=True)
            if run.status is RunStatus.PAUSED and run.lease_token is not None:
                run = replace(run, asked=None)  # it goes on as soon as what it waits for is there
                await runs.keep(unit, run)
            else:
                run = await self._settling.queue(unit, run, RunEvent.RESUME, "resumed")
            self._note(unit, actor, "run.resumed", run, {})
        self._wake()
        return run

    async def continue_from(self, whose: OneClient, actor: Actor, run_id: str, position: int, task: int = 1) -> Run:
        """Have a run that failed or was cancelled go on from a task of a step; what comes after is played anew.

        Raises UnknownRun, IllegalTransition, StepOutOfRange.
        """
        async with self._database.writing(whose) as unit:
            run = await runs.get(unit, run_id, lock=True)
            next_status(run.status, RunEvent.CONTINUE)
            steps = [step for step in await runs.steps(unit, run_id) if step.purpose == STEP]
            if not 1 <= position <= len(steps):
                raise StepOutOfRange(position, len(steps))
            for step in steps[position - 1 :]:
                from_step = task if step.position == position else None
                await runs.keep_step(unit, step.anew(from_step))
            run = await self._settling.queue(unit, run, RunEvent.CONTINUE, f"from step {position}, task {task}")
            self._note(unit, actor, "run.continued", run, {"step": position, "task": task})
        self._wake()
        return run

    async def _ask(
        self, whose: OneClient, actor: Actor, run_id: str, cause: Cause, event: RunEvent, reason: str
    ) -> Asked:
        async with self._database.writing(whose) as unit:
            run = await runs.get(unit, run_id, lock=True)
            next_status(run.status, event)
            if run.lease_token is None:
                run = await self._settling.obey(unit, run, cause, reason)
            else:
                run = replace(run, asked=cause, reason=reason or run.reason)
                await runs.keep(unit, run)
            self._note(unit, actor, f"run.{cause.value}", run, {"reason": reason})
            phone = await self._phones.get(unit, run.phone_id)
        if run.asked is None or phone.agent is None:
            return Asked(run, confirmed=run.asked is None)
        return Asked(run, await self._stopped(phone.agent.name, run, reason or cause.value))

    async def _stopped(self, agent: str, run: Run, reason: str) -> bool:
        try:
            order = StopOrder(scope="run", id=run.id, issued_at=self._trail.clock.now(), reason=reason)
            await self._plays_at.stop(agent, order)
        except AgentAway:
            return False
        return True

    def _note(self, unit: Unit, actor: Actor, act: str, run: Run, after: Mapping[str, object]) -> None:
        self._trail.note(unit, actor, act, (SUBJECT, run.id), after={"status": run.status.value, **after})


async def _known(unit: Unit, run_id: str) -> Run | None:
    try:
        return await runs.get(unit, run_id)
    except UnknownRun:
        return None


def _check_reach(reach: Reach, workflow: Workflow, account_id: str | None) -> None:
    """Refuse what needs other apps than those one is limited to, or names no account of them. Raises AppOutOfReach."""
    if reach.apps is None:
        return
    outside = {step.app or workflow.app for step in workflow.steps} - reach.apps
    if outside or account_id is None:
        raise AppOutOfReach(workflow.name, min(outside, default=""))
