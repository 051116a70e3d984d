"""Conditions, repeats and optional tasks, played on phones in memory."""

from collections.abc import Mapping
from typing import Any

import pytest

from drover.drivers.memory.phone import Condition
from drover.sequences.player.events import StepBegan
from drover.sequences.record import Status
from tests.sequences.player.bench import CART, COUPON, OPEN, PAY, Bench, last
from tests.sequences.player.shop import ShopPhone

BUY_AGAIN = {"kind": "tap", "on": "shop.cart.pay", "effect": "once", "once_per_round": True}
HOME = {"kind": "tap", "on": "shop.paid.back"}


def statuses(record: Any) -> list[tuple[int, str]]:
    return [(task.index, task.status.value) for task in record.tasks]


def repeat(*tasks: Mapping[str, Any], **rule: Any) -> dict[str, Any]:
    return {"kind": "repeat", "tasks": list(tasks), **rule}


async def test_a_group_is_played_so_many_times(bench: Bench) -> None:
    phone = ShopPhone("a")
    record = await bench.one(phone, OPEN, repeat(CART, BUY_AGAIN, HOME, times=3))
    assert (record.status, phone.paid, len(record.tasks)) == (Status.COMPLETED, 3, 10)


async def test_what_is_told_of_a_step_says_in_which_round_it_was(bench: Bench) -> None:
    inner = repeat({"kind": "wait", "seconds": 0.1}, times=2)
    guarded = repeat(CART, PAY, HOME, when={"text": "2 paid"})
    record = await bench.one(ShopPhone("a"), OPEN, repeat(CART, BUY_AGAIN, HOME, inner, times=2), guarded)
    assert [(task.index, task.rounds) for task in record.tasks] == [
        (1, ()),
        *[(index, (1,)) for index in (2, 3, 4)],
        *[(5, (1, number)) for number in (1, 2)],
        *[(index, (2,)) for index in (2, 3, 4)],
        *[(5, (2, number)) for number in (1, 2)],
        *[(index, ()) for index in (6, 7, 8)],
    ]
    began = [(event.step.number, event.rounds) for event in bench.told if isinstance(event, StepBegan)]
    assert began == [(task.index, task.rounds) for task in record.tasks]


async def test_a_group_is_played_until_something_is_shown(bench: Bench) -> None:
    phone = ShopPhone("a")
    await bench.one(phone, OPEN, repeat(CART, BUY_AGAIN, HOME, until={"text": "2 paid"}, most=9))
    assert phone.paid == 2


async def test_a_group_is_played_while_something_is_shown(bench: Bench) -> None:
    phone = ShopPhone("a")
    await bench.one(phone, OPEN, repeat(CART, BUY_AGAIN, HOME, **{"while": {"not": {"text": "2 paid"}}, "most": 9}))
    assert phone.paid == 2


async def test_rounds_end_at_the_most_there_may_be(bench: Bench) -> None:
    phone = ShopPhone("a")
    record = await bench.one(phone, OPEN, repeat(CART, BUY_AGAIN, HOME, until={"text": "99 paid"}, most=2))
    assert (record.status, phone.paid) == (Status.COMPLETED, 2)


@pytest.mark.parametrize(
    ("when", "played"),
    [
        ({"all": [{"screen": "shop.home"}]}, True),
        ({"any": [{"screen": "shop.cart"}]}, False),
        ({"text": "0 paid"}, True),
        ({"text": "0 paid", "in": [20, 20, 140, 50]}, True),
        ({"text": "0 paid", "in": [20, 300, 140, 350]}, False),
        ({"text": "0 liked", "in": "shop.cart.back"}, False),
        ({"not": {"text": "0 liked", "in": "shop.cart.back"}}, True),
        ({"text": "${param.wanted}"}, True),
        ({"not": {"all": [{"screen": "shop.home"}]}}, False),
        ({"all": [{"screen": "shop.home"}, {"text": "7 paid"}]}, False),
        ({"any": [{"screen": "shop.cart"}, {"text": "0 paid"}]}, True),
        ({"param": "wanted", "equals": "0 paid"}, True),
        ({"param": "wanted", "matches": "^[1-9]"}, False),
        ({"param": "wanted", "is_empty": True}, False),
    ],
)
async def test_a_task_is_played_where_its_condition_holds(when: dict[str, Any], *, played: bool, bench: Bench) -> None:
    phone = ShopPhone("a")
    fields = {"params": {"wanted": {"default": "0 paid"}}}
    guard = {"kind": "assert", "on": [20, 20, 140, 50], "text": "${param.wanted}"}
    record = await bench.one(phone, OPEN, guard, CART | {"when": when}, fields=fields)
    assert (last(record).status is Status.COMPLETED, phone.history == ["open_cart"]) == (played, played)
    assert record.status is Status.COMPLETED


