"""The kill switch, where runs are: every run of a client, or of an organization, stops within a second."""

import asyncio
from dataclasses import dataclass, replace

from drover.fleet.service import Agents
from drover.kernel.clock import Clock
from drover.platform.db.database import Database
from drover.platform.db.whose import OneClient, Organization
from drover.protocol.messages import StopOrder
from drover.workflows.domain.runs import Cause, RunStatus
from drover.workflows.repository import runs
from drover.workflows.service.ports import AgentAway, PlaysAt


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whether an agent said that it stopped; one that did not stops at its leases' deadlines."""

    agent: str
    confirmed: bool


class Halting:
    """Stops runs for a kill switch that is thrown, and committed."""

    def __init__(self, database: Database, plays_at: PlaysAt, agents: Agents, clock: Clock) -> None:
        self._database = database
        self._plays_at = plays_at
        self._agents = agents
        self._clock = clock

    async def stop(self, organization: str, client: str | None, reason: str) -> tuple[Confirmation, ...]:
        """Have all agents of the organization stop what they play for a client, or for all (None), at once."""
        scope = "client" if client is not None else "all"
        order = StopOrder(scope=scope, id=client or "", issued_at=self._clock.now(), reason=reason)
        async with self._database.reading(Organization(organization)) as unit:
            agents = [agent for agent in await self._agents.list(unit) if agent.revoked_at is None]
        return tuple(await asyncio.gather(*(self._stopped(agent.name, order) for agent in agents)))

    async def mark(self, whose: OneClient) -> int:
        """Note of each run of the client that has its phone that it is to pause, and return of how many."""
        async with self._database.writing(whose) as unit:
            held = [
                run
                for run in await runs.with_status(unit, RunStatus.RUNNING, RunStatus.PAUSED)
                if run.lease_token is not None and run.asked is not Cause.CANCEL
            ]
            for run in held:
                current = await runs.get(unit, run.id, lock=True)
                await runs.keep(unit, replace(current, asked=Cause.HALTED))
        return len(held)

    async def _stopped(self, agent: str, order: StopOrder) -> Confirmation:
        try:
            await self._plays_at.stop(agent, order)
        except AgentAway:
            return Confirmation(agent, confirmed=False)
        return Confirmation(agent, confirmed=True)
