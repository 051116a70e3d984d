import asyncio

import numpy as np
import pytest

from drover.devices.frame import Frame
from drover.sequences.player.frame_budget import FrameBudget


def frame() -> Frame:
    return Frame(np.zeros((2, 2, 4), np.uint8), 1, 0.0)


async def take(budget: FrameBudget) -> Frame:
    async with budget.room() as room:
        taken = frame()
        room.put(taken)
    return taken


async def test_a_phone_is_looked_at_when_a_frame_of_another_is_gone() -> None:
    budget = FrameBudget(2)
    first, second = await take(budget), await take(budget)
    third = asyncio.create_task(take(budget))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not third.done()
    del first
    assert (await third).sequence == second.sequence == 1


async def test_a_capture_that_failed_leaves_room() -> None:
    budget = FrameBudget(1)
    with pytest.raises(ZeroDivisionError):
        async with budget.room():
            raise ZeroDivisionError
    await asyncio.wait_for(take(budget), 1)


async def test_nobody_is_kept_waiting_for_good() -> None:
    budget = FrameBudget(1, patience_s=0.01)
    held = [await take(budget) for _ in range(3)]
    del held
    await asyncio.sleep(0)
    again = await take(budget)
    assert again.sequence == 1


async def test_a_frame_may_outlive_the_loop_that_it_was_taken_on() -> None:
    def elsewhere() -> Frame:
        return asyncio.run(take(FrameBudget(1)))

    taken = await asyncio.to_thread(elsewhere)
    del taken
