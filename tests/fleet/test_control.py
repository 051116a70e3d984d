"""What persons drive: leases taken with the first act and let go, phones that are held back, and who else has them."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest

from drover.fleet.domain.driving import Outcome, Result
from drover.fleet.domain.leasing import Holder, HolderKind
from drover.fleet.service import Leases, Phones
from drover.fleet.service.agents_at import Hands
from drover.fleet.service.control import IDLE_S, Control, Deed, Person
from drover.kernel.clock import FakeClock, SystemClock
from drover.platform.bus.memory import MemoryBus
from drover.platform.bus.ports import Message
from drover.platform.db.database import Database, Unit
from drover.protocol.codec import decode, encode
from drover.protocol.live import ActDone, ActOrder, ControlEnded, Gesture, Looked, LookQuestion
from drover.protocol.subjects import ACT, CONTROL, LOOK
from tests.agent.stand import eventually
from tests.databases import OURS
from tests.fleet.racks import ADMINISTRATOR, TRAIL, rack_with_phones

TAP = Gesture(kind="tap", x=0.5, y=0.5)
ADA, BOB = Person("wall1", "ada", ADMINISTRATOR), Person("wall2", "bob", ADMINISTRATOR)


@dataclass
class Client:
    """Says whether it is halted, and which screens it has."""

    halted: str = ""
    registry: str = "a" * 64

    async def hindrance(self, unit: Unit) -> str:
        assert unit.whose == OURS
        return self.halted

    async def digest(self, unit: Unit) -> str | None:
        assert unit.whose == OURS
        return self.registry


@dataclass
class Host:
    """An agent that does what it is told, but on those phones that show something else."""

    orders: list[ActOrder] = field(default_factory=list[ActOrder])
    looks: list[LookQuestion] = field(default_factory=list[LookQuestion])
    ended: list[ControlEnded] = field(default_factory=list[ControlEnded])
    elsewhere: set[str] = field(default_factory=set[str])
    unseen: str = ""

    async def act(self, message: Message) -> bytes:
        order = decode(message.payload, ActOrder)
        self.orders.append(order)
        strays = order.expected is not None and order.phone in self.elsewhere
        return encode(
            ActDone(act=order.act, phone=order.phone, done=not strays, diverged=strays, message="is elsewhere")
        )

    async def look(self, message: Message) -> bytes:
        asked = decode(message.payload, LookQuestion)
        self.looks.append(asked)
        return encode(Looked(phone=asked.phone, screen="plaza.feed", error=self.unseen))


@dataclass
class Stand:
    database: Database
    control: Control
    host: Host
    client: Client
    clock: FakeClock
    ids: list[str]
    told: list[Result] = field(default_factory=list[Result])

    async def act(self, person: Person, *places: int, **fields: object) -> dict[str, Outcome]:
        self.told.clear()
        lead, *others = (self.ids[place] for place in places)
        deed = Deed("act1", TAP, lead, others, **fields)  # type: ignore[arg-type]  # texts alone
        await self.control.act(OURS, person, deed, self.told.append)
        return self.outcomes()

    async def rejoin(self, person: Person, lead: int, place: int) -> dict[str, Outcome]:
        self.told.clear()
        await self.control.rejoin(OURS, person, self.ids[lead], self.ids[place], self.told.append)
        return self.outcomes()

    def outcomes(self) -> dict[str, Outcome]:
        return {str(self.ids.index(result.phone)): result.outcome for result in self.told}

    async def holders(self) -> list[str]:
        async with self.database.reading(OURS) as unit:
            leases = await Leases(TRAIL).in_force(unit, self.ids)
        return [leases[id_].holder.by if id_ in leases else "" for id_ in self.ids]


@pytest.fixture
async def s(database: Database) -> AsyncGenerator[Stand]:
    phones = await rack_with_phones(database, 3)
    bus, host, client, clock = MemoryBus(), Host(), Client(), FakeClock()
    control = Control(database, Leases(TRAIL), Phones(TRAIL), Hands(bus), client, client, TRAIL, clock)

    async def hear() -> None:
        async with bus.subscribe(f"drover.agents.*.{CONTROL}") as messages:
            async for message in messages:
                host.ended.append(decode(message.payload, ControlEnded))

    hearing = asyncio.create_task(hear())
    async with (
        bus.answer(f"drover.agents.*.{ACT}", host.act),
        bus.answer(f"drover.agents.*.{LOOK}", host.look),
    ):
        yield Stand(database, control, host, client, clock, [phone.id for phone in phones])
    hearing.cancel()


async def test_the_first_act_takes_the_phones_and_letting_go_frees_them(s: Stand) -> None:
    assert await s.act(ADA, 0, 1) == {"0": Outcome.DONE, "1": Outcome.DONE}
    assert await s.holders() == ["ada", "ada", ""]
    assert {order.token for order in s.host.orders} == {1}
    assert all(50 < order.lease_remaining_s <= 60 for order in s.host.orders)
    await s.control.release(ADA)
    await eventually(lambda: len(s.host.ended) == 2)
    assert await s.holders() == ["", "", ""]
    assert sorted(ended.phone for ended in s.host.ended) == ["serial1", "serial2"]


async def test_one_phone_alone_is_not_looked_at_before(s: Stand) -> None:
    await s.act(ADA, 0)
    assert (s.host.looks, s.host.orders[0].expected) == ([], None)


async def test_the_others_are_given_what_the_lead_shows_and_the_lead_is_not_compared(s: Stand) -> None:
    await s.act(ADA, 1, 0, 2)
    assert [(look.phone, look.screens) for look in s.host.looks] == [("serial2", "a" * 64)]
    expected = {order.phone: order.expected and order.expected.screen for order in s.host.orders}
    assert expected == {"serial2": None, "serial1": "plaza.feed", "serial3": "plaza.feed"}


async def test_a_lead_that_the_person_has_already_is_looked_at_once_and_by_the_registry_in_use(s: Stand) -> None:
    await s.act(ADA, 0, 1)
    await s.act(ADA, 0, 1)
    assert [look.screens for look in s.host.looks] == ["a" * 64] * 2
    s.client.registry = "b" * 64
    await s.act(ADA, 0, 1)
    assert s.host.looks[-1].screens == "b" * 64, "what was seen by the old one is not gone by"
    assert {order.phone: order.screens for order in s.host.orders}["serial2"] == "b" * 64


async def test_a_lead_that_is_lost_meanwhile_is_not_acted_on(s: Stand) -> None:
    await s.act(ADA, 0, 1)
    async with s.database.writing(OURS) as unit:
        await Leases(TRAIL).release(unit, s.ids[0], s.host.orders[0].token)
        await Leases(TRAIL).take(unit, s.ids[0], Holder(HolderKind.RUN, "run1", "daily post", "bob"))
    sent = len(s.host.orders)
    assert await s.act(ADA, 0, 1) == {"0": Outcome.FAILED, "1": Outcome.FAILED}
    assert len(s.host.orders) == sent


async def test_a_phone_that_another_has_is_told_of_and_the_rest_go_on(s: Stand) -> None:
    async with s.database.writing(OURS) as unit:
        await Leases(TRAIL).take(unit, s.ids[1], Holder(HolderKind.RUN, "run1", "daily post", "bob"))
    assert await s.act(ADA, 0, 1, 2) == {"1": Outcome.FAILED, "0": Outcome.DONE, "2": Outcome.DONE}
    refusal = next(result for result in s.told if result.outcome is Outcome.FAILED)
    assert refusal.code == "PhoneTaken"
    assert "daily post" in refusal.message
    assert (await s.act(BOB, 0))["0"] is Outcome.FAILED


async def test_a_phone_that_diverges_is_held_back_until_it_rejoins(s: Stand) -> None:
    s.host.elsewhere = {"serial2"}
    assert (await s.act(ADA, 0, 1))["1"] is Outcome.DIVERGED
    s.host.elsewhere = set()
    sent = len(s.host.orders)
    assert (await s.act(ADA, 0, 1))["1"] is Outcome.HELD_BACK
    assert len(s.host.orders) == sent + 1
    s.host.elsewhere = {"serial2"}
    assert await s.rejoin(ADA, 0, 1) == {"1": Outcome.DIVERGED}
    s.host.elsewhere = set()
    assert await s.rejoin(ADA, 0, 1) == {"1": Outcome.DONE}
    assert s.host.orders[-1].gesture is None
    assert (await s.act(ADA, 0, 1))["1"] is Outcome.DONE


async def test_a_phone_that_was_held_back_leads_when_the_gesture_is_made_on_it(s: Stand) -> None:
    s.host.elsewhere = {"serial2"}
    await s.act(ADA, 0, 1)
    assert (await s.act(ADA, 1, 0))["1"] is Outcome.DONE


async def test_nothing_is_done_to_the_others_when_the_lead_cannot_be_seen(s: Stand) -> None:
    s.host.unseen = "its screen is secure"
    assert await s.act(ADA, 0, 1) == {"0": Outcome.DONE, "1": Outcome.FAILED}
    assert await s.rejoin(ADA, 0, 1) == {"1": Outcome.FAILED}


async def test_nothing_is_done_while_everything_is_halted(s: Stand) -> None:
    s.client.halted = "halted by ada: drill"
    assert await s.act(ADA, 0, 1) == {"0": Outcome.FAILED, "1": Outcome.FAILED}
    assert (s.host.orders, await s.holders()) == ([], ["", "", ""])


async def test_a_broken_lease_is_taken_anew_and_never_used_again(s: Stand) -> None:
    await s.act(ADA, 0)
    async with s.database.writing(OURS) as unit:
        await Leases(TRAIL).break_(unit, s.ids[0], ADMINISTRATOR, "needed elsewhere")
    await s.act(ADA, 0)
    first, second = s.host.orders
    assert second.token > first.token


async def test_leases_are_renewed_in_use_and_let_go_when_idle_or_lost(s: Stand) -> None:
    await s.act(ADA, 0, 1)
    async with s.database.writing(OURS) as unit:
        await Leases(TRAIL).break_(unit, s.ids[1], ADMINISTRATOR, "needed elsewhere")
    await s.control.turn()
    await eventually(lambda: bool(s.host.ended))
    assert set(s.control.driven_by(ADA)) == {s.ids[0]}
    assert [ended.phone for ended in s.host.ended] == ["serial2"]
    s.clock.advance(IDLE_S + 1)
    await s.control.turn()
    assert (s.control.driven_by(ADA), await s.holders()) == ({}, ["", "", ""])


async def test_every_phone_may_be_given_a_text_of_its_own(s: Stand) -> None:
    text = Gesture(kind="text", text="{a|b}")
    deed = Deed("act1", text, s.ids[0], [s.ids[1]], {s.ids[0]: "a", s.ids[1]: "b"})
    await s.control.act(OURS, ADA, deed, s.told.append)
    assert {order.phone: order.gesture and order.gesture.text for order in s.host.orders} == {
        "serial1": "a",
        "serial2": "b",
    }


async def test_an_agent_that_does_not_answer_is_told_of(database: Database) -> None:
    [phone] = await rack_with_phones(database, 1)
    client, told = Client(), list[Result]()
    control = Control(database, Leases(TRAIL), Phones(TRAIL), Hands(MemoryBus()), client, client, TRAIL, SystemClock())
    async with control.running():
        await control.act(OURS, ADA, Deed("a", TAP, phone.id, ["nobody"]), told.append)
    assert {result.code for result in told} == {"phone_unknown", "nobody_answers"}
    async with database.reading(OURS) as unit:
        assert await Leases(TRAIL).of(unit, phone.id) is None
