"""The kill switch: whom it stops, how soon, and that nothing ordered before it is begun after it."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from drover.agent.stops import Stops
from drover.drivers.memory.driver import Delays
from drover.drivers.memory.phone import Condition
from drover.protocol.messages import Accepted, PlayOrder, Refused, StopOrder, Stopped
from tests.agent.stand import NOW, ROUNDS, Stand, eventually, stand
from tests.sequences.player.shop import ShopPhone

LATER = NOW + timedelta(seconds=20)
ALL = StopOrder(scope="all", issued_at=LATER, reason="drill")


async def playing(s: Stand, *phones: ShopPhone) -> list[PlayOrder]:
    orders = [await s.order(*ROUNDS, phone=phone.serial, client=f"client-{phone.serial}") for phone in phones]
    for order in orders:
        assert isinstance(await s.send(order), Accepted)
    for phone in phones:
        await eventually(lambda phone=phone: len(phone.history) >= 2)
    return orders


@pytest.mark.parametrize(("scope", "id_", "code"), [("run", "r1", "stop_asked"), ("client", "client-a", "halted")])
async def test_a_stop_reaches_whom_it_names_and_nobody_else(tmp_path: Path, scope: str, id_: str, code: str) -> None:
    a, b = ShopPhone("a"), ShopPhone("b")
    async with stand(tmp_path, a, b) as s, s.agent():
        await playing(s, a, b)
        stop = StopOrder.model_validate({"scope": scope, "id": id_, "issued_at": LATER, "reason": "drill"})
        assert await s.stop(stop) == Stopped(sequence_runs=("s1",))
        acts, others = len(a.touches), len(b.touches)
        ended = await s.centre.ended("s1")
        await eventually(lambda: len(b.touches) >= others + 4)
    assert (ended.status, ended.code, len(a.touches)) == ("interrupted", code, acts)
    assert "drill" in ended.error


async def test_a_stop_of_all_stops_all_and_is_confirmed_when_no_act_comes_any_more(tmp_path: Path) -> None:
    phones = [ShopPhone(name) for name in "abc"]
    async with stand(tmp_path, *phones) as s, s.agent():
        await playing(s, *phones)
        stopped = await s.stop(ALL)
        acts = [len(phone.touches) for phone in phones]
        assert set(stopped.sequence_runs) == {"s1", "s2", "s3"}
        for run in stopped.sequence_runs:
            assert (await s.centre.ended(run)).code == "halted"
    assert [len(phone.touches) for phone in phones] == acts


async def test_a_stop_cuts_off_the_call_that_is_under_way(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone, delays=Delays(capture_s=0.005, deadline_s=3600)) as s, s.agent():
        await playing(s, phone)
        phone.condition = Condition.HANGING
        await eventually(lambda: s.acting() == 1)
        await s.stop(ALL)
        acts, phone.condition = len(phone.touches), Condition.WELL
        assert (await s.centre.ended("s1")).code == "halted"
    assert len(phone.touches) == acts


async def test_a_stop_when_nothing_is_played_is_confirmed(tmp_path: Path) -> None:
    async with stand(tmp_path, ShopPhone("a")) as s, s.agent():
        assert await s.stop(ALL) == Stopped(sequence_runs=())


async def test_orders_that_were_under_way_are_void_and_later_ones_are_not(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        early = await s.order()
        await s.stop(ALL)
        refused = await s.send(early)
        assert not phone.touches
        assert isinstance(await s.send(await s.order(issued_at=LATER + timedelta(seconds=1))), Accepted)
        assert (await s.centre.ended("s2")).status == "completed"
    assert isinstance(refused, Refused)
    assert refused.code == "order_void"


async def test_a_stop_reaches_an_order_that_is_being_taken_on(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        order = await s.order(*ROUNDS)
        answer, _ = await asyncio.gather(s.send(order), s.stop(ALL))
        codes = {answer.code} if isinstance(answer, Refused) else {(await s.centre.ended("s1")).code}
        assert codes <= {"order_void", "halted"}
        acts = len(phone.touches)
        await asyncio.sleep(0.2)
    assert len(phone.touches) == acts


def order(issued_s: float, run: str = "r1", client: str = "c1") -> PlayOrder:
    return PlayOrder(
        sequence_run="s1",
        run=run,
        client=client,
        phone="a",
        phone_name="a",
        token=1,
        lease_remaining_s=600,
        issued_at=NOW + timedelta(seconds=issued_s),
        sequence="0" * 64,
        screens="0" * 64,
    )


def stop(issued_s: float, scope: str, id_: str = "") -> StopOrder:
    given = {"scope": scope, "id": id_, "issued_at": NOW + timedelta(seconds=issued_s), "reason": "drill"}
    return StopOrder.model_validate(given)


@pytest.mark.parametrize(
    ("stopped", "ordered", "void"),
    [
        (stop(5, "all"), order(4), True),
        (stop(5, "all"), order(5), True),
        (stop(5, "all"), order(6), False),
        (stop(5, "client", "c1"), order(4), True),
        (stop(5, "client", "c2"), order(4), False),
        (stop(5, "run", "r1"), order(4), True),
        (stop(5, "run", "r2"), order(4), False),
        (stop(5, "run", "c1"), order(4), False),
        (stop(5, "all"), order(-25), True),
        (stop(5, "all"), order(-26), False),
    ],
)
def test_a_stop_voids_what_it_concerns_and_was_issued_before(
    stopped: StopOrder, ordered: PlayOrder, *, void: bool
) -> None:
    stops = Stops()
    stops.add(stopped)
    assert (stops.void(ordered) is not None) is void


def test_of_two_stops_that_come_in_the_wrong_order_the_later_holds() -> None:
    stops = Stops()
    stops.add(stop(9, "all"))
    stops.add(stop(5, "all"))
    assert stops.void(order(7)) == stop(9, "all")


def test_stops_do_not_pile_up() -> None:
    stops = Stops()
    for number in range(100):
        stops.add(stop(number, "run", f"r{number}"))
    assert stops.void(order(60, run="r60")) is None
    assert stops.void(order(99, run="r99")) == stop(99, "run", "r99")
