"""Keeps what this worker holds: renews the leases of its runs, and tells their agents."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from drover.fleet.domain.leasing import Lease, LeaseLost
from drover.fleet.service import Leases
from drover.kernel.errors import DroverError
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import OneClient
from drover.protocol.messages import LeaseExtended
from drover.workflows.domain.failures import Ending, Outcome
from drover.workflows.domain.runs import ResultClass
from drover.workflows.repository import runs
from drover.workflows.service.held import Hands, Held
from drover.workflows.service.ports import PlaysAt
from drover.workflows.service.stepping import this_attempt

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Lost:
    held: Held
    why: str


class Keeper:
    """Renews leases, and wakes who waits for what has ended meanwhile."""

    def __init__(self, database: Database, leases: Leases, plays_at: PlaysAt, hands: Hands) -> None:
        self._database = database
        self._leases = leases
        self._plays_at = plays_at
        self._hands = hands

    async def renew(self) -> None:
        """Renew the leases of all runs in this worker's hands; a run whose lease is lost stops.

        The lease of a run that was asked to stop is not renewed: where its agent does not answer, it runs out.
        """
        for whose, held in self._by_client().items():
            try:
                async with self._database.writing(whose) as unit:
                    told = [await self._renewed(unit, one) for one in held]
            except DroverError as error:
                _log.warning("leases could not be renewed", client=whose.client, error=error.message)
                continue
            for one, lease in zip(held, told, strict=True):
                if isinstance(lease, _Lost):
                    self._hands.news_of_run(one.key.run_id)
                elif lease is not None:
                    message = LeaseExtended(phone=one.serial, token=lease.token, remaining_s=lease.remaining_s)
                    await self._plays_at.extended(one.agent, message)

    async def look(self) -> None:
        """Wake who waits for plays whose end another worker took in."""
        by_client: dict[OneClient, list[str]] = defaultdict(list)
        for step_id, key in self._hands.waited_for.items():
            by_client[key.whose].append(step_id)
        for whose, step_ids in by_client.items():
            async with self._database.reading(whose) as unit:
                ended = await runs.ended_of(unit, step_ids)
            self._hands.news(ended.keys())

    def _by_client(self) -> Mapping[OneClient, Sequence[Held]]:
        by_client: dict[OneClient, list[Held]] = defaultdict(list)
        for held in sorted(self._hands.held.values(), key=lambda one: one.phone_id):
            by_client[held.key.whose].append(held)
        return by_client

    async def _renewed(self, unit: Unit, held: Held) -> Lease | _Lost | None:
        """Return the renewed lease; None: the run is not this attempt's any more, or is to run out."""
        run = await this_attempt(unit, held.key, lock=True)
        if run is None:
            return None
        try:
            if run.asked is not None:
                await self._leases.check(unit, held.phone_id, held.token)
                return None
            lease = await self._leases.renew(unit, held.phone_id, held.token)
        except LeaseLost as error:
            await self._lose(unit, held, error)
            return _Lost(held, error.message)
        await runs.keep(unit, replace(run, moved_at=await unit.now()))
        return lease

    async def _lose(self, unit: Unit, held: Held, error: LeaseLost) -> None:
        ending = Ending(Outcome.INTERRUPTED, ResultClass.FAILED, "lease_lost", error.message, error.hint)
        now = await unit.now()
        for step in await runs.steps(unit, held.key.run_id):
            if step.under_way(held.key.attempt):
                await runs.keep_step(unit, step.over(ending, step.attempt, now))
