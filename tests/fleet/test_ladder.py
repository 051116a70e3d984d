import asyncio
from datetime import timedelta

import pytest
import structlog

from drover.drivers.memory.phone import Condition, MemoryPhone
from drover.drivers.memory.source import MemorySource
from drover.fleet.domain import Happening, Hold, Ladder, PhoneState, Rung
from drover.fleet.ledger import MemoryLedger
from drover.fleet.monitor import PhoneMonitor
from drover.kernel.clock import FakeClock
from drover.kernel.errors import DroverError


class Rig:
    """A monitor over one phone on a USB port whose power can be switched, stepped by hand."""

    def __init__(self, *, powered: bool = True, ladder: Ladder | None = None) -> None:
        self.clock = FakeClock()
        self.phone = MemoryPhone("A")
        self.source = MemorySource([self.phone], self.clock)
        self.source.ports["A"] = "usb:1-4"
        self.ledger = MemoryLedger()
        self.cycled: list[tuple[str, str]] = []
        power = self.cycle if powered else None
        self.monitor = PhoneMonitor(self.source, self.clock, ledger=self.ledger, power=power, ladder=ladder or Ladder())

    async def cycle(self, serial: str, port: str) -> None:
        self.cycled.append((serial, port))
        raise DroverError("the hub does not answer")

    async def step(self, seconds: float = 1.0) -> None:
        self.clock.advance(seconds)
        self.monitor.see(await self.source.sightings())
        await self.monitor.look()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def steps(self, count: int, seconds: float = 1.0) -> None:
        for _ in range(count):
            await self.step(seconds)

    @property
    def state(self) -> PhoneState:
        return self.monitor.phones()[0].state

    @property
    def repairs(self) -> list[str]:
        return [event.word for event in self.ledger.events if event.happening is Happening.REPAIR]

    @property
    def states(self) -> list[str]:
        return [event.word for event in self.ledger.events if event.happening is Happening.STATE]


async def test_a_phone_that_does_not_come_back_is_repaired_rung_by_rung_and_then_quarantined() -> None:
    rig = Rig()
    await rig.step()
    rig.source.set_condition("A", Condition.OFFLINE)
    with structlog.testing.capture_logs() as logs:
        await rig.steps(120)
    assert rig.repairs == ["reconnect"] * 5 + ["restart_transport"] * 2 + ["power_cycle"]
    assert (len(rig.source.reconnected), len(rig.source.restarted), rig.cycled) == (5, 2, [("A", "usb:1-4")])
    assert rig.state is PhoneState.QUARANTINED
    assert "8 repairs were in vain" in rig.monitor.phones()[0].reason
    assert [entry["event"] for entry in logs].count("phone is quarantined") == 1
    assert rig.ledger.events[0].port == "usb:1-4"


async def test_without_a_command_for_the_power_that_rung_is_left_out() -> None:
    rig = Rig(powered=False)
    await rig.step()
    rig.source.set_condition("A", Condition.OFFLINE)
    with structlog.testing.capture_logs():
        await rig.steps(120)
    assert rig.repairs == ["reconnect"] * 5 + ["restart_transport"] * 2
    assert rig.state is PhoneState.QUARANTINED


async def test_a_quarantined_phone_stays_so_until_it_is_released_and_then_starts_with_the_first_rung() -> None:
    rig = Rig()
    await rig.step()
    rig.source.set_condition("A", Condition.OFFLINE)
    with structlog.testing.capture_logs():
        await rig.steps(120)
        rig.source.set_condition("A", Condition.WELL)
        await rig.steps(3)
        assert rig.state is PhoneState.QUARANTINED
        rig.ledger.held.clear()
        await rig.steps(2)
        assert rig.state is PhoneState.ONLINE
        rig.ledger.events.clear()
        rig.source.set_condition("A", Condition.OFFLINE)
        await rig.step()
        await rig.step()
    assert rig.repairs[0] == "reconnect"


async def test_a_phone_that_goes_away_too_often_is_quarantined() -> None:
    rig = Rig(ladder=Ladder(outages=3, outages_within=timedelta(minutes=1)))
    with structlog.testing.capture_logs():
        for _ in range(3):
            assert rig.ledger.held == {}
            rig.source.set_condition("A", Condition.WELL)
            await rig.steps(2)
            rig.source.set_condition("A", Condition.OFFLINE)
            await rig.step()
        await rig.step()
    assert rig.state is PhoneState.QUARANTINED
    assert rig.monitor.phones()[0].reason == "it went away 3 times within 1 minutes"


async def test_a_phone_that_is_listed_but_not_there_is_looked_for_and_never_quarantined() -> None:
    rig = Rig()
    await rig.step()
    rig.source.absent.add("A")
    rig.source.set_condition("A", Condition.OFFLINE)
    with structlog.testing.capture_logs():
        await rig.steps(300)
    assert (rig.state, set(rig.repairs)) == (PhoneState.OFFLINE, {"reconnect"})


