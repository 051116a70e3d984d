"""What a worker does again and again."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from drover.bootstrap.worker import LONGEST_PAUSE_S, Duty, on_duty
from drover.kernel.clock import FakeClock, SystemClock
from drover.kernel.errors import InvalidInput


def turns(*outcomes: Exception | None) -> tuple[Callable[[], Awaitable[None]], asyncio.Event]:
    """A turn that goes on as told, one outcome after the other, and then for ever waits; and when it is there."""
    left = list(outcomes)
    over = asyncio.Event()

    async def turn() -> None:
        if not left:
            over.set()
            await asyncio.Event().wait()
        outcome = left.pop(0)
        if outcome is not None:
            raise outcome

    return turn, over


async def test_a_duty_is_done_again_and_again_at_its_pace() -> None:
    clock = FakeClock()
    turn, over = turns(None, None, None)
    async with on_duty([Duty("seal", 1.0, turn)], clock):
        await over.wait()
    assert clock.slept_s == [1.0, 1.0, 1.0]


async def test_a_duty_that_fails_is_tried_ever_more_seldom() -> None:
    clock = FakeClock()
    turn, over = turns(*[InvalidInput("no")] * 9)
    async with on_duty([Duty("seal", 1.0, turn)], clock):
        await over.wait()
    assert clock.slept_s == [2.0, 4.0, 8.0] + [LONGEST_PAUSE_S] * 6


async def test_an_outage_is_logged_when_it_begins_and_when_it_ends() -> None:
    turn, over = turns(InvalidInput("no database"), InvalidInput("no database"), None, None)
    with capture_logs() as logs:
        async with on_duty([Duty("seal", 1.0, turn)], FakeClock()):
            await over.wait()
    assert [log["event"] for log in logs] == ["a duty of the worker fails", "a duty of the worker is done again"]
    assert logs[0]["error"] == "no database"


async def test_a_defect_in_one_duty_stops_neither_it_nor_the_others() -> None:
    broken, broken_over = turns(ValueError("defect"), None)
    sound, sound_over = turns(None, None)
    with capture_logs() as logs:
        async with on_duty([Duty("broken", 1.0, broken), Duty("sound", 1.0, sound)], FakeClock()):
            await broken_over.wait()
            await sound_over.wait()
    assert logs[0]["event"] == "a duty of the worker met a defect"


@pytest.mark.timeout(30)
async def test_a_duty_that_is_woken_does_not_wait_for_its_time() -> None:
    turn, over = turns(None)
    duty = Duty("dispatch", 3600.0, turn)
    async with on_duty([duty], SystemClock()):
        await asyncio.sleep(0)
        duty.wake.set()
        await over.wait()


async def test_at_the_end_nothing_of_it_runs_any_more() -> None:
    before = asyncio.all_tasks()
    turn, over = turns(None)
    async with on_duty([Duty("seal", 0.0, turn)], SystemClock()):
        await over.wait()
    assert asyncio.all_tasks() == before
