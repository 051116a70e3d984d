import asyncio
from itertools import pairwise

import pytest
import structlog

from drover.devices.errors import PhoneOffline, PhoneUnauthorized
from drover.devices.ports import Link
from drover.drivers.memory.phone import Condition, MemoryPhone
from drover.drivers.memory.source import MemorySource
from drover.fleet.domain import Phone, PhoneState, state_of
from drover.fleet.ledger import MemoryLedger
from drover.fleet.monitor import PhoneMonitor, Rhythm
from drover.kernel.clock import FakeClock, SystemClock
from drover.kernel.errors import DroverError

QUICK = Rhythm(beat_s=0.02, beat_deadline_s=0.1)


class Rig:
    """A monitor over two phones in memory, stepped by hand."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.phones = {serial: MemoryPhone(serial) for serial in ("A", "B")}
        self.source = MemorySource(self.phones.values(), self.clock)
        self.monitor = PhoneMonitor(self.source, self.clock)

    async def step(self, seconds: float = 1.0) -> None:
        self.clock.advance(seconds)
        self.monitor.see(await self.source.sightings())
        await self.monitor.look()
        await asyncio.sleep(0)

    @property
    def states(self) -> dict[str, str]:
        return {phone.serial: phone.state.value for phone in self.monitor.phones()}


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.mark.parametrize(
    ("link", "fault", "occupied", "state"),
    [
        (Link.ONLINE, "", False, PhoneState.ONLINE),
        (Link.ONLINE, "", True, PhoneState.BUSY),
        (Link.ONLINE, "hangs", True, PhoneState.OFFLINE),
        (Link.OFFLINE, "", True, PhoneState.OFFLINE),
        (Link.UNAUTHORIZED, "hangs", True, PhoneState.UNAUTHORIZED),
    ],
)
def test_what_is_shown_follows_link_heartbeat_and_use(
    link: Link, fault: str, *, occupied: bool, state: PhoneState
) -> None:
    assert state_of(link, fault=fault, occupied=occupied) is state


async def test_phones_that_are_there_are_online(rig: Rig) -> None:
    await rig.step()
    assert rig.states == {"A": "online", "B": "online"}


async def test_an_outage_that_the_source_misses_is_found_by_the_heartbeat(rig: Rig) -> None:
    await rig.step()
    rig.phones["A"].condition = Condition.GARBAGE
    await rig.step()
    assert rig.states == {"A": "offline", "B": "online"}
    assert "noise" in rig.monitor.phones()[0].reason


async def test_a_phone_that_is_unplugged_stays_known_as_offline(rig: Rig) -> None:
    await rig.step()
    rig.source.unplug("A")
    await rig.step()
    assert rig.states == {"A": "offline", "B": "online"}
    assert rig.monitor.phones()[0].since == rig.clock.now()


async def test_a_phone_that_is_not_authorised_is_shown_so_and_left_alone(rig: Rig) -> None:
    rig.source.set_condition("A", Condition.UNAUTHORIZED)
    for _ in range(5):
        await rig.step()
    assert rig.states["A"] == "unauthorized"
    assert rig.source.reconnected == []


async def test_a_phone_that_is_plugged_out_is_looked_for_after_pauses_that_double_and_never_quarantined(
    rig: Rig,
) -> None:
    await rig.step()
    rig.source.unplug("A")
    tries: list[float] = []
    for _ in range(1200):
        before = len(rig.source.reconnected)
        await rig.step(0.1)
        tries += [rig.clock.monotonic()] * (len(rig.source.reconnected) - before)
    pauses = [round(late - early, 1) for early, late in pairwise(tries)]
    assert pauses == pytest.approx([0.5, 1, 2, 4, 8, 16, 30, 30], abs=0.15)
    assert (rig.states["A"], rig.source.restarted) == ("offline", [])


async def test_the_pauses_begin_anew_after_the_phone_was_there(rig: Rig) -> None:
    rig.source.set_condition("A", Condition.OFFLINE)
    for _ in range(20):
        await rig.step()
    rig.source.set_condition("A", Condition.WELL)
    await rig.step()
    rig.source.reconnected.clear()
    rig.source.set_condition("A", Condition.OFFLINE)
    await rig.step(0.01)
    await rig.step(0.6)
    assert rig.source.reconnected == ["A", "A"]


async def test_a_slow_phone_is_not_torn_from_its_work_for_one_missed_beat(rig: Rig) -> None:
    await rig.step()
    rig.phones["A"].condition = Condition.GARBAGE
    await rig.step()
    await rig.step()
    assert (rig.states["A"], rig.source.reconnected) == ("offline", [])
    await rig.step()
    assert rig.source.reconnected == ["A"]


async def test_an_outage_is_logged_once_when_it_begins_and_once_when_it_ends() -> None:
    with structlog.testing.capture_logs() as logs:
        rig = Rig()
        await rig.step()
        logs.clear()
        rig.source.set_condition("A", Condition.OFFLINE)
        for _ in range(10):
            await rig.step()
        rig.source.set_condition("A", Condition.WELL)
        for _ in range(3):
            await rig.step()
    assert [(entry["event"], entry["phone"]) for entry in logs] == [("phone went away", "A"), ("phone is there", "A")]
    assert logs[1]["away_s"] == 10.0


async def test_a_phone_that_was_there_before_this_monitor_looked_was_not_away() -> None:
    first = Rig()
    ledger = MemoryLedger()
    earlier = PhoneMonitor(first.source, first.clock, ledger=ledger)
    await earlier.glance()
    first.clock.advance(60)
    with structlog.testing.capture_logs() as logs:
        await PhoneMonitor(first.source, first.clock, ledger=ledger).glance()
    assert [entry["away_s"] for entry in logs] == [0.0, 0.0]


async def test_a_phone_in_use_is_busy_until_all_have_let_go(rig: Rig) -> None:
    await rig.step()
    with rig.monitor.occupied("A"):
        with rig.monitor.occupied("A"):
            assert rig.states["A"] == "busy"
        assert rig.states["A"] == "busy"
    assert rig.states["A"] == "online"


async def test_a_phone_that_nobody_saw_cannot_be_used(rig: Rig) -> None:
    with pytest.raises(PhoneOffline, match="does not list it"), rig.monitor.occupied("Z"):
        pass


async def test_subscribers_get_every_change_of_state_and_nothing_else(rig: Rig) -> None:
    with rig.monitor.changes() as changes:
        await rig.step()
        await rig.step()
        rig.source.set_condition("B", Condition.OFFLINE)
        await rig.step()
        await rig.step()
        seen = [changes.get_nowait() for _ in range(changes.qsize())]
    assert [(phone.serial, phone.state.value) for phone in seen] == [("A", "online"), ("B", "online"), ("B", "offline")]


async def running_rig() -> tuple[MemorySource, dict[str, MemoryPhone], PhoneMonitor]:
    clock = SystemClock()
    phones = {serial: MemoryPhone(serial) for serial in ("A", "B")}
    source = MemorySource(phones.values(), clock)
    return source, phones, PhoneMonitor(source, clock, rhythm=QUICK)


async def test_waiting_returns_when_all_phones_are_there() -> None:
    source, _, monitor = await running_rig()
    source.unplug("B")
    async with monitor.running():
        waiting = asyncio.ensure_future(monitor.wait_for(["A", "B"], timeout_s=10))
        await monitor.wait_for(["A"], timeout_s=10)
        assert not waiting.done()
        source.plug(MemoryPhone("B"))
        await waiting


@pytest.mark.parametrize(
    ("condition", "error"), [(Condition.OFFLINE, PhoneOffline), (Condition.UNAUTHORIZED, PhoneUnauthorized)]
)
async def test_waiting_in_vain_says_which_phone_and_why(condition: Condition, error: type[DroverError]) -> None:
    source, _, monitor = await running_rig()
    source.set_condition("B", condition)
    async with monitor.running():
        with pytest.raises(error, match="phone B"):
            await monitor.wait_for(["A", "B"], timeout_s=0.2)


async def test_a_phone_that_hangs_is_offline_within_the_rhythm_and_the_others_are_not_held_up() -> None:
    _, phones, monitor = await running_rig()
    async with monitor.running():
        await monitor.wait_for(["A", "B"], timeout_s=10)
        with monitor.changes() as changes, structlog.testing.capture_logs():
            phones["A"].condition = Condition.HANGING
            phone = await asyncio.wait_for(changes.get(), 10)
    assert (phone.serial, phone.state) == ("A", PhoneState.OFFLINE)
    assert "heartbeat took longer than 0.1 s" in phone.reason


async def test_a_source_that_fails_makes_its_phones_offline_until_it_is_back() -> None:
    source, _, monitor = await running_rig()
    with structlog.testing.capture_logs() as logs:
        async with monitor.running():
            await monitor.wait_for(["A", "B"], timeout_s=10)
            with monitor.changes() as changes:
                source.fail(DroverError("the adb server went away"))
                gone = [await asyncio.wait_for(changes.get(), 10) for _ in range(2)]
                source.fail(None)
                await monitor.wait_for(["A", "B"], timeout_s=10)
    assert {(phone.state, phone.reason) for phone in gone} == {(PhoneState.OFFLINE, "the adb server went away")}
    failures = [entry["event"] for entry in logs if "source" in entry["event"]]
    assert failures == ["source of phones failed", "source of phones is back"]


async def test_an_error_of_the_user_passes_through_as_it_is() -> None:
    _, _, monitor = await running_rig()
    with pytest.raises(ZeroDivisionError):
        async with monitor.running():
            raise ZeroDivisionError


def test_a_phone_is_reachable_while_it_is_online_or_busy() -> None:
    now = FakeClock().now()
    reachable = {state for state in PhoneState if Phone("A", state, now).reachable}
    assert reachable == {PhoneState.ONLINE, PhoneState.BUSY}
