"""What agents tell of themselves, taken into the database: that they are there, and how their phones are."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from drover.bootstrap.own_agent import OwnAgent
from drover.fleet.domain.phones import PhoneState
from drover.fleet.domain.records import Report
from drover.fleet.service import Agents, Phones
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError
from drover.platform.bus.ports import Bus
from drover.platform.db.database import Database
from drover.platform.db.whose import OneClient, Organization
from drover.protocol.codec import decode
from drover.protocol.messages import AgentState, PhoneSeen
from drover.protocol.subjects import STATE, from_agent

PULSE: Final = timedelta(seconds=4)
"""An agent that has nothing new to tell is noted this often: well before the 10 s after which it counts as silent."""

_REACHABLE: Final = frozenset({PhoneState.ONLINE.value, PhoneState.BUSY.value})

_log = structlog.get_logger(__name__)


class Reports:
    """Follows one agent's reports. `on_change` is called when work may have become possible on a phone."""

    def __init__(
        self,
        database: Database,
        agents: Agents,
        phones: Phones,
        own: OwnAgent,
        clock: Clock,
        on_change: Callable[[], None],
    ) -> None:
        self._database = database
        self._agents = agents
        self._phones = phones
        self._own = own
        self._clock = clock
        self._on_change = on_change
        self._known: Sequence[PhoneSeen] = ()
        self._registered: frozenset[str] = frozenset()
        self._noted_at: datetime | None = None
        self._failing = False
        self._taken = asyncio.Event()

    @property
    def serials(self) -> frozenset[str]:
        """The phones that the agent last told of."""
        return frozenset(phone.serial for phone in self._known)

    @property
    def reachable(self) -> int:
        """How many of them work may be given to."""
        return sum(phone.state in _REACHABLE for phone in self._known)

    async def online(self, wanted: int) -> None:
        """Return when the agent has reported, and so many of its phones are reachable."""
        while self._noted_at is None or self.reachable < wanted:
            self._taken.clear()
            await self._taken.wait()

    async def follow(self, bus: Bus) -> None:
        """Take in every report, until cancelled; an outage of the database is made up for by the next report."""
        async with bus.subscribe(from_agent(self._own.name, STATE)) as messages:
            async for message in messages:
                await self._tried(message.payload)

    async def _tried(self, payload: bytes) -> None:
        try:
            await self.take(decode(payload, AgentState))
        except DroverError as error:
            if not self._failing:
                _log.warning("an agent's reports are not taken in", agent=self._own.name, error=error.message)
            self._failing = True
        else:
            if self._failing:
                _log.warning("an agent's reports are taken in again", agent=self._own.name)
            self._failing = False

    async def take(self, state: AgentState) -> None:
        """Take in one report, if it tells anything new or was not noted for a while. Raises as the database does."""
        now = self._clock.now()
        changed = state.phones != self._known
        if not changed and self._noted_at is not None and now - self._noted_at < PULSE:
            return
        own = self._own
        async with self._database.writing(Organization(own.organization)) as unit:
            agent = await self._agents.report(
                unit, own.name, own.credential, state.boot, state.acting, public_key=state.public_key
            )
        if changed:
            reports = [_report(phone) for phone in state.phones]
            new = [report for report in reports if report.serial not in self._registered]
            async with self._database.writing(OneClient(own.organization, own.client)) as unit:
                await self._phones.register(unit, agent, new)
                await self._phones.seen(unit, agent, reports)
            self._registered |= {report.serial for report in new}
            self._known = state.phones
            self._on_change()
        self._noted_at = now
        self._taken.set()


def _report(phone: PhoneSeen) -> Report:
    return Report(phone.serial, PhoneState(phone.state), phone.reason, phone.model)
