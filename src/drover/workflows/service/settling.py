"""What becomes of a run, written down: paused, queued again, over; its phone let go, and people told."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from drover.audit.domain import System
from drover.fleet.domain.phones import PhoneState
from drover.fleet.service import Leases, Phones
from drover.kernel.ids import NewId
from drover.platform.db.database import Unit
from drover.platform.db.outbox import Outbox
from drover.workflows.domain.failures import FAILURES_TO_QUARANTINE, to_quarantine
from drover.workflows.domain.records import RecoveryAttempt, Run, StepRun
from drover.workflows.domain.runs import Cause, PartStatus, ResultClass, RunEvent
from drover.workflows.repository import runs, traces

SUBJECT: Final = "run"
"""What events of the outbox about runs are about."""

WORKER: Final = System("worker")
"""Who does what nobody asked for."""

_BEFORE_ANOTHER_ATTEMPT: Final = timedelta(seconds=1)
"""How long a run waits that lost its phone, so that two that contend for one do not spin."""

_FAILED: Final = frozenset({ResultClass.FAILED, ResultClass.HANDED_OVER})


class Settling:
    """Changes runs that the unit has locked. Each returns the run as it is afterwards."""

    def __init__(self, leases: Leases, phones: Phones, outbox: Outbox, new_id: NewId) -> None:
        self._leases = leases
        self._phones = phones
        self._outbox = outbox
        self._new_id = new_id

    async def obey(self, unit: Unit, run: Run, cause: Cause, reason: str) -> Run:
        """Pause a run for a cause, or cancel it where that is what is wanted."""
        if cause is Cause.CANCEL:
            return await self.cancel(unit, run, reason or "cancelled")
        return await self.pause(unit, run, cause, reason)

    async def pause(self, unit: Unit, run: Run, cause: Cause, reason: str) -> Run:
        """Pause a run and let its phone go; one that only lost its phone is queued for it again instead."""
        if cause in (Cause.LEASE_LOST, Cause.RESTART):
            return await self.queue(unit, run, RunEvent.RESUME, reason)
        await self._let_go(unit, run)
        return await self._kept(unit, run.paused(cause, reason, await unit.now()), "run_paused", {"cause": cause.value})

    async def queue(self, unit: Unit, run: Run, event: RunEvent, reason: str) -> Run:
        """Queue a run for its next attempt."""
        now = await unit.now()
        await self._let_go(unit, run)
        queued = run.queued(event, now, not_before=now + _BEFORE_ANOTHER_ATTEMPT if run.lease_token else now)
        return await self._kept(unit, queued, "run_queued", {"why": reason})

    async def cancel(self, unit: Unit, run: Run, reason: str) -> Run:
        """End a run that nobody wants any more, or that never can start; what it had not played is skipped."""
        await self._let_go(unit, run)
        await self._skip_rest(unit, run, reason)
        over = run.ended(RunEvent.CANCEL, None, reason, await unit.now())
        return await self._kept(unit, over, "run_cancelled", {})

    async def end(self, unit: Unit, run: Run, result: ResultClass, reason: str) -> Run:
        """End a run with its result; a phone on which one run after another failed goes into quarantine."""
        await self._let_go(unit, run)
        failed = result in _FAILED
        event = RunEvent.FAIL if failed else RunEvent.COMPLETE
        over = run.ended(event, result, reason, await unit.now())
        over = await self._kept(unit, over, "run_failed" if failed else "run_completed", {"result": result.value})
        if failed:
            await self._judge_phone(unit, over)
        return over

    async def recovering(self, unit: Unit, run: Run, step: StepRun, strategy: str, why: str = "") -> None:
        """Note that something is done to bring a run back on its way; what came of it is the end of its step."""
        now = await unit.now()
        number = await traces.next_recovery(unit, run.id)
        events = ({"why": why},) if why else ()
        attempt = RecoveryAttempt(
            self._new_id(), run.id, step.id, number, strategy, "gone on", now, now, step.step, events=events
        )
        await traces.add_recovery(unit, attempt)

    async def gone_on(self, unit: Unit, run: Run, step: StepRun, strategy: str) -> None:
        """Note that a run goes on after something had stopped it, and tell people."""
        await self.recovering(unit, run, step, strategy)
        await self.tell(unit, run, "run_resumed", {"strategy": strategy, "step": step.name, "attempt": run.attempt})

    async def tell(self, unit: Unit, run: Run, kind: str, body: Mapping[str, object]) -> None:
        """Tell whoever listens of a run, once this unit is committed."""
        told = {"phone_id": run.phone_id, "workflow_id": run.workflow_id, "reason": run.reason, **body}
        await self._outbox.tell(unit, kind, (SUBJECT, run.id), told)

    async def _kept(self, unit: Unit, run: Run, kind: str, body: Mapping[str, object]) -> Run:
        await runs.keep(unit, run)
        await self.tell(unit, run, kind, body)
        return run

    async def _let_go(self, unit: Unit, run: Run) -> None:
        if run.lease_token is not None:
            await self._leases.release(unit, run.phone_id, run.lease_token)

    async def _skip_rest(self, unit: Unit, run: Run, reason: str) -> None:
        now = await unit.now()
        for step in await runs.steps(unit, run.id):
            if step.status is PartStatus.PENDING:
                await runs.keep_step(unit, step.skipped(reason, now))

    async def _judge_phone(self, unit: Unit, run: Run) -> None:
        lately = await runs.latest_results(unit, run.phone_id, most=2 * FAILURES_TO_QUARANTINE)
        if to_quarantine(lately):
            reason = f"{FAILURES_TO_QUARANTINE} runs failed one after another, the last was {run.id}"
            await self._phones.hold(unit, run.phone_id, PhoneState.QUARANTINED, reason, WORKER)
