"""Agents over a bus: what a worker asks of them, and what they tell and ask."""

import pytest

from drover.platform.bus.memory import MemoryBus
from drover.platform.bus.ports import Message
from drover.protocol.codec import decode, encode
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
from drover.workflows.service.agents import BusPlays, Desk
from drover.workflows.service.ports import AgentAway
from tests.databases import OURS
from tests.workflows.runs.world import ADA, AT, COMPLETED, SCREENS, WORKFLOW, World, event_of, until, waits

ORDER = PlayOrder(
    sequence_run="s1",
    run="r1",
    client=OURS.client,
    phone="serial1",
    phone_name="phone1",
    token=1,
    lease_remaining_s=600,
    issued_at=AT,
    sequence=SCREENS,
    screens=SCREENS,
)
STOPPING = StopOrder(scope="run", id="r1", issued_at=AT, reason="lunch")


async def accepts(message: Message) -> bytes:
    order = decode(message.payload, PlayOrder, StopOrder)
    if isinstance(order, StopOrder):
        return encode(Stopped(sequence_runs=("s1",)))
    return encode(Accepted(sequence_run=order.sequence_run))


async def refuses(message: Message) -> bytes:
    order = decode(message.payload, PlayOrder)
    return encode(Refused(sequence_run=order.sequence_run, code="phone_busy", message="busy"))


async def test_orders_and_stops_reach_the_agent_by_its_name() -> None:
    bus = MemoryBus()
    plays = BusPlays(bus)
    async with bus.answer(to_agent("rack1", PLAY), accepts), bus.answer(to_agent("rack1", STOP), accepts):
        assert await plays.order("rack1", ORDER) == Accepted(sequence_run="s1")
        assert (await plays.stop("rack1", STOPPING)).sequence_runs == ("s1",)


async def test_a_refusal_is_an_answer() -> None:
    bus = MemoryBus()
    async with bus.answer(to_agent("rack1", PLAY), refuses):
        answer = await BusPlays(bus).order("rack1", ORDER)
    assert isinstance(answer, Refused)
    assert answer.code == "phone_busy"


@pytest.mark.parametrize("agent", ["rack1", ""])
async def test_an_agent_that_does_not_answer_is_away(agent: str) -> None:
    with pytest.raises(AgentAway):
        await BusPlays(MemoryBus()).order(agent, ORDER)


async def test_an_answer_that_is_none_counts_as_away() -> None:
    async def babbles(_: Message) -> bytes:
        return b"hello"

    bus = MemoryBus()
    async with bus.answer(to_agent("rack1", PLAY), babbles):
        with pytest.raises(AgentAway):
            await BusPlays(bus).order("rack1", ORDER)


async def test_a_renewed_lease_is_published_to_its_agent() -> None:
    bus = MemoryBus()
    async with bus.subscribe(to_agent("rack1", LEASE)) as heard:
        await BusPlays(bus).extended("rack1", LeaseExtended(phone="serial1", token=3, remaining_s=600))
        message = await anext(aiter(heard))
    assert decode(message.payload, LeaseExtended).token == 3


async def test_events_are_taken_in_and_acknowledged_and_leases_judged(world: World) -> None:
    bus = MemoryBus()
    world.rig.script = waits
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await until(lambda: world.run(run.id), lambda _: any(world.rig.at_work.values()))
        order = world.rig.orders[0]
        question = LeaseQuestion(
            sequence_run=order.sequence_run, client=OURS.client, phone=order.phone, token=order.token
        )
        event = event_of(order, 1, COMPLETED)
        desk = Desk(world.database, bus, made.events, world.leases, world.switch)
        async with desk.open():
            answer = await bus.request(from_agent("rack1", LEASE), encode(question), timeout_s=20)
            assert decode(answer, LeaseAnswer).good
            assert await told(bus, event) == 1
            assert await told(bus, event.model_copy(update={"run": "nobody"})) == 1
        await world.until(run.id, RunStatus.COMPLETED)


async def told(bus: MemoryBus, event: PlayEvent) -> int:
    answer = await bus.request(from_agent("rack1", EVENT), encode(event), timeout_s=20)
    return decode(answer, Ack).number
