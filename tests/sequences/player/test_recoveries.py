"""Whatever brings a play back on its way is kept with the task that it was done for, with what came of it."""

import asyncio
from typing import Any

import pytest

from drover.sequences.record import PhoneRecord, Recovery, Status, Strategy
from tests.sequences.player.bench import CART, COUPON, OPEN, PAY, Bench, last
from tests.sequences.player.shop import ShopPhone
from tests.sequences.player.test_going_on import FLOW, Cut, comes_back

READ = {"kind": "read", "on": [20, 20, 140, 50], "into": "count"}


def recoveries(record: PhoneRecord) -> list[tuple[int, Strategy, bool]]:
    return [(task.index, each.strategy, each.recovered) for task in record.tasks for each in task.recoveries]


def pictured(recovery: Recovery) -> tuple[bool, bool]:
    return recovery.before is not None, recovery.after is not None


async def test_a_play_that_goes_well_has_none(bench: Bench) -> None:
    record = await bench.one(ShopPhone("a"), *FLOW)
    assert (recoveries(record), record.recoveries) == ([], ())


async def test_a_task_that_is_done_again_says_why_and_whether_that_helped(bench: Bench) -> None:
    record = await bench.one(ShopPhone("a", lost=1), OPEN, CART)
    (retry,) = last(record).recoveries
    assert (retry.strategy, retry.recovered, pictured(retry)) == (Strategy.RETRY, True, (True, True))
    assert retry.why.startswith("expected shop.cart, saw shop.home: ")
    assert retry.seconds >= 2


async def test_tries_that_do_not_help_are_kept_as_such(bench: Bench) -> None:
    record = await bench.one(ShopPhone("a", lost=99), OPEN, CART)
    assert recoveries(record) == [(2, Strategy.RETRY, False)] * 2


async def test_an_interrupt_that_is_dismissed_is_kept_with_its_picture(bench: Bench) -> None:
    record = await bench.one(ShopPhone("a", popup=True), OPEN, CART)
    (dismissed,) = record.tasks[0].recoveries
    assert (dismissed.strategy, dismissed.recovered, pictured(dismissed)) == (Strategy.DISMISS, True, (True, True))
    assert (dismissed.act.startswith("tap shop.offer."), dismissed.why) == (True, "shop.offer covers the screen")
    assert dismissed.before != dismissed.after


async def test_connections_that_are_tried_anew_are_kept(bench: Bench) -> None:
    phone = ShopPhone("a", goes_at="open_cart")
    comes_back(bench, phone, 7)
    record = await bench.one(phone, *FLOW)
    assert recoveries(record) == [(2, Strategy.RECONNECT, True)]


async def test_a_phone_that_is_waited_for_is_kept_with_the_connections_before(bench: Bench) -> None:
    phone = ShopPhone("a", goes_at="open_cart")
    comes_back(bench, phone, 300)
    record = await bench.one(phone, *FLOW)
    assert recoveries(record) == [
        (2, Strategy.RECONNECT, False),
        (2, Strategy.RECONNECT, False),
        (2, Strategy.WAIT, True),
    ]
    assert 250 < record.tasks[1].recoveries[-1].seconds < 300


async def test_a_phone_that_stays_away_was_waited_for_in_vain(bench: Bench) -> None:
    phone = ShopPhone("a", goes_at="open_cart")
    comes_back(bench, phone, 10_000)
    record = await bench.one(phone, *FLOW)
    assert recoveries(record)[-1] == (2, Strategy.WAIT, False)


async def test_a_play_that_goes_on_after_it_was_cut_off_says_so(bench: Bench) -> None:
    phone = ShopPhone("a")
    with pytest.raises(asyncio.CancelledError):
        await bench.one(phone, *FLOW, drive=Cut(8, before=True).driver())
    record = await bench.one(phone, *FLOW, resume=True)
    (went_on,) = record.recoveries
    assert (went_on.strategy, went_on.why) == (Strategy.GO_ON, "an earlier play of it was interrupted")
    assert went_on.act == "from task 3, attempt 2"


async def test_what_tasks_read_is_told_at_the_end_also_by_a_play_that_goes_on(bench: Bench) -> None:
    phone = ShopPhone("a", lost=0)
    flow: tuple[dict[str, Any], ...] = (OPEN, CART, READ, COUPON, PAY)
    first = await bench.one(phone, *flow)
    assert (first.status, first.variables) == (Status.COMPLETED, {"count": "0 paid"})
    again = await bench.one(phone, *flow, resume=True)
    assert (again.note, again.variables) == ("completed by an earlier play", {"count": "0 paid"})


async def test_what_was_read_before_a_play_failed_is_told_too(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop", lost=99)
    record = await bench.one(phone, READ | {"before": "shop.home"}, CART)
    assert (record.status, record.variables) == (Status.FAILED, {"count": "0 paid"})


async def test_what_a_helper_made_of_a_secret_is_told_nobody(bench: Bench) -> None:
    async def shouts(_: object, what: str) -> str:
        return what.upper()

    def call(into: str, what: str) -> dict[str, Any]:
        return {"kind": "helper", "helper": "shouts", "arguments": {"what": what}, "into": into}

    fields = {"params": {"word": {"secret": True}}}
    tasks = (call("loud", "${param.word}"), call("plain", "hi"), COUPON | {"text": "${run.loud}${run.plain}"})
    record = await bench.one(
        ShopPhone("a", front="com.example.shop", page="cart", shown="cart"),
        *tasks,
        fields=fields,
        params={"word": "hunter2"},
        helpers={"shouts": shouts},
    )
    assert (record.error, record.variables) == ("", {"plain": "HI"})
