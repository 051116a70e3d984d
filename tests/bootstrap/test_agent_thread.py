"""An agent on a loop and thread of its own, beside the loop that orders."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from drover.agent.errors import AgentRuns
from drover.bootstrap.agent_thread import AgentThread, agent_options, running_agent
from drover.devices.ports import DeviceSource
from drover.drivers.memory.driver import Delays
from drover.drivers.memory.source import MemorySource
from drover.kernel.clock import SleeplessClock, SystemClock
from drover.platform.settings import Settings
from drover.protocol.messages import Accepted
from tests.agent.stand import NAME, ROUNDS, Stand, eventually, stand
from tests.sequences.player.shop import ShopPhone


def threaded(s: Stand, *phones: ShopPhone) -> AgentThread:
    clock = SleeplessClock()

    @asynccontextmanager
    async def source() -> AsyncGenerator[DeviceSource]:
        yield MemorySource(phones, clock, delays=Delays(capture_s=0.005))

    options = agent_options(Settings(data_dir=s.folder / "data"), clock)
    return AgentThread(lambda: running_agent(NAME, source, s.bus, s.content, replace(options, drain_s=10.0)))


async def test_an_agent_in_a_thread_plays_what_another_loop_orders(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    before = threading.active_count()
    async with stand(tmp_path, phone) as s:
        async with threaded(s, phone) as thread:
            assert await s.send(await s.order()) == Accepted(sequence_run="s1")
            assert (await s.centre.ended("s1")).status == "completed"
            assert not thread.ended.done()
        assert thread.ended.done()
    await eventually(lambda: threading.active_count() <= before + 1)  # asyncio's own pool may stay
    assert phone.paid == 1


async def test_leaving_stops_a_play_between_two_tasks_and_the_next_agent_goes_on(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s:
        async with threaded(s, phone):
            await s.send(await s.order(*ROUNDS))
            await eventually(lambda: len(phone.history) >= 2)
        acts = len(phone.touches)
        async with threaded(s, phone):
            await eventually(lambda: len(phone.touches) > acts)


async def test_an_agent_that_cannot_start_says_why(tmp_path: Path) -> None:
    async with stand(tmp_path, ShopPhone("a")) as s, s.agent():
        with pytest.raises(AgentRuns):
            async with threaded(s, ShopPhone("a")):
                pass


async def test_an_agent_that_fails_later_is_seen_and_told_on_leaving() -> None:
    @asynccontextmanager
    async def failing() -> AsyncGenerator[None]:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().call_soon(task.cancel)
        try:
            yield
        except asyncio.CancelledError:
            raise KeyError("phones") from None

    thread = await AgentThread(failing).__aenter__()
    await asyncio.wait([thread.ended])
    with pytest.raises(KeyError):
        await thread.__aexit__()


async def test_giving_up_while_it_starts_leaves_no_thread() -> None:
    begun, go_on = threading.Event(), threading.Event()

    @asynccontextmanager
    async def slow() -> AsyncGenerator[None]:
        begun.set()
        await asyncio.to_thread(go_on.wait, 30)
        yield

    thread = AgentThread(slow, name="slow agent")
    entering = asyncio.ensure_future(thread.__aenter__())
    await asyncio.to_thread(begun.wait, 30)
    entering.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await entering
    assert "slow agent" not in {each.name for each in threading.enumerate()}


def test_the_clock_of_leases_never_stands_still_longer_than_the_ordinary_one() -> None:
    sleepless, ordinary = SleeplessClock(), SystemClock()
    first, second = ordinary.monotonic(), sleepless.monotonic()
    assert sleepless.monotonic() - second >= 0
    assert second >= first - 1
