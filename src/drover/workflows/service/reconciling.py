"""Finds runs that nobody looks after, and sees to it that somebody does."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Protocol

import structlog

from drover.fleet.domain.leasing import LeaseLost
from drover.fleet.service import Leases, Phones
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import Installation, OneClient
from drover.protocol.messages import StopOrder
from drover.workflows.domain.records import Run
from drover.workflows.domain.runs import RESUMES, Cause, ResultClass, RunEvent, RunStatus
from drover.workflows.repository import runs
from drover.workflows.service.held import RunKey
from drover.workflows.service.pace import Pace
from drover.workflows.service.ports import AgentAway, PlaysAt
from drover.workflows.service.settling import Settling

_MOST: Final = 500
_ASKED_FOR: Final = frozenset({Cause.PHONE_OCCUPIED, Cause.PHONE_HELD})
"""Causes of pauses of which nobody may tell that they are over: the phone is asked for again, and again."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Bodies(Protocol):
    """The engine, as far as it is needed here. Ids are the engine's."""

    @property
    def active(self) -> frozenset[str]:
        """What runs in this process."""
        ...

    async def unfinished(self) -> Mapping[str, str]:
        """Return what is not at its end, with the executors' names."""
        ...

    async def known(self, run_ids: Collection[str]) -> frozenset[str]:
        """Return those that were ever started."""
        ...

    async def take_over(self, run_ids: Sequence[str]) -> None:
        """Go on here with what another one left."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """What a turn of the reconciler did."""

    started: int = 0
    taken_over: int = 0
    resumed: int = 0
    settled: int = 0
    expired: int = 0


class Reconciler:
    """Looks after what stands still. Every worker has one; what they do twice changes nothing."""

    def __init__(
        self,
        database: Database,
        bodies: Bodies,
        start: Callable[[RunKey], Awaitable[None]],
        plays_at: PlaysAt,
        leases: Leases,
        phones: Phones,
        settling: Settling,
        clock: Clock,
        executor: str,
        wake: Callable[[], None],
        pace: Pace,
    ) -> None:
        """`wake` has the dispatcher look at once, as there is something in the queue."""
        self._database = database
        self._bodies = bodies
        self._start = start
        self._plays_at = plays_at
        self._leases = leases
        self._phones = phones
        self._settling = settling
        self._clock = clock
        self._executor = executor
        self._wake = wake
        self._pace = pace

    async def turn(self) -> Found:
        """Go over all runs that stand still, and over leases that are over."""
        expired = await self._expire()
        async with self._database.reading(Installation()) as unit:
            moment = await unit.now() - timedelta(seconds=self._pace.still_s)
            due = await unit.due(runs.UNSETTLED, moment=moment, most=_MOST)
        by_client: dict[OneClient, list[str]] = defaultdict(list)
        for one in due:
            by_client[OneClient(one.organization, one.client)].append(one.id)
        unfinished = await self._bodies.unfinished() if due else dict[str, str]()
        done: dict[str, int] = defaultdict(int)
        for whose, run_ids in by_client.items():
            for run_id in run_ids:
                what = await self._look(whose, run_id, unfinished)
                done[what] += 1
        done.pop("", None)
        return Found(**done, expired=expired)

    async def _look(self, whose: OneClient, run_id: str, unfinished: Mapping[str, str]) -> str:
        try:
            async with self._database.reading(whose) as unit:
                run = await runs.get(unit, run_id)
                stood_s = (await unit.now() - run.moved_at).total_seconds()
                gone = stood_s > self._pace.gone_s
            if run.engine_id in self._bodies.active:
                return ""
            if run.status is RunStatus.PAUSED and run.lease_token is None:
                early = run.cause in _ASKED_FOR and stood_s < self._pace.wait_s
                # A person may have paused it since it was found: then it stays so.
                return await self._resume(whose, run) if run.cause in RESUMES and not early else ""
            if run.engine_id in unfinished:
                return await self._take_over(whose, run, unfinished[run.engine_id], gone=gone)
            if run.engine_id not in await self._bodies.known([run.engine_id]):
                return await self._begin(whose, run, gone=gone)
            return await self._settle(whose, run)
        except DroverError as error:
            _log.warning("a run could not be looked after", run=run_id, error=error.message)
            return ""

    async def _begin(self, whose: OneClient, run: Run, *, gone: bool) -> str:
        """Start a body that was never started: its worker ended in between."""
        if run.executor_id != self._executor and not gone:
            return ""
        await self._mine(whose, run)
        await self._start(RunKey(whose.organization, whose.client, run.id, run.attempt))
        return "started"

    async def _take_over(self, whose: OneClient, run: Run, executor: str, *, gone: bool) -> str:
        """Go on with a body whose worker is gone; what this one left goes on by itself."""
        if executor == self._executor or not gone:
            return ""
        await self._mine(whose, run)
        await self._bodies.take_over([run.engine_id])
        return "taken_over"

    async def _mine(self, whose: OneClient, run: Run) -> None:
        async with self._database.writing(whose) as unit:
            current = await runs.get(unit, run.id, lock=True)
            if current.attempt == run.attempt:
                await runs.keep(unit, replace(current, executor_id=self._executor, moved_at=await unit.now()))

    async def _resume(self, whose: OneClient, run: Run) -> str:
        """Queue a run again whose phone is back."""
        async with self._database.writing(whose) as unit:
            current = await runs.get(unit, run.id, lock=True)
            phone = await self._phones.get(unit, run.phone_id)
            if current != run or phone.hindrance(self._clock.now()):
                return ""
            await self._settling.queue(unit, current, RunEvent.RESUME, "the phone is back")
        self._wake()
        return "resumed"

    async def _settle(self, whose: OneClient, run: Run) -> str:
        """End a run whose body ended without a word. Its phone is let go once nothing acts on it any more."""
        if not await self._stopped(whose, run):
            return ""
        async with self._database.writing(whose) as unit:
            current = await runs.get(unit, run.id, lock=True)
            if current.attempt != run.attempt or current.status.over or current.lease_token is None:
                return ""
            if current.asked is not None:
                await self._settling.obey(unit, current, current.asked, "")
            else:
                await self._settling.end(unit, current, ResultClass.FAILED, "its worker failed; its log says why")
        return "settled"

    async def _stopped(self, whose: OneClient, run: Run) -> bool:
        async with self._database.reading(whose) as unit:
            phone = await self._phones.get(unit, run.phone_id)
            if not await self._has_phone(unit, run):
                return True
        if phone.agent is None:
            return False
        try:
            stop = StopOrder(scope="run", id=run.id, issued_at=self._clock.now(), reason="its worker failed")
            await self._plays_at.stop(phone.agent.name, stop)
        except AgentAway:
            return False
        return True

    async def _has_phone(self, unit: Unit, run: Run) -> bool:
        try:
            await self._leases.check(unit, run.phone_id, run.lease_token or 0)
        except LeaseLost:
            return False
        return True

    async def _expire(self) -> int:
        """Take leases that are over off their phones."""
        async with self._database.reading(Installation()) as unit:
            overdue = await self._leases.overdue(unit)
        count = 0
        for one in overdue:
            async with self._database.writing(OneClient(one.organization, one.client)) as unit:
                count += await self._leases.expire(unit, one.id)
        return count
