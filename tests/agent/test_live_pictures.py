"""Pictures of phones that are looked at: whose, how large, how often, and none where nobody looks."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from bench.wall_phones import MovingPhone
from drover.agent.live import WAY_S
from drover.agent.tiles import tile
from drover.devices.frame import Frame
from drover.drivers.memory.phone import Condition
from drover.platform.bus.ports import Message
from drover.protocol.codec import encode
from drover.protocol.frames import MOST_JPEG, LiveFrame, unpack_frame
from drover.protocol.live import LookQuestion, Watched, WatchOrder
from drover.protocol.subjects import LOOK, WATCH, frames_of, to_agent
from tests.agent.stand import NAME, PATIENCE_S, Stand, eventually, stand


async def watch(s: Stand, *serials: str, width: int = 90, ttl_s: float = 60.0) -> None:
    phones = tuple(Watched(serial=serial, width=width, fps=15) for serial in serials)
    await s.bus.publish(to_agent(NAME, WATCH), encode(WatchOrder(phones=phones, ttl_s=ttl_s)))


async def next_of(messages: AsyncIterator[Message], serial: str) -> LiveFrame:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            frame = unpack_frame((await anext(messages)).payload)
            if frame.serial == serial:
                return frame


def width_of(frame: LiveFrame) -> int:
    return cv2.imdecode(np.frombuffer(frame.jpeg, np.uint8), cv2.IMREAD_COLOR).shape[1]


async def test_only_phones_that_are_looked_at_are_captured(tmp_path: Path) -> None:
    a, b = MovingPhone("a"), MovingPhone("b")
    async with stand(tmp_path, a, b) as s, s.bus.subscribe(frames_of(NAME)) as messages, s.agent():
        await watch(s, "a", width=120)
        frame = await next_of(messages, "a")
        assert (frame.width, frame.height, width_of(frame)) == (360, 800, 120)
        assert b.taken == 0
        await watch(s)
        await asyncio.sleep(0.3)
        taken = a.taken
        await asyncio.sleep(0.3)
        assert a.taken == taken


async def test_an_order_lapses_that_is_not_said_again(tmp_path: Path) -> None:
    a = MovingPhone("a")
    async with stand(tmp_path, a) as s, s.bus.subscribe(frames_of(NAME)) as messages, s.agent():
        await watch(s, "a", ttl_s=30.0)
        await next_of(messages, "a")
        s.clock.shift_s = 31.0
        await asyncio.sleep(0.3)
        taken = a.taken
        await asyncio.sleep(0.3)
        assert a.taken == taken


async def test_a_picture_that_does_not_change_is_sent_again_only_later(tmp_path: Path) -> None:
    a = MovingPhone("a", moves=False)
    async with stand(tmp_path, a) as s, s.bus.subscribe(frames_of(NAME)) as messages, s.agent():
        await watch(s, "a")
        first = await next_of(messages, "a")
        await eventually(lambda: a.taken >= 4)
        s.clock.shift_s += 3.0
        again = await next_of(messages, "a")
    assert (again.number, again.jpeg) == (first.number + 1, first.jpeg)


async def test_others_make_way_for_an_act_and_are_shown_all_the_same(tmp_path: Path) -> None:
    a, b = MovingPhone("a"), MovingPhone("b")
    async with stand(tmp_path, a, b) as s, s.bus.subscribe(frames_of(NAME)) as messages, s.agent():
        await watch(s, "a", "b")
        await next_of(messages, "b")
        await s.ask(LOOK, LookQuestion(phone="a", screens=None, x=0.5, y=0.5))
        taken = b.taken
        await asyncio.sleep(WAY_S / 2)
        assert b.taken <= taken + 1, "one may have been under way"
        await eventually(lambda: b.taken > taken + 1)


async def test_a_phone_that_comes_back_is_shown_again(tmp_path: Path) -> None:
    a = MovingPhone("a", condition=Condition.GARBAGE)
    async with stand(tmp_path, a) as s, s.bus.subscribe(frames_of(NAME)) as messages, s.agent():
        await watch(s, "a")
        await asyncio.sleep(0.1)
        s.source.set_condition("a", Condition.WELL)
        assert (await next_of(messages, "a")).number == 1


@pytest.mark.parametrize("width", [200, 1080])
def test_a_picture_fits_the_bus_whatever_it_shows(width: int) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (2400, 1080, 4), dtype=np.uint8)
    made = tile(Frame(noise, 1, 0.0), width, 90, None)
    assert len(made.jpeg) <= MOST_JPEG
    assert (made.width, made.height) == (1080, 2400)


def test_a_frame_that_shows_the_same_gives_the_same_tile() -> None:
    pixels = np.full((800, 360, 4), 90, np.uint8)
    first = tile(Frame(pixels, 1, 0.0), 120, 70, None)
    assert tile(Frame(pixels.copy(), 2, 1.0), 120, 70, first) is first
    other = pixels.copy()
    other[100:140, 100:140] = 200
    assert tile(Frame(other, 3, 2.0), 120, 70, first) is not first
