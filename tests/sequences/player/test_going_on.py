"""Phones that go away during a play, and players that do: what is tried, for how long, and where it goes on."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from drover.drivers.memory.driver import MemoryDriver
from drover.drivers.memory.phone import Condition
from drover.sequences.domain import Effect
from drover.sequences.journal import Doubt, Ending, Playing
from drover.sequences.player.errors import PlayCutOff
from drover.sequences.player.events import PhonePaused, PhoneResumed
from drover.sequences.record import PhoneRecord, Status
from tests.sequences.player.bench import CART, COUPON, OPEN, PAY, Bench, last
from tests.sequences.player.shop import PACKAGE, ShopPhone

FLOW = (OPEN, CART, COUPON, PAY)
BACK = {"kind": "tap", "on": "shop.paid.back"}


def comes_back(bench: Bench, phone: ShopPhone, at_s: float, change: Callable[[], None] = lambda: None) -> None:
    """Let a phone that is away be there again at that time, changed meanwhile."""

    def back() -> None:
        if phone.condition is Condition.OFFLINE:
            phone.condition, phone.goes_at = Condition.WELL, ""
            change()

    bench.presence.back_at_s, bench.presence.back = at_s, back


def steps(record: PhoneRecord) -> list[tuple[int, Status]]:
    return [(task.index, task.status) for task in record.tasks]


COMPLETED = [(number, Status.COMPLETED) for number in (1, 2, 3, 4)]


async def test_a_phone_that_is_back_soon_is_tried_again_without_a_word(bench: Bench) -> None:
    phone = ShopPhone("a", goes_at="open_cart")
    comes_back(bench, phone, 7)
    record = await bench.one(phone, *FLOW)
    assert (record.error, steps(record), record.pauses) == ("", COMPLETED, ())
    assert phone.history == ["open_cart", "pay"]
    assert 7 < record.wall_s < 12
    assert not [event for event in bench.told if isinstance(event, PhonePaused)]


async def test_a_phone_that_is_gone_pauses_its_play_which_goes_on_by_itself(bench: Bench) -> None:
    phone = ShopPhone("a", goes_at="open_cart")
    comes_back(bench, phone, 300)
    record = await bench.one(phone, *FLOW)
    assert (record.error, steps(record)) == ("", COMPLETED)
    assert phone.history == ["open_cart", "pay"]
    told = [event for event in bench.told if isinstance(event, PhonePaused | PhoneResumed)]
    assert told == [PhonePaused("a", "phone a: is not reachable"), PhoneResumed("a")]
    (pause,) = record.pauses
    assert (pause.step, pause.reason, pause.back) == (2, "phone a: is not reachable", True)
    assert 250 < pause.seconds < 300


async def test_a_phone_that_stays_away_fails_with_what_was_seen_last(bench: Bench) -> None:
    phone = ShopPhone("a", goes_at="open_cart")
    comes_back(bench, phone, 10_000)
    record = await bench.one(phone, *FLOW)
    assert record.error == "phone a: is not reachable; it was waited for during 600 s"
    assert [pause.back for pause in record.pauses] == [False]
    seen = last(record).before
    assert seen is not None
    assert (seen.actual, seen.frame is not None) == ("shop.home", True)


async def test_nobody_waits_for_a_phone_where_the_settings_forbid_it(bench: Bench) -> None:
    phone = ShopPhone("a", goes_at="open_cart")
    comes_back(bench, phone, 10_000)
    record = await bench.one(phone, *FLOW, away_s=0)
    assert (record.error, record.pauses) == ("phone a: is not reachable", ())
    assert record.wall_s < 30


async def test_a_phone_that_is_there_and_still_fails_is_not_waited_for(bench: Bench) -> None:
    broken, well = ShopPhone("broken"), ShopPhone("well")
    await bench.play([broken], OPEN)
    broken.condition = Condition.GARBAGE
    driver = CapturesGarbage
    records = await bench.play([broken, well], CART, drive=driver)
    assert [record.status for record in records] == [Status.FAILED, Status.FAILED]
    assert [last(record).attempts for record in records] == [5, 5]
    assert not [event for event in bench.told if isinstance(event, PhonePaused)]


class CapturesGarbage(MemoryDriver):
    """Attaches well, and captures garbage."""

    async def attach(self) -> None:
        self.phone.condition = Condition.WELL
        await super().attach()
        self.phone.condition = Condition.GARBAGE


async def test_a_phone_that_comes_back_on_an_earlier_screen_goes_on_from_there(bench: Bench) -> None:
    phone = ShopPhone("a", goes_at="pay")
    forgotten = replace_page(phone, "home")
    comes_back(bench, phone, 60, forgotten)
    flow = (OPEN, CART, COUPON, PAY | {"effect": "repeatable"})
    record = await bench.one(phone, *flow)
    assert (record.error, phone.history) == ("", ["open_cart", "pay", "open_cart", "pay"])
    done, skipped = Status.COMPLETED, Status.SKIPPED
    assert steps(record) == [(1, done), (2, done), (3, done), (4, skipped), (2, done), (3, done), (4, done)]


async def test_a_phone_that_comes_back_on_a_screen_of_no_step_is_a_person_s(bench: Bench) -> None:
    phone = ShopPhone("a", goes_at="open_cart")
    comes_back(bench, phone, 60, lambda: phone.stop(PACKAGE))
    record = await bench.one(phone, *FLOW)
    assert record.error.startswith("nothing tells where to go on: expected shop.home, saw shop.launcher")
    assert "--resume" in record.hint


async def test_nobody_goes_back_over_an_act_that_was_done_once(bench: Bench) -> None:
    phone = ShopPhone("a", goes_at="back")
    comes_back(bench, phone, 60, replace_page(phone, "cart"))
    record = await bench.one(phone, *FLOW, BACK)
    assert (record.status, phone.paid) == (Status.FAILED, 1)
    assert record.error.startswith("nothing tells where to go on")


def replace_page(phone: ShopPhone, page: str) -> Callable[[], None]:
    def change() -> None:
        phone.page = phone.shown = page

    return change


async def test_a_once_act_that_the_phone_took_with_it_is_seen_to_have_happened(bench: Bench) -> None:
    phone = ShopPhone("a", goes_at="pay")
    comes_back(bench, phone, 60)
    record = await bench.one(phone, *FLOW)
    assert (record.error, phone.paid, steps(record)) == ("", 1, COMPLETED)


async def test_a_once_act_of_which_nothing_tells_whether_it_happened_is_a_person_s(bench: Bench) -> None:
    phone = ShopPhone("a", goes_at="pay")
    comes_back(bench, phone, 60, replace_page(phone, "cart"))
    record = await bench.one(phone, *FLOW)
    assert (record.status, phone.paid) == (Status.FAILED, 1)
    assert record.error.startswith("nothing tells whether it happened: step 4, 'tap shop.cart.pay'")
    assert "--from-step 5 if it happened, 4 if not" in record.hint
    assert await bench.journal.doubt("Buy", "a") == Doubt(4, "tap shop.cart.pay")


PAY_SEEN = PAY | {"happened": {"screen": "shop.paid"}}
LIKE = {"kind": "tap", "on": "shop.paid.like", "effect": "once", "happened": {"text": "1 liked"}}


async def test_a_once_act_that_is_seen_not_to_have_happened_is_done_again(bench: Bench) -> None:
    phone = ShopPhone("a", front=PACKAGE, page="cart", shown="cart", lost=1)
    record = await bench.one(phone, PAY_SEEN)
    assert (record.error, phone.paid, last(record).attempts) == ("", 1, 2)


async def test_a_once_act_that_comes_late_is_waited_for_and_not_done_again(bench: Bench) -> None:
    phone = ShopPhone("a", front=PACKAGE, page="cart", shown="cart", late_frames=9)
    record = await bench.one(phone, PAY_SEEN | {"timeout_s": 0.3})
    assert (record.error, phone.paid) == ("", 1)


async def test_a_once_act_that_the_phone_took_away_undone_is_done_again_when_it_is_back(bench: Bench) -> None:
    phone = ShopPhone("a", goes_at="pay")

    def undone() -> None:
        phone.page = phone.shown = "cart"
        phone.paid = 0

    comes_back(bench, phone, 60, undone)
    record = await bench.one(phone, OPEN, CART, COUPON, PAY_SEEN)
    assert (record.error, phone.paid, phone.history) == ("", 1, ["open_cart", "pay", "pay"])


async def test_a_once_act_that_leaves_no_screen_is_told_by_its_condition(bench: Bench) -> None:
    phone = ShopPhone("a", front=PACKAGE, page="paid", shown="paid", lost=1)
    record = await bench.one(phone, LIKE)
    assert (record.error, phone.liked, last(record).attempts) == ("", 1, 2)


async def test_a_once_act_that_never_happens_is_tried_no_more_often_than_others(bench: Bench) -> None:
    phone = ShopPhone("a", front=PACKAGE, page="paid", shown="paid", lost=99)
    record = await bench.one(phone, LIKE)
    assert (phone.liked, last(record).attempts, last(record).region) == (0, 3, "shop.paid")
    assert record.error == "'tap shop.paid.like' was done, and what its `happened` says does not hold"


async def test_a_once_act_on_a_screen_nobody_knows_is_a_person_s_even_if_its_condition_does_not_hold(
    bench: Bench,
) -> None:
    phone = ShopPhone("a", goes_at="pay")
    comes_back(bench, phone, 60, lambda: phone.stop(PACKAGE))
    record = await bench.one(phone, OPEN, CART, COUPON, PAY_SEEN)
    assert (record.status, phone.history) == (Status.FAILED, ["open_cart", "pay"])
    assert record.error.startswith("nothing tells whether it happened")


class Cut:
    """Ends the player in its so-many-th call of the phone, before or after the phone did what it was told."""

    def __init__(self, call: int, *, before: bool) -> None:
        self.call = call
        self.before = before
        self.calls = 0

    def driver(self) -> type[MemoryDriver]:
        cut = self

        class CutOff(MemoryDriver):
            def _call(  # type: ignore[override]  the original is decorated to be one
                self, call: str, delay_s: float
            ) -> AbstractAsyncContextManager[None]:
                return cut.around(super()._call(call, delay_s))

        return CutOff

    @asynccontextmanager
    async def around(self, call: AbstractAsyncContextManager[None]) -> AsyncGenerator[None, None]:
        self.calls += 1
        ends = self.calls == self.call
        async with call:
            if ends and self.before:
                raise asyncio.CancelledError
            yield
        if ends:
            raise asyncio.CancelledError


CALLS = 16
"""How often the flow calls the phone."""


async def test_the_flow_calls_the_phone_as_often_as_the_cuts_suppose(bench: Bench) -> None:
    cut = Cut(0, before=True)
    await bench.one(ShopPhone("a"), *FLOW, drive=cut.driver())
    assert cut.calls == CALLS


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("call", range(2, CALLS + 1))
async def test_a_play_that_is_cut_off_anywhere_goes_on_and_pays_once(bench: Bench, call: int, *, before: bool) -> None:
    phone = ShopPhone("a")
    with pytest.raises(asyncio.CancelledError):
        await bench.one(phone, *FLOW, drive=Cut(call, before=before).driver())
    paid = phone.paid
    record = await bench.one(phone, *FLOW, resume=True)
    asks = "nothing tells whether it happened" in record.error
    assert phone.paid <= 1
    assert (record.status is Status.COMPLETED) != asks
    assert phone.paid == 1 or asks
    assert not asks or paid == 0
    assert record.attempt == 2


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("call", range(2, CALLS + 1))
async def test_with_what_shows_that_it_happened_nobody_need_be_asked(bench: Bench, call: int, *, before: bool) -> None:
    phone, flow = ShopPhone("a"), (OPEN, CART, COUPON, PAY_SEEN)
    with pytest.raises(asyncio.CancelledError):
        await bench.one(phone, *flow, drive=Cut(call, before=before).driver())
    record = await bench.one(phone, *flow, resume=True)
    assert (record.error, phone.paid, phone.texts[PACKAGE]) == ("", 1, "SAVE 10")


async def test_a_play_that_was_cut_off_is_not_played_again_without_a_word(bench: Bench) -> None:
    phone = ShopPhone("a")
    with pytest.raises(asyncio.CancelledError):
        await bench.one(phone, *FLOW, drive=Cut(8, before=True).driver())
    with pytest.raises(PlayCutOff, match="the last play of “Buy” was cut off: a in step 3"):
        await bench.one(phone, *FLOW)
    assert (await bench.one(phone, *FLOW, from_step=1)).status is Status.COMPLETED


async def test_each_phone_goes_on_at_its_own_step_and_one_that_is_done_is_left_alone(bench: Bench) -> None:
    cut, done, fresh = ShopPhone("cut"), ShopPhone("done"), ShopPhone("fresh")
    with pytest.raises(asyncio.CancelledError):
        await bench.one(cut, *FLOW, drive=Cut(8, before=True).driver())
    await bench.one(done, *FLOW)
    records = await bench.play([cut, done, fresh], *FLOW, resume=True)
    assert [[task.index for task in record.tasks] for record in records] == [[3, 4], [], [1, 2, 3, 4]]
    assert [record.status for record in records] == [Status.COMPLETED] * 3
    assert records[1].note == "completed by an earlier play"
    assert done.paid == 1


async def test_a_failed_play_is_gone_on_with_at_the_step_that_failed(bench: Bench) -> None:
    phone = ShopPhone("a", lost=99)
    assert (await bench.one(phone, *FLOW)).status is Status.FAILED
    phone.lost = 0
    record = await bench.one(phone, *FLOW, resume=True)
    assert (record.status, [task.index for task in record.tasks], record.attempt) == (Status.COMPLETED, [2, 3, 4], 2)


async def test_another_sequence_of_that_name_cannot_be_gone_on_with(bench: Bench) -> None:
    phone = ShopPhone("a")
    with pytest.raises(asyncio.CancelledError):
        await bench.one(phone, *FLOW, drive=Cut(8, before=True).driver())
    record = await bench.one(phone, OPEN, CART, resume=True)
    assert record.error == "phone a: its last play was cut off in step 3, but the sequence has been changed since"
    assert phone.history == ["open_cart"]


async def test_a_doubt_outlives_attempts_that_are_cut_off_too(bench: Bench) -> None:
    phone = ShopPhone("a")
    pay_call = CALLS - 2
    with pytest.raises(asyncio.CancelledError):
        await bench.one(phone, *FLOW, drive=Cut(pay_call, before=True).driver())
    for _ in range(2):
        with pytest.raises(asyncio.CancelledError):
            await bench.one(phone, *FLOW, resume=True, drive=Cut(2, before=True).driver())
    record = await bench.one(phone, *FLOW, resume=True)
    assert (record.status, record.attempt, phone.paid) == (Status.FAILED, 4, 0)
    assert "nothing tells whether it happened" in record.error


async def test_what_another_play_left_on_the_phone_does_not_tell_that_an_act_happened(bench: Bench) -> None:
    phone = ShopPhone("a")
    with pytest.raises(asyncio.CancelledError):
        await bench.one(phone, *FLOW, drive=Cut(CALLS - 2, before=True).driver())
    await bench.journal.begin_run("other", Playing("Else", "digest", "", "a"), 1)
    await bench.journal.begin_act("other", 1, 1, "open the page of what was paid", Effect.REPEATABLE)
    phone.page = phone.shown = "paid"
    record = await bench.one(phone, *FLOW, resume=True)
    assert (record.status, record.failure, phone.paid) == (Status.FAILED, "OnceInDoubt", 0)
    assert "others were on the phone since" in record.error


async def test_a_cut_off_run_is_journalled_as_such(bench: Bench) -> None:
    with pytest.raises(asyncio.CancelledError):
        await bench.one(ShopPhone("a"), *FLOW, drive=Cut(3, before=True).driver())
    last_run = await bench.journal.last_run("Buy", "a")
    assert last_run is not None
    assert last_run.ending is Ending.CUT_OFF
