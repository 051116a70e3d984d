"""Agents over the bus, as whoever drives phones by hand asks them. A failure of the bus is an answer: it says why."""

from typing import Final, TypeVar

from drover.platform.bus.errors import AnswerFailed, NoAnswerInTime, NobodyAnswers
from drover.platform.bus.ports import Bus
from drover.protocol.codec import decode, encode, snake
from drover.protocol.errors import BadMessage, UnknownVersion
from drover.protocol.fields import Said, line
from drover.protocol.live import ActDone, ActOrder, ControlEnded, Looked, LookQuestion
from drover.protocol.subjects import ACT, CONTROL, LOOK, to_agent

ACT_S: Final = 15.0
"""How long a gesture may take: a long text on a slow phone, or a swipe of some seconds."""
LOOK_S: Final = 6.0

M = TypeVar("M", bound=Said)
_LOST: Final = (NobodyAnswers, NoAnswerInTime, AnswerFailed, BadMessage, UnknownVersion)


class Hands:
    """Asks agents."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def look(self, agent: str, question: LookQuestion) -> Looked:
        """Return what a phone shows; `error` says why it is not known."""
        try:
            return await self._ask(agent, LOOK, question, LOOK_S, Looked)
        except _LOST as error:
            return Looked(phone=question.phone, error=line(error.message), hint=line(error.hint))

    async def act(self, agent: str, order: ActOrder) -> ActDone:
        """Return what became of a gesture. One whose answer is lost may have been done: the picture shows it."""
        try:
            return await self._ask(agent, ACT, order, ACT_S, ActDone)
        except _LOST as error:
            code = snake(type(error).__name__)
            return ActDone(
                act=order.act, phone=order.phone, done=False, code=code, message=error.message, hint=error.hint
            )

    async def ended(self, agent: str, ended: ControlEnded) -> None:
        """Tell that a phone is let go."""
        await self._bus.publish(to_agent(agent, CONTROL), encode(ended))

    async def _ask(self, agent: str, what: str, said: Said, timeout_s: float, answer: type[M]) -> M:
        return decode(await self._bus.request(to_agent(agent, what), encode(said), timeout_s=timeout_s), answer)
