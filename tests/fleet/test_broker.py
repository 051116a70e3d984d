import asyncio
from collections import deque

import numpy as np
import pytest

from drover.devices.errors import PhoneOffline
from drover.devices.frame import Frame
from drover.fleet.broker import FrameBroker
from drover.kernel.clock import FakeClock


class HandCamera:
    """Captures end when a test lets them."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.asked = 0
        self.cancelled = 0
        self.pending: deque[asyncio.Future[None]] = deque()

    async def capture(self) -> Frame:
        self.asked += 1
        sequence, captured_at = self.asked, self.clock.monotonic()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.pending.append(done)
        try:
            await done
        except asyncio.CancelledError:
            self.cancelled += 1
            await asyncio.sleep(0)
            raise
        finally:
            self.pending.remove(done)
        return Frame(np.zeros((1, 1, 4), np.uint8), sequence, captured_at)

    def finish(self) -> None:
        self.pending[0].set_result(None)

    def fail(self) -> None:
        self.pending[0].set_exception(PhoneOffline("P1"))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(elapsed_s=100.0)


@pytest.fixture
def camera(clock: FakeClock) -> HandCamera:
    return HandCamera(clock)


@pytest.fixture
def broker(camera: HandCamera, clock: FakeClock) -> FrameBroker:
    return FrameBroker(camera, clock)


async def ask(broker: FrameBroker, max_age_s: float) -> "asyncio.Task[Frame]":
    task = asyncio.ensure_future(broker.grab(max_age_s=max_age_s))
    await settle()
    return task


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_all_who_ask_together_share_one_capture(broker: FrameBroker, camera: HandCamera) -> None:
    waiting = [await ask(broker, 0.0) for _ in range(5)]
    camera.finish()
    frames = await asyncio.gather(*waiting)
    assert camera.asked == 1
    assert {frame.sequence for frame in frames} == {1}


async def test_a_frame_that_is_young_enough_is_given_again(
    broker: FrameBroker, camera: HandCamera, clock: FakeClock
) -> None:
    first = await ask(broker, 0.0)
    camera.finish()
    await first
    clock.advance(0.5)
    assert (await broker.grab(max_age_s=0.5)).sequence == 1
    second = await ask(broker, 0.4)
    camera.finish()
    assert (await second).sequence == 2


async def test_a_capture_that_began_too_early_does_not_count_and_another_follows(
    broker: FrameBroker, camera: HandCamera, clock: FakeClock
) -> None:
    early = await ask(broker, 0.0)
    clock.advance(0.1)
    late = await ask(broker, 0.0)
    later = await ask(broker, 0.05)
    assert camera.asked == 1
    camera.finish()
    await settle()
    assert camera.asked == 2
    clock.advance(0.1)
    camera.finish()
    frames = await asyncio.gather(early, late, later)
    assert [frame.sequence for frame in frames] == [1, 2, 2]
    assert frames[1].captured_at == pytest.approx(100.1)


async def test_a_capture_that_began_early_serves_who_takes_an_older_one(
    broker: FrameBroker, camera: HandCamera, clock: FakeClock
) -> None:
    early = await ask(broker, 0.0)
    clock.advance(0.1)
    content = await ask(broker, 0.2)
    camera.finish()
    assert [(await task).sequence for task in (early, content)] == [1, 1]
    assert camera.asked == 1


async def test_who_is_cancelled_does_not_cancel_the_others(broker: FrameBroker, camera: HandCamera) -> None:
    first, second = await ask(broker, 0.0), await ask(broker, 0.0)
    first.cancel()
    await settle()
    camera.finish()
    assert (await second).sequence == 1
    assert (first.cancelled(), camera.cancelled) == (True, 0)


async def test_a_capture_that_nobody_waits_for_is_cancelled(broker: FrameBroker, camera: HandCamera) -> None:
    waiting = [await ask(broker, 0.0) for _ in range(2)]
    for task in waiting:
        task.cancel()
    await settle()
    assert (camera.cancelled, len(camera.pending)) == (1, 0)


async def test_who_asks_while_an_abandoned_capture_ends_gets_a_new_one(broker: FrameBroker, camera: HandCamera) -> None:
    first = await ask(broker, 0.0)
    first.cancel()
    await asyncio.sleep(0)
    second = await ask(broker, 10.0)
    camera.finish()
    assert (await second).sequence == 2


async def test_an_error_goes_to_all_who_wait_and_the_next_one_tries_again(
    broker: FrameBroker, camera: HandCamera
) -> None:
    waiting = [await ask(broker, 0.0) for _ in range(3)]
    camera.fail()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [PhoneOffline] * 3
    again = await ask(broker, 10.0)
    camera.finish()
    assert (await again).sequence == 2


async def test_after_a_failed_capture_who_waited_for_a_later_one_gets_it(
    broker: FrameBroker, camera: HandCamera, clock: FakeClock
) -> None:
    early = await ask(broker, 0.0)
    clock.advance(0.1)
    late = await ask(broker, 0.0)
    camera.fail()
    await settle()
    camera.finish()
    with pytest.raises(PhoneOffline):
        await early
    assert (await late).sequence == 2


async def test_no_two_captures_are_ever_in_flight(broker: FrameBroker, camera: HandCamera, clock: FakeClock) -> None:
    waiting: list[asyncio.Task[Frame]] = []
    for step in range(40):
        clock.advance(0.01)
        waiting.append(await ask(broker, (step % 3) * 0.02))
        assert len(camera.pending) <= 1
        waiting[step // 2].cancel()
        await settle()
        if camera.pending and step % 3 == 0:
            camera.finish()
        await settle()
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await settle()
    assert not camera.pending
