"""The way back to a phone: what the monitor says of it, and attaching anew until it answers."""

import asyncio
from dataclasses import dataclass

import pytest

from drover.devices.errors import PhoneUnauthorized
from drover.drivers.memory.driver import MemoryDriver
from drover.drivers.memory.phone import Condition, MemoryPhone
from drover.drivers.memory.source import MemorySource
from drover.fleet.monitor import PhoneMonitor, Rhythm
from drover.kernel.clock import FakeClock, SystemClock
from drover.sequences.player.frame_budget import FrameBudget
from drover.sequences.player.lifeline import PROBE_S, Lifeline, MonitorPresence

QUICK = Rhythm(beat_s=0.02, beat_deadline_s=0.1)


def watched(condition: Condition) -> tuple[MemorySource, PhoneMonitor]:
    source = MemorySource([MemoryPhone("A", condition=condition)], SystemClock())
    return source, PhoneMonitor(source, SystemClock(), rhythm=QUICK)


async def test_a_phone_is_there_once_the_monitor_says_so() -> None:
    source, monitor = watched(Condition.OFFLINE)
    async with monitor.running():
        waiting = asyncio.ensure_future(MonitorPresence(monitor).until_there("A", timeout_s=30))
        source.set_condition("A", Condition.WELL)
        assert await waiting


@pytest.mark.parametrize("condition", [Condition.OFFLINE, Condition.UNAUTHORIZED])
async def test_a_phone_that_is_not_there_in_time_is_not_there(condition: Condition) -> None:
    _, monitor = watched(condition)
    async with monitor.running():
        assert not await MonitorPresence(monitor).until_there("A", timeout_s=0.1)


@dataclass
class Word:
    """Says that the phone is there, and mends it after so many times."""

    phone: MemoryPhone
    times: int

    async def until_there(self, serial: str, *, timeout_s: float) -> bool:
        assert serial == self.phone.serial
        assert timeout_s >= 0
        self.times -= 1
        if not self.times:
            self.phone.condition = Condition.WELL
        return True


def lifeline(phone: MemoryPhone, clock: FakeClock, *, times: int) -> Lifeline:
    turns = asyncio.Semaphore(1)
    return Lifeline(MemoryDriver(phone, clock), Word(phone, times), clock, turns, FrameBudget(1))


async def test_a_phone_that_is_said_to_be_there_and_does_not_answer_is_asked_again_until_it_does() -> None:
    phone, clock = MemoryPhone("A", condition=Condition.OFFLINE), FakeClock()
    assert await lifeline(phone, clock, times=4).hold(60)
    assert clock.elapsed_s == 3 * PROBE_S


async def test_a_phone_that_does_not_answer_in_time_is_given_up() -> None:
    phone, clock = MemoryPhone("A", condition=Condition.OFFLINE), FakeClock()
    assert not await lifeline(phone, clock, times=99).hold(2.5)
    assert clock.elapsed_s == 2.5


async def test_a_phone_that_has_not_authorised_this_computer_is_not_waited_for() -> None:
    phone, clock = MemoryPhone("A", condition=Condition.UNAUTHORIZED), FakeClock()
    line = lifeline(phone, clock, times=99)
    with pytest.raises(PhoneUnauthorized):
        await line.hold(60)
    assert (clock.elapsed_s, line.turns.locked()) == (0.0, False)
