"""Takes in what agents tell of their plays: each event once, in order, whoever of the workers gets it."""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from drover.kernel.ids import NewId
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import OneClient
from drover.protocol.messages import PlayEnded, PlayEvent, PlayPaused, PlayResumed, Recovery, TaskBegan, TaskEnded
from drover.workflows.domain.failures import Ending, Outcome
from drover.workflows.domain.records import RecoveryAttempt, Run, StepRun, TaskRun
from drover.workflows.domain.runs import Cause, PartStatus, ResultClass, RunStatus, UnknownRun
from drover.workflows.repository import runs, traces
from drover.workflows.service.held import Hands
from drover.workflows.service.settling import Settling

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Events:
    """Turns events of plays into task runs, and into what becomes of their runs."""

    def __init__(self, database: Database, hands: Hands, settling: Settling, new_id: NewId) -> None:
        self._database = database
        self._hands = hands
        self._settling = settling
        self._new_id = new_id

    async def take(self, whose: OneClient, event: PlayEvent) -> int:
        """Take an event in and return up to which number those of its sequence run are kept.

        One that was taken before changes nothing; one that comes before its time is not kept, and will be sent again,
        unless it says that those before it are not to be had any more: then it is kept, and so is that they are lost.
        """
        async with self._database.writing(whose) as unit:
            number = await self._take(unit, event)
        if isinstance(event.body, PlayEnded):
            self._hands.news([event.sequence_run])
        return number

    async def _take(self, unit: Unit, event: PlayEvent) -> int:
        try:
            run = await runs.get(unit, event.run, lock=True)
        except UnknownRun:
            run = None
        step = await runs.step(unit, event.sequence_run, lock=True)
        if step is None or run is None or step.run_id != run.id:
            _log.warning("event of an unknown run", run=event.run, sequence_run=event.sequence_run)
            return event.number  # else it would be sent for ever
        taken = step.taking(event.attempt, event.number, alone=event.alone)
        if taken is None:
            return step.taken
        if taken.number > step.number + 1:
            _log.warning("events are lost", run=run.id, kept=step.number, next=taken.number)
            why = f"events {step.number + 1} to {taken.number - 1} of its play were lost with what the database lost"
            await self._settling.recovering(unit, run, step, "events_lost", why)
        await self._apply(unit, run, taken, event)
        return event.number

    async def _apply(self, unit: Unit, run: Run, step: StepRun, event: PlayEvent) -> None:
        now = await unit.now()
        present = event.attempt == step.attempt and event.token == run.lease_token
        match event.body:
            case TaskBegan():
                step = replace(step, step=event.body.index) if present else step
            case TaskEnded():
                await traces.add_task(unit, _task(self._new_id(), step, event.body))
                await self._recovered(unit, step, event.body.index, event.body.recoveries)
            case PlayEnded():
                await self._recovered(unit, step, 0, event.body.recoveries)
                step = replace(step.over(_ending(event.body), event.attempt, now), record=event.body.record)
            case PlayPaused() if present and run.status is RunStatus.RUNNING:
                run = run.paused(Cause.PHONE_GONE, event.body.reason, now, keeps_phone=True)
                await self._settling.tell(unit, run, "run_paused", {"why": event.body.reason})
            case PlayResumed() if present and run.status is RunStatus.PAUSED and run.lease_token is not None:
                run = run.returned(now)
                await self._settling.tell(unit, run, "run_resumed", {"why": "the phone is back"})
            case _:
                pass
        await runs.keep_step(unit, step)
        await runs.keep(unit, run)

    async def _recovered(self, unit: Unit, step: StepRun, task: int, told: Sequence[Recovery]) -> None:
        if not told:
            return
        first = await traces.next_recovery(unit, step.run_id)
        for number, one in enumerate(told, first):
            await traces.add_recovery(unit, _recovery(self._new_id(), step, number, task, one))


def _recovery(attempt_id: str, step: StepRun, number: int, task: int, told: Recovery) -> RecoveryAttempt:
    return RecoveryAttempt(
        id=attempt_id,
        run_id=step.run_id,
        sequence_run_id=step.id,
        step=task,
        number=number,
        strategy=told.strategy,
        outcome="recovered" if told.recovered else "failed",
        started_at=told.started_at,
        ended_at=told.ended_at,
        acts=({"act": told.act},) if told.act else (),
        events=({"why": told.why},) if told.why else (),
        frame_before=told.frame_before,
        frame_after=told.frame_after,
    )


def _ending(body: PlayEnded) -> Ending:
    status, result = Outcome(body.status), ResultClass(body.result)
    return Ending(status, result, body.code, body.error, body.hint, body.step, body.variables)


def _task(task_id: str, step: StepRun, body: TaskEnded) -> TaskRun:
    return TaskRun(
        id=task_id,
        sequence_run_id=step.id,
        number=step.number,
        step=body.index,
        rounds=tuple(body.rounds),
        name=body.name,
        kind=body.task_kind,
        effect=body.effect,
        status=PartStatus(body.status),
        attempts=body.attempts,
        started_at=body.started_at,
        ended_at=body.ended_at,
        expected=body.expected,
        actual=body.actual,
        text=body.text,
        parameters=body.parameters,
        error=body.error,
        hint=body.hint,
        frame_before=body.frame_before,
        frame_after=body.frame_after,
        timing={"wall_ms": body.wall_ms, "device_ms": body.device_ms, "waited_ms": body.waited_ms},
    )