async def test_what_was_tried_while_a_phone_was_not_there_does_not_count_once_it_is_there_again() -> None:
    rig = Rig(powered=False)
    await rig.step()
    rig.source.absent.add("A")
    rig.source.set_condition("A", Condition.OFFLINE)
    with structlog.testing.capture_logs():
        await rig.steps(300)
        rig.source.absent.clear()
        rig.ledger.events.clear()
        await rig.steps(40)
        assert rig.state is PhoneState.OFFLINE
        await rig.steps(120)
    assert rig.repairs == ["reconnect"] * 6 + ["restart_transport"] * 2
    assert rig.state is PhoneState.QUARANTINED


async def test_outages_that_are_far_apart_are_forgiven() -> None:
    rig = Rig(ladder=Ladder(outages=3, outages_within=timedelta(minutes=1)))
    with structlog.testing.capture_logs():
        for _ in range(5):
            rig.source.set_condition("A", Condition.WELL)
            await rig.steps(2)
            rig.source.set_condition("A", Condition.OFFLINE)
            await rig.step(40.0)
    assert rig.state is PhoneState.OFFLINE


async def test_a_phone_in_maintenance_is_shown_so_and_not_repaired_but_work_on_it_shows_first() -> None:
    rig = Rig()
    await rig.step()
    rig.ledger.held["A"] = Hold("A", PhoneState.MAINTENANCE, "new battery", rig.clock.now())
    await rig.step()
    assert (rig.state, rig.monitor.phones()[0].reason) == (PhoneState.MAINTENANCE, "new battery")
    with rig.monitor.occupied("A"):
        assert rig.state is PhoneState.BUSY
    rig.source.set_condition("A", Condition.OFFLINE)
    await rig.steps(10)
    assert rig.repairs == []


async def test_a_phone_that_another_process_works_on_is_busy_and_repaired_by_that_one() -> None:
    class Shared(MemoryLedger):
        async def others(self) -> dict[str, str]:
            return {"A": "plays Edit the profile"}

    rig = Rig()
    shared = Shared()
    monitor = PhoneMonitor(rig.source, rig.clock, ledger=shared)
    await monitor.glance()
    assert monitor.phones()[0].state is PhoneState.BUSY
    rig.source.set_condition("A", Condition.OFFLINE)
    monitor.see(await rig.source.sightings())
    with structlog.testing.capture_logs():
        await monitor.look()
    assert monitor.phones()[0].state is PhoneState.OFFLINE
    assert rig.source.reconnected == []


async def test_a_ledger_that_cannot_be_used_is_told_of_once_and_the_watching_goes_on() -> None:
    class Full(MemoryLedger):
        async def note(self, *events: object) -> None:  # noqa: ARG002  as the port has it
            raise DroverError("the disk is full")

        async def others(self) -> dict[str, str]:
            raise DroverError("the disk is full")

    rig = Rig()
    with structlog.testing.capture_logs() as logs:
        monitor = PhoneMonitor(rig.source, rig.clock, ledger=Full())
        await monitor.glance()
        await monitor.look()
    assert monitor.phones()[0].state is PhoneState.ONLINE
    assert [entry["event"] for entry in logs if "history" in entry["event"]] == ["the history of phones is not kept"]


async def test_every_change_is_in_the_history_in_its_order() -> None:
    rig = Rig()
    with structlog.testing.capture_logs():
        await rig.step()
        rig.source.set_condition("A", Condition.UNAUTHORIZED)
        await rig.step()
        rig.source.set_condition("A", Condition.WELL)
        await rig.steps(2)
    assert rig.states == ["online", "unauthorized", "offline", "online"]


@pytest.mark.parametrize(
    ("tries", "listed", "powered", "rung"),
    [
        (0, True, True, Rung.RECONNECT),
        (5, True, True, Rung.RESTART),
        (7, True, True, Rung.POWER),
        (8, True, True, Rung.QUARANTINE),
        (7, True, False, Rung.QUARANTINE),
        (99, False, True, Rung.RECONNECT),
    ],
)
def test_the_ladder_is_a_table(tries: int, rung: Rung, *, listed: bool, powered: bool) -> None:
    assert Ladder().rung(tries, listed=listed, powered=powered) is rung


async def test_a_state_that_another_process_has_written_down_is_not_written_again_and_lasts_since_then() -> None:
    first = Rig()
    await first.step()
    came = first.ledger.events[0].at
    later = PhoneMonitor(first.source, first.clock, ledger=first.ledger)
    first.clock.advance(3600)
    assert [(phone.state, phone.since) for phone in await later.glance()] == [(PhoneState.ONLINE, came)]
    assert first.states == ["online"]
    with structlog.testing.capture_logs():
        first.source.set_condition("A", Condition.OFFLINE)
        await later.glance()
        first.source.set_condition("A", Condition.WELL)
        await later.glance()
    assert first.states == ["online", "offline", "online"]
    assert later.phones()[0].since == first.clock.now()


async def test_a_phone_that_somebody_waits_for_is_reconnected_on_and_on_and_quarantined_only_afterwards() -> None:
    rig = Rig(powered=False)
    await rig.step()
    with structlog.testing.capture_logs():
        with rig.monitor.occupied("A"):
            rig.source.set_condition("A", Condition.OFFLINE)
            await rig.steps(300)
            assert rig.ledger.held == {}
            assert rig.repairs[-5:] == ["reconnect"] * 5
        await rig.steps(40)
    assert rig.state is PhoneState.QUARANTINED
