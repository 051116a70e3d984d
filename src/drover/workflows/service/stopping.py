"""What a worker that is told to end does with its runs: they stop, let their phones go, and are queued again."""

import asyncio
from dataclasses import replace

from drover.kernel.clock import Clock
from drover.platform.db.database import Database
from drover.protocol.messages import StopOrder
from drover.workflows.domain.runs import Cause
from drover.workflows.repository import runs
from drover.workflows.service.held import Hands, Held
from drover.workflows.service.ports import AgentAway, PlaysAt
from drover.workflows.service.stepping import this_attempt

_WHY = "its worker is ending"


class Stopping:
    """Asks the runs of this worker to stop; their bodies end by themselves once their plays have."""

    def __init__(self, database: Database, plays_at: PlaysAt, clock: Clock) -> None:
        self._database = database
        self._plays_at = plays_at
        self._clock = clock

    async def stop(self, hands: Hands) -> None:
        """Ask all of them at once."""
        await asyncio.gather(*(self._ask(held) for held in hands.held.values()))

    async def _ask(self, held: Held) -> None:
        async with self._database.writing(held.key.whose) as unit:
            run = await this_attempt(unit, held.key, lock=True)
            if run is None:
                return
            await runs.keep(unit, replace(run, asked=run.asked or Cause.RESTART))
        stop = StopOrder(scope="run", id=run.id, issued_at=self._clock.now(), reason=_WHY)
        try:
            await self._plays_at.stop(held.agent, stop)
        except AgentAway:
            return
