"""Agents, asked over the bus, for whoever has runs played."""

from typing import Final, TypeVar

from drover.platform.bus.errors import AnswerFailed, BadSubject, NoAnswerInTime, NobodyAnswers
from drover.platform.bus.ports import Bus
from drover.protocol.codec import decode, encode
from drover.protocol.errors import BadMessage, UnknownVersion
from drover.protocol.fields import Said
from drover.protocol.messages import Accepted, LeaseExtended, PlayOrder, Refused, StopOrder, Stopped
from drover.protocol.subjects import LEASE, PLAY, STOP, to_agent
from drover.workflows.service.ports import AgentAway

ORDER_S: Final = 10.0
"""How long an agent may take to write an order down."""
STOP_S: Final = 2.0
"""A stop is promised within a second; what is later counts as not confirmed."""

M = TypeVar("M", bound=Said)


class AgentsByBus:
    """Orders plays of agents, by their names."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def order(self, agent: str, order: PlayOrder) -> Accepted | Refused:
        """Have a sequence played; the same order again is the same play. Raises AgentAway."""
        return await self._ask(agent, PLAY, order, ORDER_S, Accepted, Refused)

    async def stop(self, agent: str, stop: StopOrder) -> Stopped:
        """Have plays stopped: once this returns, no act of them is done any more. Raises AgentAway."""
        return await self._ask(agent, STOP, stop, STOP_S, Stopped)

    async def extended(self, agent: str, told: LeaseExtended) -> None:
        """Tell of a renewed lease."""
        await self._bus.publish(to_agent(agent, LEASE), encode(told))

    async def _ask(self, agent: str, what: str, message: Said, timeout_s: float, *answers: type[M]) -> M:
        try:
            answer = await self._bus.request(to_agent(agent, what), encode(message), timeout_s=timeout_s)
            return decode(answer, *answers)
        except (NobodyAnswers, NoAnswerInTime, AnswerFailed, BadSubject, BadMessage, UnknownVersion) as error:
            raise AgentAway(agent, error.message) from error
