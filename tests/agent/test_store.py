"""What an agent remembers, also after its process is gone."""

import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from drover.agent.errors import StoreUnusable
from drover.agent.store import KEPT, AgentStore
from drover.kernel.clock import FakeClock
from drover.protocol.messages import PlayEnded, PlayOrder, PlayPaused, PlayResumed, TaskBegan
from tests.agent.stand import NOW

END = PlayEnded(status="completed", result="completed")


def order(**fields: object) -> PlayOrder:
    given = {
        "sequence_run": "s1",
        "run": "r1",
        "client": "c1",
        "phone": "a",
        "phone_name": "a",
        "token": 3,
        "lease_remaining_s": 600.0,
        "issued_at": NOW,
        "sequence": "0" * 64,
        "screens": "0" * 64,
        **fields,
    }
    return PlayOrder.model_validate(given)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(tmp_path: Path, clock: FakeClock) -> AsyncGenerator[AgentStore]:
    async with AgentStore(tmp_path / "agent.sqlite", clock) as store:
        yield store


async def test_what_was_taken_on_is_found_again(store: AgentStore) -> None:
    taken = await store.accept(order(), "j1", 2)
    assert await store.find("s1", 1) == taken
    assert (taken.order, taken.token, taken.journal_run, taken.from_step, taken.ended) == (order(), 3, "j1", 2, False)
    assert await store.find("s1", 2) is None
    assert await store.unfinished() == [taken]


async def test_an_order_is_taken_on_once(store: AgentStore) -> None:
    await store.accept(order(), "j1", None)
    with pytest.raises(StoreUnusable):
        await store.accept(order(), "j2", None)


async def test_the_newest_attempt_is_found(store: AgentStore) -> None:
    await store.accept(order(), "j1", None)
    second = await store.accept(order(attempt=2), "j1", None)
    assert await store.newest("s1") == second
    assert await store.newest("s2") is None


async def test_tokens_only_rise(store: AgentStore) -> None:
    assert store.newest_token("a") == 0
    await store.accept(order(token=5), "j1", None)
    await store.accept(order(token=4, sequence_run="s2"), "j2", None)
    assert store.newest_token("a") == 5
    await store.renew_token(order(), 9)
    found = await store.find("s1", 1)
    assert (store.newest_token("a"), found.token if found else 0) == (9, 9)


async def test_events_are_numbered_across_attempts_and_acknowledged_up_to_a_number(store: AgentStore) -> None:
    first = await store.accept(order(), "j1", None)
    second = await store.accept(order(attempt=2), "j1", None)
    for play, body in ((first, PlayPaused(reason="gone")), (first, END), (second, PlayResumed()), (second, END)):
        await store.tell(play, 3, body, spent={})
    assert await store.count_unsent() == 4
    unsent = await store.next_unsent("s1")
    assert unsent is not None
    assert (unsent.event.number, unsent.event.attempt, unsent.event.body.kind) == (1, 1, "paused")
    await store.acknowledge("s1", 3)
    unsent = await store.next_unsent("s1")
    assert unsent is not None
    assert (unsent.event.number, unsent.event.attempt) == (4, 2)
    await store.acknowledge("s1", 4)
    assert (await store.next_unsent("s1"), await store.unsent_runs(), await store.unfinished()) == (None, [], [])


async def test_the_end_of_an_attempt_can_be_told_again(store: AgentStore) -> None:
    play = await store.accept(order(), "j1", None)
    await store.tell(play, 3, PlayResumed(), spent={})
    await store.tell(play, 3, END, spent={})
    await store.acknowledge("s1", 2)
    await store.send_end_again("s1", 1)
    unsent = await store.next_unsent("s1")
    assert unsent is not None
    assert (unsent.event.number, unsent.event.body) == (2, END)


async def test_what_was_spent_is_written_with_the_task_that_begins(store: AgentStore) -> None:
    play = await store.accept(order(), "j1", None)
    await store.tell(play, 3, TaskBegan(index=1, name="x", task_kind="tap"), spent={"tap": 4})
    await store.tell(play, 3, PlayResumed(), spent={"tap": 9})
    found = await store.find("s1", 1)
    assert found is not None
    assert found.spent == {"tap": 4}


async def test_evidence_is_kept_beside_its_event(store: AgentStore) -> None:
    play = await store.accept(order(), "j1", None)
    await store.tell(play, 3, PlayResumed(), evidence=("d" * 64,), spent={})
    unsent = await store.next_unsent("s1")
    assert unsent is not None
    assert unsent.evidence == ["d" * 64]


async def test_everything_is_there_for_the_next_agent(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "agent.sqlite"
    async with AgentStore(path, clock) as first:
        play = await first.accept(order(), "j1", None)
        await first.tell(play, 3, PlayResumed(), spent={})
    async with AgentStore(path, clock) as second:
        assert await second.unfinished() == [play]
        assert await second.unsent_runs() == ["s1"]


async def test_what_is_long_over_and_told_is_forgotten_and_nothing_else(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "agent.sqlite"
    async with AgentStore(path, clock) as store:
        for run in ("told", "untold", "unfinished"):
            play = await store.accept(order(sequence_run=run), f"j-{run}", None)
            await store.tell(play, 3, END if run != "unfinished" else PlayResumed(), spent={})
        await store.acknowledge("told", 1)
        clock.advance(KEPT.total_seconds() + 1)
        await store.forget()
        assert await store.find("told", 1) is None
        assert await store.find("untold", 1) is not None
        assert await store.find("unfinished", 1) is not None
        assert store.newest_token("a") == 3


async def test_a_file_that_is_no_agents_is_refused(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "agent.sqlite"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreUnusable):
        async with AgentStore(path, clock):
            pass


async def test_a_file_of_a_later_version_is_refused(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "agent.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreUnusable, match="99"):
        async with AgentStore(path, clock):
            pass


async def test_evidence_belongs_to_an_event_until_it_is_acknowledged(store: AgentStore) -> None:
    play = await store.accept(order(), "j1", None)
    await store.tell(play, 3, PlayPaused(reason="gone"), evidence=["a", "b"], spent={})
    await store.tell(play, 3, END, evidence=["b", "c"], spent={})
    assert await store.evidence(NOW) == {"a", "b", "c"}
    await store.acknowledge("s1", 1)
    assert await store.evidence(NOW) == {"b", "c"}
    await store.acknowledge("s1", 2)
    assert await store.evidence(NOW) == frozenset()
