"""Every call of a driver passes the gate, or is not begun."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from drover.agent.errors import GateClosed, Halted, LeaseLost
from drover.agent.gate import Gate
from drover.agent.gated_driver import Acting, GatedDriver
from drover.devices.geometry import Point
from drover.devices.ports import Driver, Key, Listening
from drover.drivers.memory.driver import Delays, MemoryDriver
from drover.drivers.memory.phone import LAUNCHER, Condition, MemoryPhone
from drover.kernel.clock import FakeClock, SystemClock
from drover.protocol.messages import Budget

NOTES = "drover.notes"
ACTS: dict[str, Callable[[Driver], Awaitable[object]]] = {
    "tap": lambda driver: driver.tap(Point(1, 1)),
    "long_tap": lambda driver: driver.long_tap(Point(1, 1), seconds=0.1),
    "swipe": lambda driver: driver.swipe(Point(1, 1), Point(2, 2), seconds=0.1),
    "type_text": lambda driver: driver.type_text("x"),
    "press": lambda driver: driver.press(Key.HOME),
    "start_app": lambda driver: driver.start_app(NOTES),
    "stop_app": lambda driver: driver.stop_app(NOTES),
    "push": lambda driver: driver.push(b"x", "/sdcard/x"),
    "shell": lambda driver: driver.shell("true"),
}
LOOKS: dict[str, Callable[[Driver], Awaitable[object]]] = {
    "attach": lambda driver: driver.attach(),
    "capture": lambda driver: driver.capture(),
    "preview": lambda driver: driver.preview(max_width=90, quality=50),
    "ui_tree": lambda driver: driver.ui_tree(),
    "app_in_front": lambda driver: driver.app_in_front(),
    "installed_apps": lambda driver: driver.installed_apps(),
    "pull": lambda driver: driver.pull("/sdcard/there"),
    "state": lambda driver: driver.state(),
    "keyboard": lambda driver: driver.keyboard(),
}
CALLS = [*ACTS.values(), *LOOKS.values()]
NAMES = [*ACTS, *LOOKS]


class Rig:
    def __init__(self, budget: Budget | None = None, *, deadline_s: float = 10.0) -> None:
        self.clock = FakeClock()
        self.phone = MemoryPhone("a", files={"/sdcard/there": b"1"}, front=NOTES)
        self.gate = Gate("a", self.clock, budget or Budget(), {}, lambda: None)
        self.acting = Acting()
        inner = MemoryDriver(self.phone, SystemClock(), delays=Delays(deadline_s=deadline_s))
        self.driver = GatedDriver(inner, self.gate, self.acting)


def as_driver(driver: GatedDriver) -> Driver:
    """A gated driver is a driver: this is checked where types are."""
    return driver


@pytest.mark.parametrize("call", CALLS, ids=NAMES)
async def test_a_call_passes_an_open_gate(call: Callable[[Driver], Awaitable[object]]) -> None:
    rig = Rig()
    rig.gate.grant(0, 600)
    await call(as_driver(rig.driver))
    assert rig.acting.count == 0


@pytest.mark.parametrize("call", CALLS, ids=NAMES)
async def test_a_call_is_not_begun_where_the_gate_is_shut(call: Callable[[Driver], Awaitable[object]]) -> None:
    rig = Rig()
    before = (rig.phone.front, dict(rig.phone.files))
    with pytest.raises(LeaseLost):
        await call(rig.driver)
    assert (rig.phone.front, dict(rig.phone.files), rig.phone.touches, rig.phone.texts) == (*before, [], {})


@pytest.mark.parametrize("call", ACTS.values(), ids=ACTS)
async def test_acts_are_charged_to_the_budget(call: Callable[[Driver], Awaitable[object]]) -> None:
    rig = Rig(Budget(acts=0))
    rig.gate.grant(0, 600)
    rig.gate.begin_task("any")
    with pytest.raises(GateClosed, match="has"):
        await call(rig.driver)


@pytest.mark.parametrize("call", LOOKS.values(), ids=LOOKS)
async def test_looks_are_not(call: Callable[[Driver], Awaitable[object]]) -> None:
    rig = Rig(Budget(acts=0))
    rig.gate.grant(0, 600)
    rig.gate.begin_task("any")
    await call(rig.driver)


async def test_what_a_hand_does_is_seen_until_the_gate_is_shut() -> None:
    rig = Rig()
    rig.gate.grant(0, 600)
    events = rig.driver.touch_events()
    assert await anext(events) == Listening()
    rig.gate.close(Halted("a", "drill"))
    with pytest.raises(Halted):
        await anext(rig.driver.touch_events())
    await events.aclose()
    assert not rig.phone.readers


async def test_a_phone_is_let_go_of_whatever_the_gate_says() -> None:
    rig = Rig()
    await rig.driver.detach()
    assert (rig.driver.serial, bool(rig.driver.capabilities)) == ("a", True)


async def test_a_call_that_waited_while_the_gate_was_shut_is_not_made() -> None:
    rig = Rig()
    rig.gate.grant(0, 600)
    call = asyncio.ensure_future(rig.driver.start_app("drover.plaza"))
    rig.gate.close(Halted("a", "drill"))
    with pytest.raises(Halted):
        await call
    assert rig.phone.front == NOTES


async def test_cutting_off_abandons_the_calls_under_way() -> None:
    rig = Rig(deadline_s=3600)
    rig.gate.grant(0, 600)
    rig.phone.condition = Condition.HANGING
    call = asyncio.ensure_future(rig.driver.press(Key.HOME))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert rig.acting.count == 1
    rig.gate.close(Halted("a", "drill"))
    await rig.driver.cut()
    rig.phone.condition = Condition.WELL
    with pytest.raises(Halted):
        await call
    assert (rig.phone.front, rig.acting.count) == (NOTES, 0)


async def test_who_gives_a_call_up_takes_it_along() -> None:
    rig = Rig(deadline_s=3600)
    rig.gate.grant(0, 600)
    rig.phone.condition = Condition.HANGING
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await rig.driver.press(Key.HOME)
    assert rig.acting.count == 0
    await rig.driver.cut()
    assert rig.phone.front != LAUNCHER
