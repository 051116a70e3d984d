"""What a kill switch does where runs are: agents are told first, and the runs are marked then."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from drover.platform.db.database import Database
from drover.platform.db.whose import OneClient, Organization
from drover.tenancy.service import Clients, Thrown
from drover.workflows.service.halting import Halting

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KillSwitch:
    """Carries out what tenancy has decided and committed."""

    database: Database
    halting: Halting
    clients: Clients
    wake: Callable[[], None]

    async def thrown(self, thrown: Thrown) -> None:
        """Have everything stop that it is thrown for; an agent that does not answer stops at its leases' deadlines."""
        told = await self.halting.stop(thrown.organization, thrown.client, thrown.halt.reason or "halted")
        silent = [one.agent for one in told if not one.confirmed]
        if silent:
            _log.warning("a kill switch was not confirmed", agents=silent)
        for client in await self._concerned(thrown):
            await self.halting.mark(OneClient(thrown.organization, client))
        self.wake()

    async def _concerned(self, thrown: Thrown) -> list[str]:
        if thrown.client is not None:
            return [thrown.client]
        async with self.database.reading(Organization(thrown.organization)) as unit:
            return [client.id for client in await self.clients.every(unit)]
