"""The agents over the bus: what is asked of them, and what they ask and tell."""

from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final, TypeVar

import structlog

from drover.fleet.domain.leasing import LeaseLost
from drover.fleet.service import Leases
from drover.platform.bus.errors import AnswerFailed, NoAnswerInTime, NobodyAnswers
from drover.platform.bus.ports import Bus, Message
from drover.platform.db.database import Database
from drover.platform.db.whose import Installation, OneClient
from drover.protocol.codec import decode, encode
from drover.protocol.errors import BadMessage, UnknownVersion
from drover.protocol.fields import Said
from drover.protocol.messages import (
    Accepted,
    Ack,
    LeaseAnswer,
    LeaseExtended,
    LeaseQuestion,
    PlayEvent,
    PlayOrder,
    Refused,
    StopOrder,
    Stopped,
)
from drover.protocol.subjects import EVENT, LEASE, PLAY, STOP, from_agent, to_agent
from drover.workflows.domain.runs import RunStatus
from drover.workflows.repository import runs
from drover.workflows.service.events import Events
from drover.workflows.service.ports import AgentAway, Standing

ORDER_S: Final = 10.0
"""How long an agent may take to write an order into its journal; it may be busy with sixty phones."""
STOP_S: Final = 0.8
"""How long a stop is waited for; a kill switch is confirmed or not within a second."""
_MOST_OWNERS: Final = 2000

M = TypeVar("M", bound=Said)

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class BusPlays:
    """Asks agents over the bus: an adapter of PlaysAt."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def order(self, agent: str, order: PlayOrder) -> Accepted | Refused:
        """Have a sequence played. Raises AgentAway."""
        return await self._ask(agent, PLAY, order, ORDER_S, Accepted, Refused)

    async def stop(self, agent: str, stop: StopOrder) -> Stopped:
        """Have plays stopped. Raises AgentAway."""
        return await self._ask(agent, STOP, stop, STOP_S, Stopped)

    async def extended(self, agent: str, told: LeaseExtended) -> None:
        """Tell of a renewed lease."""
        await self._bus.publish(to_agent(agent, LEASE), encode(told))

    async def _ask(self, agent: str, what: str, said: Said, timeout_s: float, *answers: type[M]) -> M:
        if not agent:
            raise AgentAway("of the phone", "no agent ever reported it")
        try:
            answer = await self._bus.request(to_agent(agent, what), encode(said), timeout_s=timeout_s)
            return decode(answer, *answers)
        except (NobodyAnswers, NoAnswerInTime, AnswerFailed, BadMessage, UnknownVersion) as error:
            raise AgentAway(agent, error.message) from error


class Desk:
    """Answers agents: takes their events in, and tells them whether a lease is good."""

    def __init__(self, database: Database, bus: Bus, events: Events, leases: Leases, standing: Standing) -> None:
        self._database = database
        self._bus = bus
        self._events = events
        self._leases = leases
        self._standing = standing
        self._owners: OrderedDict[str, OneClient] = OrderedDict()

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Answer while the context lasts."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._bus.answer(from_agent("*", EVENT), self._event))
            await stack.enter_async_context(self._bus.answer(from_agent("*", LEASE), self._lease))
            yield

    async def _event(self, message: Message) -> bytes:
        event = decode(message.payload, PlayEvent)
        whose = await self._owner(event.run)
        if whose is None or whose.client != event.client:
            _log.warning("event of an unknown run", run=event.run, subject=message.subject)
            return encode(Ack(sequence_run=event.sequence_run, number=event.number))
        number = await self._events.take(whose, event)
        return encode(Ack(sequence_run=event.sequence_run, number=number))

    async def _lease(self, message: Message) -> bytes:
        question = decode(message.payload, LeaseQuestion)
        return encode(await self.judge(question))

    async def judge(self, question: LeaseQuestion) -> LeaseAnswer:
        """Say whether a play may go on: its run is not stopped, nothing is halted, and the lease is its own."""
        no = LeaseAnswer(sequence_run=question.sequence_run, good=False, reason="there is no such run")
        async with self._database.reading(Installation()) as unit:
            found = await unit.due(runs.STEP_OWNER, wanted=question.sequence_run)
        if not found or found[0].client != question.client:
            return no
        async with self._database.reading(OneClient(found[0].organization, found[0].client)) as unit:
            run = await runs.get(unit, found[0].id)
            hindrance = await self._standing.hindrance(unit)
            if run.status not in (RunStatus.RUNNING, RunStatus.PAUSED) or run.asked is not None:
                return no.model_copy(
                    update={"reason": f"the run is {run.asked.value if run.asked else run.status.value}"}
                )
            if hindrance or run.lease_token != question.token:
                return no.model_copy(update={"reason": hindrance or "the run has another lease"})
            try:
                lease = await self._leases.check(unit, run.phone_id, question.token)
            except LeaseLost as error:
                return no.model_copy(update={"reason": error.message})
        return LeaseAnswer(sequence_run=question.sequence_run, good=True, remaining_s=lease.remaining_s)

    async def _owner(self, run_id: str) -> OneClient | None:
        found = self._owners.get(run_id)
        if found is None:
            async with self._database.reading(Installation()) as unit:
                due = await unit.due(runs.OWNER, wanted=run_id)
            if not due:
                return None
            found = self._owners[run_id] = OneClient(due[0].organization, due[0].client)
            while len(self._owners) > _MOST_OWNERS:
                self._owners.popitem(last=False)
        return found
