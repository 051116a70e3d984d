"""Events of the outbox: told to those who listen, in order, at least once; and forgotten after a while."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from drover.kernel.errors import DroverError
from drover.kernel.ids import random_id
from drover.platform.db.database import Database
from drover.platform.db.delivering import KEPT, Deliverer, Event
from drover.platform.db.outbox import Outbox, OutboxEventRow
from drover.platform.db.whose import OneClient
from tests.databases import OURS, SISTERS


@dataclass
class Listener:
    """Writes down what it hears, and takes no event of the kinds that it refuses."""

    heard: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    refused: set[str] = field(default_factory=set[str])

    async def __call__(self, event: Event) -> None:
        if event.kind in self.refused:
            raise DroverError("the mailbox is full", hint="empty it")
        self.heard.append((event.client, event.kind))

    def of(self, whose: OneClient) -> list[str]:
        return [kind for client, kind in self.heard if client == whose.client]


async def tell(database: Database, whose: OneClient, *kinds: str) -> None:
    for kind in kinds:
        async with database.writing(whose) as unit:
            await Outbox(random_id).tell(unit, kind, ("phone", "p1"), {"why": kind})


async def kept(database: Database, whose: OneClient = OURS) -> Sequence[str]:
    async with database.reading(whose) as unit:
        rows = await unit.session.scalars(select(OutboxEventRow).order_by(OutboxEventRow.at, OutboxEventRow.id))
        return [row.kind for row in rows]


async def test_every_client_s_events_are_told_once_in_their_order(database: Database) -> None:
    listener = Listener()
    deliverer = Deliverer(database, [listener])
    names = [f"k{number}" for number in range(3)]
    await tell(database, OURS, *names)
    await tell(database, SISTERS, "theirs")
    assert await deliverer.turn() == 4
    assert (listener.of(OURS), listener.of(SISTERS)) == (names, ["theirs"])
    assert await deliverer.turn() == 0
    await tell(database, OURS, "k3")
    assert await Deliverer(database, [listener]).turn() == 1
    assert listener.of(OURS) == [*names, "k3"]


async def test_an_event_that_is_not_taken_holds_up_its_client_alone_and_is_told_again(database: Database) -> None:
    listener = Listener(refused={"k1"})
    deliverer = Deliverer(database, [listener])
    await tell(database, OURS, "k0", "k1", "k2")
    await tell(database, SISTERS, "theirs")
    with capture_logs() as logs:
        assert [await deliverer.turn(), await deliverer.turn()] == [2, 0]
        listener.refused.clear()
        assert await deliverer.turn() == 2
    assert (listener.of(OURS), listener.of(SISTERS)) == (["k0", "k1", "k2"], ["theirs"])
    assert [entry["event"] for entry in logs] == ["events are held up", "events are delivered again"]


async def test_what_one_of_two_did_not_take_is_told_to_both_again(database: Database) -> None:
    first, second = Listener(), Listener(refused={"k0"})
    deliverer = Deliverer(database, [first, second])
    await tell(database, OURS, "k0")
    await deliverer.turn()
    second.refused.clear()
    await deliverer.turn()
    assert (first.of(OURS), second.of(OURS)) == (["k0", "k0"], ["k0"])


async def test_without_listeners_events_stay_for_a_while_and_are_forgotten_then(database: Database) -> None:
    deliverer = Deliverer(database)
    await tell(database, OURS, "old", "new")
    await tell(database, SISTERS, "theirs")
    assert await deliverer.turn() == 0
    await deliverer.forget()
    assert await kept(database) == ["old", "new"]
    async with database.writing(OURS) as unit:
        aged = update(OutboxEventRow).where(OutboxEventRow.kind == "old")
        await unit.session.execute(aged.values(at=await unit.now() - KEPT - timedelta(seconds=1)))
    await deliverer.forget()
    assert (await kept(database), await kept(database, SISTERS)) == (["new"], ["theirs"])


async def test_no_client_has_more_events_than_are_kept(database: Database) -> None:
    await tell(database, OURS, "k0", "k1", "k2", "k3")
    await tell(database, SISTERS, "theirs")
    with capture_logs() as logs:
        await Deliverer(database, most=2).forget()
        await Deliverer(database, [Listener()], most=1).forget()
    assert (await kept(database), await kept(database, SISTERS)) == (["k3"], ["theirs"])
    assert [(entry["event"], entry["events"]) for entry in logs] == [("events are forgotten that nobody took", 1)]


@pytest.mark.parametrize("count", [250])
async def test_a_long_queue_is_delivered_in_one_turn(database: Database, count: int) -> None:
    async with database.writing(OURS) as unit:
        for number in range(count):
            await Outbox(random_id).tell(unit, f"k{number}", ("phone", "p1"), {})
    listener = Listener()
    assert await Deliverer(database, [listener]).turn() == count
    assert len(set(listener.heard)) == count
