from dataclasses import dataclass

import pytest

from drover.devices.geometry import Point, Rect
from drover.drivers.memory.phone import Condition
from drover.sequences.journal import Doubt
from drover.sequences.player.events import PhoneEnded, StepBegan, StepEnded
from drover.sequences.record import Status
from tests.sequences.player.bench import CART, COUPON, OPEN, PAY, Bench, last
from tests.sequences.player.shop import OPEN_CART, TITLE, ShopPhone


async def test_a_flow_is_played_with_every_screen_verified(bench: Bench) -> None:
    phone = ShopPhone("a")
    record = await bench.one(phone, OPEN, CART, COUPON, PAY)
    assert (record.status, record.error) == (Status.COMPLETED, "")
    assert [task.after.actual for task in record.tasks if task.after] == [
        "shop.home",
        "shop.cart",
        "shop.cart",
        "shop.paid",
    ]
    assert phone.texts == {"com.example.shop": "SAVE 10"}
    assert phone.history == ["open_cart", "pay"]


async def test_the_look_that_ends_a_task_begins_the_next(bench: Bench) -> None:
    record = await bench.one(ShopPhone("a"), OPEN, CART, PAY)
    assert [task.captures for task in record.tasks] == [2, 2, 2]
    assert record.tasks[1].before is not None
    assert record.tasks[0].after is not None
    assert record.tasks[1].before.frame == record.tasks[0].after.frame


async def test_an_old_look_is_taken_again_before_an_act(bench: Bench) -> None:
    record = await bench.one(ShopPhone("a"), OPEN, {"kind": "wait", "seconds": 5}, CART)
    assert record.status is Status.COMPLETED
    assert [task.captures for task in record.tasks] == [2, 2, 2]


async def test_progress_is_told_step_by_step(bench: Bench) -> None:
    await bench.one(ShopPhone("a"), OPEN, CART)
    assert [event.step.number for event in bench.told if isinstance(event, StepBegan)] == [1, 2]
    assert [event.record.index for event in bench.told if isinstance(event, StepEnded)] == [1, 2]
    assert isinstance(bench.told[-1], PhoneEnded)


async def test_time_is_divided_into_calls_waits_and_overhead(bench: Bench) -> None:
    record = await bench.one(ShopPhone("a"), OPEN, CART)
    timing = last(record).timing
    assert timing.device_ms == pytest.approx(110)  # a tap and two captures
    assert timing.waited_ms == pytest.approx(50)  # the rest of 100 ms between two looks
    assert timing.overhead_ms == pytest.approx(0)


async def test_a_lost_touch_is_done_again(bench: Bench) -> None:
    phone = ShopPhone("a")
    await bench.one(phone, OPEN)
    phone.lost = 1
    record = await bench.one(phone, CART, retries=1)
    assert (record.status, last(record).attempts) == (Status.COMPLETED, 2)
    assert phone.history == ["open_cart"]


