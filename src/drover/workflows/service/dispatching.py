"""The dispatcher: due occurrences become runs, and due runs get their phones and are started."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

import structlog

from drover.fleet.domain.leasing import Holder, HolderKind, PhoneTaken
from drover.fleet.service import Leases, Phones
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError
from drover.kernel.ids import NewId
from drover.platform.db.database import Database, Unit
from drover.platform.db.errors import Conflict
from drover.platform.db.whose import Installation, OneClient
from drover.workflows.domain.queueing import turn
from drover.workflows.domain.runs import RunStatus
from drover.workflows.repository import definitions, runs
from drover.workflows.service.held import RunKey
from drover.workflows.service.making import make
from drover.workflows.service.ports import Planning, Standing
from drover.workflows.service.settling import Settling

StartBody = Callable[[RunKey], Awaitable[None]]
"""Starts the engine's body of an attempt here; does nothing, where it was ever started."""

_MOST_CLIENTS: Final = 1000
_MOST_RUNS: Final = 500

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Dispatcher:
    """Starts what is due. Several workers may each have one: a run and a phone go to one of them."""

    def __init__(
        self,
        database: Database,
        planning: Planning,
        standing: Standing,
        leases: Leases,
        phones: Phones,
        settling: Settling,
        start: StartBody,
        new_id: NewId,
        clock: Clock,
        executor: str,
    ) -> None:
        self._database = database
        self._planning = planning
        self._standing = standing
        self._leases = leases
        self._phones = phones
        self._settling = settling
        self._start = start
        self._new_id = new_id
        self._clock = clock
        self._executor = executor

    async def turn(self) -> int:
        """Make runs of what is due, start those that can, and return how many were started.

        A run is started in one transaction: its phone's lease is taken and it is running, or neither. What is lost
        between that and the start of its body is found by the reconciler.
        """
        started = 0
        for whose, planned in await self._clients():
            try:
                started += await self._turn_of(whose, planned=planned)
            except DroverError as error:
                _log.warning("dispatching failed", client=whose.client, error=error.message, hint=error.hint)
        return started

    async def _clients(self) -> Sequence[tuple[OneClient, bool]]:
        """Return the clients for which there is something to do, and whether schedules of theirs are due."""
        async with self._database.reading(Installation()) as unit:
            planned = await self._planning.due_clients(unit, _MOST_CLIENTS)
            startable = await unit.due(runs.STARTABLE, moment=await unit.now(), most=_MOST_CLIENTS)
        found = planned | {(due.organization, due.client) for due in startable}
        return [(OneClient(*each), each in planned) for each in sorted(found)]

    async def _turn_of(self, whose: OneClient, *, planned: bool) -> int:
        if planned:
            async with self._database.writing(whose) as unit:
                if await self._standing.hindrance(unit):
                    return 0
                for new in await self._planning.take_due(unit):
                    await make(unit, new, self._new_id)
        async with self._database.reading(whose) as unit:
            if await self._standing.hindrance(unit):
                return 0
            now = await unit.now()
            queue = await runs.queue(unit, now, most=_MOST_RUNS)
            decided = turn(queue, await self._taken(unit, {one.phone_id for one in queue}, now), now)
        for one, reason in decided.skip:
            await self._skip(whose, one.run_id, reason)
        started = 0
        for one in decided.start:
            key = await self._take(whose, one.run_id)
            if key is not None:
                await self._start(key)
                started += 1
        return started

    async def _taken(self, unit: Unit, phone_ids: set[str], now: datetime) -> frozenset[str]:
        """Return those phones that start nothing now: somebody has them, they are not there, or a run goes on first."""
        held = await self._leases.in_force(unit, phone_ids)
        every = await self._phones.among(unit, phone_ids - set(held))
        here = self._clock.now()
        away = {phone_id for phone_id in phone_ids - set(held) if every[phone_id].hindrance(here)}
        return frozenset(held) | away | await runs.going_on(unit, phone_ids, now)

    async def _take(self, whose: OneClient, run_id: str) -> RunKey | None:
        """Take a run's phone and mark it running, in one transaction; None where somebody was faster."""
        try:
            async with self._database.writing(whose) as unit:
                run = await runs.get_free(unit, run_id)
                if run is None or run.status is not RunStatus.PENDING:
                    return None
                names = await definitions.names(unit, [run.workflow_id])
                holder = Holder(HolderKind.RUN, run.id, purpose=names.get(run.workflow_id, ""), by=self._executor)
                lease = await self._leases.take(unit, run.phone_id, holder, priority=run.priority)
                started = run.started(self._executor, lease.token, await unit.now())
                await runs.keep(unit, started)
                await self._settling.tell(unit, started, "run_started", {"attempt": started.attempt})
        except (PhoneTaken, Conflict):
            return None
        return RunKey(whose.organization, whose.client, run_id, started.attempt)

    async def _skip(self, whose: OneClient, run_id: str, reason: str) -> None:
        async with self._database.writing(whose) as unit:
            run = await runs.get(unit, run_id, lock=True)
            if run.status is RunStatus.PENDING:
                await self._settling.cancel(unit, run, reason)
