"""Events that are sent until they are kept, whatever becomes of those of others."""

from pathlib import Path

from drover.agent.outbox import Outbox
from drover.agent.store import AgentStore
from drover.kernel.clock import FakeClock
from drover.platform.blobs import MemoryBlobs
from drover.platform.bus.memory import MemoryBus
from drover.platform.bus.ports import Message
from drover.platform.content import BlobContent
from drover.protocol.codec import decode, encode
from drover.protocol.messages import Ack, PlayEvent, PlayResumed
from drover.protocol.subjects import EVENT, agent_of, from_agent
from tests.agent.stand import eventually
from tests.agent.test_store import order


class Keeper:
    """Keeps events, but none of the sequence runs that it is `against`."""

    def __init__(self, *against: str) -> None:
        self.against = set(against)
        self.kept: list[tuple[str, int]] = []
        self.agents: set[str] = set()

    async def take(self, message: Message) -> bytes:
        event = decode(message.payload, PlayEvent)
        self.agents.add(agent_of(message.subject))
        if event.sequence_run in self.against:
            return b"no"
        self.kept.append((event.sequence_run, event.number))
        return encode(Ack(sequence_run=event.sequence_run, number=event.number))


async def told(store: AgentStore, *runs: str, evidence: tuple[str, ...] = ()) -> None:
    for run in runs:
        play = await store.find(run, 1) or await store.accept(order(sequence_run=run), f"j-{run}", None)
        await store.tell(play, 3, PlayResumed(), evidence=evidence, spent={})


async def test_events_of_one_run_do_not_wait_for_those_of_another(tmp_path: Path) -> None:
    clock, bus, keeper = FakeClock(), MemoryBus(), Keeper("s1")
    content, blobs = BlobContent(MemoryBlobs()), MemoryBlobs()
    async with AgentStore(tmp_path / "agent.sqlite", clock) as store, bus.answer(from_agent("*", EVENT), keeper.take):
        await told(store, "s1", "s2", "s1", "s2")
        outbox = Outbox("host1", store, bus, content, blobs, clock)
        await outbox.begin()
        await eventually(lambda: len(keeper.kept) >= 2)
        assert keeper.kept == [("s2", 1), ("s2", 2)]
        keeper.against.clear()
        assert await outbox.flush(30)
        assert keeper.kept[2:] == [("s1", 1), ("s1", 2)]
        assert (keeper.agents, await store.count_unsent()) == ({"host1"}, 0)
        await outbox.end()


async def test_evidence_is_handed_over_before_its_event_is_told(tmp_path: Path) -> None:
    clock, bus, keeper = FakeClock(), MemoryBus(), Keeper()
    content, blobs = BlobContent(MemoryBlobs()), MemoryBlobs()
    digest = blobs.put(b"picture")
    async with AgentStore(tmp_path / "agent.sqlite", clock) as store, bus.answer(from_agent("*", EVENT), keeper.take):
        await told(store, "s1", evidence=(digest,))
        await told(store, "s1", evidence=("f" * 64,))  # somebody has removed it
        outbox = Outbox("host1", store, bus, content, blobs, clock)
        outbox.send("s1")
        assert await outbox.flush(30)
    assert await content.get(digest) == b"picture"
    assert keeper.kept == [("s1", 1), ("s1", 2)]


async def test_an_outbox_that_ends_keeps_what_is_not_sent(tmp_path: Path) -> None:
    clock, bus = FakeClock(), MemoryBus()
    async with AgentStore(tmp_path / "agent.sqlite", clock) as store:
        await told(store, "s1")
        outbox = Outbox("host1", store, bus, BlobContent(MemoryBlobs()), MemoryBlobs(), clock)
        outbox.send("s1")
        assert not await outbox.flush(0.05)
        await outbox.end()
        assert await store.count_unsent() == 1


async def test_events_that_were_acknowledged_and_lost_hold_up_no_others(tmp_path: Path) -> None:
    clock, bus = FakeClock(), MemoryBus()
    content, blobs = BlobContent(MemoryBlobs()), MemoryBlobs()
    alone: list[tuple[int, bool]] = []

    async def forgetful(message: Message) -> bytes:
        """Keeps the first event, acknowledges the second without keeping it, and takes then what comes alone."""
        event = decode(message.payload, PlayEvent)
        alone.append((event.number, event.alone))
        kept = event.number if event.number <= 2 or event.alone else 1
        return encode(Ack(sequence_run=event.sequence_run, number=kept))

    async with AgentStore(tmp_path / "agent.sqlite", clock) as store, bus.answer(from_agent("*", EVENT), forgetful):
        await told(store, "s1", "s1", "s1")
        outbox = Outbox("host1", store, bus, content, blobs, clock)
        await outbox.begin()
        assert await outbox.flush(30)
        assert await store.count_unsent() == 0
        await outbox.end()
    assert alone == [(1, False), (2, False), (3, False), (3, True)]