async def test_a_screen_that_came_too_late_counts_and_the_act_is_not_repeated(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop")
    slow = CART | {"timeout_s": 0.3}
    phone.late_frames = 6
    record = await bench.one(phone, slow)
    assert (record.status, last(record).attempts, phone.history) == (Status.COMPLETED, 2, ["open_cart"])


async def test_a_touch_that_is_always_lost_stops_at_its_step_and_names_the_region(bench: Bench) -> None:
    record = await bench.one(ShopPhone("a", lost=99), OPEN, CART, COUPON)
    task = last(record)
    assert (record.status, task.index, task.attempts) == (Status.FAILED, 2, 3)
    assert task.region == "shop.cart.title"
    assert task.error.startswith("expected shop.cart, saw shop.home: ")
    assert task.after is not None
    assert [difference.check.region for difference in task.after.differences] == ["title", "body"]
    assert bench.blobs.get(task.after.differences[0].expected_digest).startswith(b"\x89PNG")


async def test_a_once_act_is_never_repeated(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop", page="cart", shown="cart", lost=1)
    record = await bench.one(phone, PAY)
    assert (record.status, phone.paid, phone.history) == (Status.FAILED, 0, [])
    assert last(record).error.startswith("nothing tells whether it happened: step 1, 'tap shop.cart.pay'")
    assert last(record).region == "shop.paid.title"
    assert "--from-step 2 if it happened, 1 if not" in last(record).hint


async def test_a_play_after_a_once_act_in_doubt_asks_a_person(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop", page="cart", shown="cart", lost=1)
    await bench.one(phone, PAY)
    assert await bench.journal.doubt("Buy", "a") == Doubt(1, "tap shop.cart.pay")
    record = await bench.one(phone, PAY)
    assert record.tasks == ()
    assert "'tap shop.cart.pay', which may be done only once" in record.error
    assert "--from-step 2 if it happened, 1 if not" in record.hint


async def test_a_person_decides_a_doubt_with_from_step(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop", page="cart", shown="cart", lost=1)
    await bench.one(phone, {"kind": "wait_for_screen", "after": "shop.cart"}, PAY)
    record = await bench.one(phone, {"kind": "wait_for_screen", "after": "shop.cart"}, PAY, from_step=2)
    assert (record.status, phone.paid, [task.index for task in record.tasks]) == (Status.COMPLETED, 1, [2])


async def test_a_known_interrupt_is_dismissed_and_the_task_goes_on(bench: Bench) -> None:
    record = await bench.one(ShopPhone("a", popup=True), OPEN, CART)
    assert record.status is Status.COMPLETED
    assert record.tasks[0].dismissed == ("shop.offer",)


async def test_an_interrupt_that_swallows_a_touch_does_not_cost_the_whole_timeout(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop", popup_after=2)
    record = await bench.one(phone, CART | {"timeout_s": 60})
    assert (record.status, last(record).attempts, phone.history) == (Status.COMPLETED, 2, ["open_cart"])
    assert record.wall_s < 10


async def test_an_interrupt_that_swallows_a_touch_costs_none_of_the_retries(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop", popup_after=2)
    record = await bench.one(phone, CART, retries=0)
    assert (record.status, phone.history, last(record).dismissed) == (Status.COMPLETED, ["open_cart"], ("shop.offer",))


@dataclass
class Nagging(ShopPhone):
    """A popup comes before each of the first `nags` touches of the text field, and takes it."""

    nags: int = 1

    def touch(self, point: Point) -> None:
        if self.nags and not self.popup and self.page == "cart" and self.text_field.contains(point):
            self.nags -= 1
            self.popup = True
        super().touch(point)


@pytest.mark.parametrize("nags", [1, 3])
async def test_an_interrupt_that_comes_before_typing_is_dismissed_and_the_text_is_typed(
    bench: Bench, nags: int
) -> None:
    phone = Nagging("a", front="com.example.shop", page="cart", shown="cart", nags=nags)
    record = await bench.one(phone, COUPON, retries=0)
    assert (record.status, phone.texts, last(record).dismissed) == (
        Status.COMPLETED,
        {"com.example.shop": "SAVE 10"},
        ("shop.offer",) * nags,
    )


async def test_an_interrupt_that_comes_before_every_try_stops_the_task(bench: Bench) -> None:
    phone = Nagging("a", front="com.example.shop", page="cart", shown="cart", nags=9)
    record = await bench.one(phone, COUPON, retries=0)
    assert (record.status, last(record).attempts) == (Status.FAILED, 4)
    assert "shop.offer was dismissed 3 times and is still there" in last(record).error


async def test_a_once_act_that_an_interrupt_may_have_swallowed_is_not_repeated(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop", page="cart", shown="cart", popup_after=2)
    record = await bench.one(phone, PAY)
    assert (record.status, phone.paid, last(record).attempts) == (Status.FAILED, 0, 2)
    assert last(record).error.startswith("nothing tells whether it happened")


async def test_an_interrupt_that_stays_stops_the_task(bench: Bench) -> None:
    record = await bench.one(ShopPhone("a", popup=True, popup_stays=True), OPEN, retries=0)
    assert last(record).region == "shop.offer"
    assert "was dismissed 3 times and is still there" in last(record).error


async def test_something_over_the_button_is_seen_before_it_is_touched(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop", covered=OPEN_CART)
    record = await bench.one(phone, CART, retries=0)
    assert (last(record).region, phone.history) == ("shop.home.open_cart", [])
    assert last(record).after is not None
    assert last(record).after.differences[0].check.region == "open_cart"


async def test_a_covered_region_makes_the_screen_unknown_and_is_named(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop", covered=Rect(TITLE.x1, TITLE.y1, TITLE.x2, TITLE.y2))
    record = await bench.one(phone, CART, retries=0)
    task = last(record)
    assert task.region == "shop.home.title"
    assert task.error.startswith("expected shop.home, saw an unknown screen: ")
    assert (task.before is not None and task.before.passed, task.after) == (False, None)


async def test_typed_text_that_did_not_arrive_is_found(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop", page="cart", shown="cart", forgets_typing=True)
    record = await bench.one(phone, COUPON, retries=1)
    task = last(record)
    assert (task.region, task.attempts) == ("shop.cart.coupon", 2)
    assert task.error == "shop.cart.coupon shows '' instead of 'SAVE 10'"


async def test_what_a_field_held_before_is_replaced(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop", page="cart", shown="cart")
    phone.texts["com.example.shop"] = "OLD"
    await bench.one(phone, COUPON)
    assert phone.texts["com.example.shop"] == "SAVE 10"


async def test_typing_where_there_is_no_field_is_found(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop", page="cart", shown="cart")
    task = {"kind": "type", "on": [5, 400, 50, 420], "before": "shop.cart", "text": "x"}
    record = await bench.one(phone, task, retries=0)
    assert last(record).error == "(5, 400) - (50, 420): there is no text field here"


async def test_an_assertion_reads_the_ui_tree(bench: Bench) -> None:
    phone = ShopPhone("a", front="com.example.shop")
    shown = {"kind": "assert", "on": [0, 0, 200, 100], "text": "0 paid", "before": "shop.home"}
    assert (await bench.one(phone, shown)).status is Status.COMPLETED
    record = await bench.one(phone, shown | {"text": "1 paid", "timeout_s": 1}, retries=0)
    assert last(record).error == "(0, 0) - (200, 100) shows '0 paid' instead of '1 paid'"


async def test_keys_swipes_and_long_taps_reach_the_phone(bench: Bench) -> None:
    phone = ShopPhone("a")
    home = {"before": "shop.home", "after": "shop.home"}
    record = await bench.one(
        phone,
        OPEN,
        {"kind": "swipe", "on": [100, 400, 200, 500], "direction": "up", **home},
        {"kind": "long_tap", "on": [100, 400, 200, 500], **home},
        {"kind": "key", "key": "tab", **home},
        {"kind": "stop_app", "after": "shop.launcher"},
    )
    assert record.status is Status.COMPLETED
    assert [(point.x, point.y) for point in phone.touches] == [(150, 480), (150, 420), (150, 450)]


async def test_a_phone_that_answers_garbage_fails_and_the_others_go_on(bench: Bench) -> None:
    broken, well = ShopPhone("broken"), ShopPhone("well")
    await bench.play([broken], OPEN)
    broken.condition = Condition.GARBAGE
    records = await bench.play([broken, well], OPEN, CART)
    assert [record.status for record in records] == [Status.FAILED, Status.COMPLETED]
    assert "phone broken" in records[0].error


@pytest.mark.parametrize("condition", [Condition.OFFLINE, Condition.UNAUTHORIZED, Condition.HANGING])
async def test_a_phone_that_cannot_be_reached_fails_with_its_reason(bench: Bench, condition: Condition) -> None:
    record = await bench.one(ShopPhone("a", condition=condition), OPEN)
    assert (record.status, record.tasks) == (Status.FAILED, ())
    assert record.error.startswith("phone a: ")


async def test_an_app_that_is_not_installed_is_not_tried_again(bench: Bench) -> None:
    record = await bench.one(ShopPhone("a", apps=()), OPEN)
    assert (last(record).attempts, last(record).error) == (1, "phone a: app com.example.shop is not installed")


class _Defect(ShopPhone):
    def start(self, package: str) -> None:
        message = f"a defect on the way to {package}"
        raise RuntimeError(message)


async def test_a_defect_met_on_one_phone_does_not_stop_the_others(bench: Bench) -> None:
    records = await bench.play([_Defect("a"), ShopPhone("b")], OPEN)
    assert [record.status for record in records] == [Status.FAILED, Status.COMPLETED]
    assert "unexpected error" in records[0].error
