"""The hub and its viewers: what is ordered from agents, what reaches a browser, and what an idle one costs."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from drover.console.frames.asks import Acknowledge, BadAsk, Do, Subscribe, ask_of
from drover.console.frames.hub import Hub
from drover.console.frames.viewer import CREDITS, HEAD, MOST_TEXTS, Picture, Viewer, Wanted
from drover.kernel.clock import SystemClock
from drover.platform.bus.memory import MemoryBus
from drover.protocol.codec import decode
from drover.protocol.frames import LiveFrame, pack_frame
from drover.protocol.live import WatchOrder
from drover.protocol.subjects import WATCH, frames_of, to_agent

A, B = ("host1", "a"), ("host1", "b")
PATIENCE_S = 30.0


def picture(number: int, jpeg: bytes = b"jpeg") -> Picture:
    return Picture(number, 1.5, 1080, 2400, jpeg)


def heads(batch: bytes | None) -> list[tuple[int, int, int]]:
    """Return (the browser's number, the picture's number, length) of each picture in a batch."""
    found, at, left = list[tuple[int, int, int]](), 0, batch or b""
    while at < len(left):
        number, _, sequence, _, _, length = HEAD.unpack_from(left, at)
        found.append((number, sequence, length))
        at += HEAD.size + length
    return found


def looking_at(*phones: tuple[str, str]) -> Viewer:
    viewer = Viewer()
    viewer.watch({phone: Wanted(place, 200, 2) for place, phone in enumerate(phones)})
    return viewer


def test_the_newest_picture_of_each_phone_wins() -> None:
    viewer = looking_at(A, B)
    viewer.offer(A, picture(1))
    viewer.offer(B, picture(1))
    viewer.offer(A, picture(2))
    assert heads(viewer.next_batch()) == [(0, 2, 4), (1, 1, 4)]
    assert (viewer.conflated, viewer.next_batch()) == (1, None)


def test_a_picture_carries_the_size_of_the_phone_s_own_frame() -> None:
    viewer = looking_at(A)
    viewer.offer(A, picture(9))
    number, flags, sequence, at, shape, length = HEAD.unpack_from(viewer.next_batch() or b"")
    assert (number, flags, sequence, at, shape >> 16, shape & 0xFFFF, length) == (0, 0, 9, 1.5, 1080, 2400, 4)


def test_a_viewer_that_stops_reading_gets_its_credits_worth_and_holds_one_picture_a_phone() -> None:
    viewer = looking_at(A, B)
    for number in range(1000):
        viewer.offer(A, picture(number))
        viewer.offer(B, picture(number))
        viewer.next_batch()
    assert (viewer.sent, viewer.waiting) == (CREDITS, 2)
    viewer.acknowledge(1)
    assert heads(viewer.next_batch()) == [(0, 999, 4)]
    viewer.acknowledge(10_000)
    viewer.acknowledge(-5)
    assert heads(viewer.next_batch()) == [(1, 999, 4)]


def test_phones_that_are_no_longer_watched_are_forgotten() -> None:
    viewer = looking_at(A, B)
    viewer.offer(A, picture(1))
    viewer.offer(B, picture(1))
    viewer.watch({B: Wanted(1, 200, 2)})
    viewer.offer(A, picture(2))
    assert heads(viewer.next_batch()) == [(1, 1, 4)]


def test_messages_keep_their_order_and_are_bounded() -> None:
    viewer = Viewer()
    viewer.say(t="result", id="1")
    viewer.say(t="result", id="2")
    assert [json.loads(viewer.next_text() or "")["id"] for _ in range(2)] == ["1", "2"]
    assert viewer.next_text() is None
    for number in range(MOST_TEXTS + 10):
        viewer.say(t="result", id=str(number))
    assert viewer.overwhelmed


@asynccontextmanager
async def hub_on(bus: MemoryBus) -> AsyncGenerator[Hub]:
    hub = Hub(bus, SystemClock())
    async with hub.running():
        yield hub


async def test_what_all_viewers_want_is_ordered_once_and_lapses_with_the_last() -> None:
    bus = MemoryBus()
    async with bus.subscribe(to_agent("host1", WATCH)) as orders, hub_on(bus) as hub:
        small, large = Viewer(), Viewer()
        with hub.looking(small), hub.looking(large):
            hub.watch(small, {A: Wanted(0, 100, 2)})
            hub.watch(large, {A: Wanted(5, 500, 8), B: Wanted(6, 100, 1)})
            order = await _next(orders)
            assert {each.serial: (each.width, each.fps) for each in order.phones} == {"a": (560, 8), "b": (120, 1)}
        assert (await _next(orders)).phones == ()


async def test_pictures_reach_whom_they_are_for_and_whoever_comes_later() -> None:
    bus = MemoryBus()
    async with hub_on(bus) as hub:
        one, other, late = Viewer(), Viewer(), Viewer()
        with hub.looking(one), hub.looking(other), hub.looking(late):
            hub.watch(one, {A: Wanted(3, 100, 2)})
            hub.watch(other, {B: Wanted(4, 100, 2)})
            await asyncio.sleep(0)
            await bus.publish(frames_of("host1"), b"noise")
            await bus.publish(frames_of("host1"), pack_frame(LiveFrame("a", 1, 2.0, 10, 20, 3, b"jpeg")))
            async with asyncio.timeout(PATIENCE_S):
                await one.stirred.wait()
            assert (heads(one.next_batch()), other.next_batch()) == ([(3, 1, 4)], None)
            hub.watch(late, {A: Wanted(7, 100, 2)})
            assert heads(late.next_batch()) == [(7, 1, 4)]


async def _next(orders: object) -> WatchOrder:
    async with asyncio.timeout(PATIENCE_S):
        return decode((await anext(orders)).payload, WatchOrder)  # type: ignore[call-overload]  # a subscription


def test_what_a_browser_says_is_checked() -> None:
    assert ask_of('{"t":"sub","phones":[[1,"p1",200,2]]}') == Subscribe(t="sub", phones=[(1, "p1", 200, 2.0)])
    assert ask_of('{"t":"ack","n":8}') == Acknowledge(t="ack", n=8)
    act = ask_of('{"t":"act","id":"a","lead":"p1","gesture":{"kind":"tap","x":0.5,"y":0.5}}')
    assert isinstance(act, Do)
    assert (act.gesture.x, act.others) == (0.5, [])


@pytest.mark.parametrize(
    "said",
    [
        "noise",
        "[]",
        '{"t":"halt"}',
        '{"t":"sub","phones":[[1,"p1",200,60]]}',
        '{"t":"sub","phones":[[99999,"p1",200,2]]}',
        '{"t":"act","id":"a","lead":"../x","gesture":{"kind":"tap"}}',
        '{"t":"act","id":"a","lead":"p1","gesture":{"kind":"tap","x":1.5}}',
        '{"t":"ack","n":-1}',
        '{"t":"ack","n":1,"more":2}',
    ],
)
def test_what_no_wall_says_is_refused(said: str) -> None:
    with pytest.raises(BadAsk):
        ask_of(said)