async def test_a_text_is_looked_for_inside_an_action_of_the_screen_that_is_shown(bench: Bench) -> None:
    phone = ShopPhone("a")
    inside = {"text": "0 liked", "in": "shop.cart.back"}
    elsewhere = {"text": "0 paid", "in": "shop.cart.back"}
    record = await bench.one(phone, OPEN, CART, COUPON | {"when": elsewhere}, PAY | {"when": inside})
    assert statuses(record) == [(1, "completed"), (2, "completed"), (3, "skipped"), (4, "completed")]


async def test_what_was_read_decides_what_is_played(bench: Bench) -> None:
    count = {"kind": "read", "on": [20, 20, 140, 50], "into": "paid", "pattern": r"(\d+) paid"}
    poor = {"var": "paid", "equals": "0"}
    phone = ShopPhone("a")
    record = await bench.one(phone, OPEN, count, repeat(CART, PAY, HOME, when=poor), count, CART | {"when": poor})
    assert statuses(record)[-1] == (7, "skipped")
    assert phone.history == ["open_cart", "pay", "back"]


async def test_tasks_of_a_group_that_is_passed_over_are_told_as_skipped(bench: Bench) -> None:
    record = await bench.one(ShopPhone("a"), OPEN, repeat(CART, PAY, HOME, when={"text": "7 paid"}))
    assert statuses(record) == [(1, "completed"), (2, "skipped"), (3, "skipped"), (4, "skipped")]
    assert record.status is Status.COMPLETED


async def test_an_optional_task_that_fails_does_not_stop_the_play(bench: Bench) -> None:
    wrong = {"kind": "assert", "on": [20, 20, 140, 50], "text": "7 paid", "timeout_s": 0.5, "optional": True}
    phone = ShopPhone("a")
    record = await bench.one(phone, OPEN, wrong, CART, retries=0)
    assert (record.status, phone.history) == (Status.COMPLETED, ["open_cart"])
    assert record.tasks[1].status is Status.SKIPPED
    assert "shows '0 paid' instead of '7 paid'" in record.tasks[1].error


async def test_a_sequence_may_go_on_after_any_task_that_may_be_repeated(bench: Bench) -> None:
    wrong = {"kind": "assert", "on": [20, 20, 140, 50], "text": "7 paid", "timeout_s": 0.5, "before": "shop.home"}
    record = await bench.one(ShopPhone("a"), OPEN, wrong, CART, retries=0, fields={"on_error": "continue"})
    assert record.status is Status.COMPLETED


async def test_a_once_task_that_fails_stops_the_play_even_then(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop", page="cart", shown="cart", lost=9)
    slow = PAY | {"timeout_s": 0.5}
    record = await bench.one(phone, slow, HOME, retries=0, fields={"on_error": "continue"})
    assert (record.status, last(record).index) == (Status.FAILED, 1)


async def test_a_play_goes_on_in_the_round_that_it_was_cut_off_in_with_what_it_had_read(bench: Bench) -> None:
    phone = ShopPhone("a")
    count = {"kind": "read", "on": [20, 20, 140, 50], "into": "paid", "pattern": r"(\d+) paid"}
    tasks = (OPEN, repeat(CART, count, COUPON | {"text": "had ${var.paid}"}, BUY_AGAIN, HOME, times=3))
    phone.goes_at = "back"
    first = await bench.one(phone, *tasks, retries=0, away_s=0)
    assert (first.status, phone.paid) == (Status.FAILED, 1)
    phone.goes_at = ""
    phone.condition = Condition.WELL
    second = await bench.one(phone, *tasks, resume=True)
    assert (second.status, phone.paid) == (Status.COMPLETED, 3)
    assert phone.history.count("pay") == 3
