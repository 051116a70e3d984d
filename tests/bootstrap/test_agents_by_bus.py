"""Agents, asked over the bus."""

from datetime import UTC, datetime

import pytest

from drover.bootstrap.agents_by_bus import AgentsByBus
from drover.platform.bus.memory import MemoryBus
from drover.platform.bus.ports import Message
from drover.protocol.codec import decode, encode
from drover.protocol.messages import Accepted, LeaseExtended, PlayOrder, Refused, StopOrder, Stopped
from drover.workflows.service.ports import AgentAway

AT = datetime(2026, 1, 1, tzinfo=UTC)
ORDER = PlayOrder(
    sequence_run="5" * 32,
    run="1" * 32,
    client="c" * 32,
    phone="emu",
    phone_name="phone1",
    token=1,
    lease_remaining_s=600,
    issued_at=AT,
    sequence="a" * 64,
    screens="b" * 64,
)


@pytest.mark.parametrize(
    "answer", [Accepted(sequence_run="5" * 32), Refused(sequence_run="5" * 32, code="x", message="y")]
)
async def test_an_order_is_answered_by_the_agent_of_that_name(answer: Accepted | Refused) -> None:
    bus = MemoryBus()

    async def take(message: Message) -> bytes:
        assert decode(message.payload, PlayOrder) == ORDER
        return encode(answer)

    async with bus.answer("drover.agents.here.play", take):
        assert await AgentsByBus(bus).order("here", ORDER) == answer


async def test_an_agent_that_is_not_there_is_away() -> None:
    with pytest.raises(AgentAway, match="agent here does not answer"):
        await AgentsByBus(MemoryBus()).order("here", ORDER)


async def test_an_answer_that_is_none_counts_as_away() -> None:
    bus = MemoryBus()

    async def garble(_message: Message) -> bytes:
        return b"{}"

    async with bus.answer("drover.agents.here.stop", garble):
        with pytest.raises(AgentAway):
            await AgentsByBus(bus).stop("here", StopOrder(scope="all", issued_at=AT, reason="halt"))


async def test_a_stop_is_confirmed() -> None:
    bus = MemoryBus()

    async def stop(_message: Message) -> bytes:
        return encode(Stopped(sequence_runs=("5" * 32,)))

    async with bus.answer("drover.agents.here.stop", stop):
        stopped = await AgentsByBus(bus).stop("here", StopOrder(scope="all", issued_at=AT, reason="halt"))
    assert stopped.sequence_runs == ("5" * 32,)


async def test_a_renewed_lease_is_told() -> None:
    bus = MemoryBus()
    told = LeaseExtended(phone="emu", token=1, remaining_s=600)
    async with bus.subscribe("drover.agents.here.lease") as messages:
        await AgentsByBus(bus).extended("here", told)
        message = await anext(messages)
    assert decode(message.payload, LeaseExtended) == told
