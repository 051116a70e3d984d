"""The driver and its source with a real adb server and simulated phones, on every adb that is here."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from drover.devices.conformance import CHECKS, CheckResult, Expectations, Outcome, examine
from drover.devices.errors import DeviceError, DeviceGarbage, DeviceTimeout, PhoneAbsent, PhoneOffline, SecureWindow
from drover.devices.frame import Frame
from drover.devices.geometry import Point, Size
from drover.devices.ports import Link, Sighting
from drover.drivers.adb.deadlines import Deadlines
from drover.drivers.adb.server import find_adb, private_server
from drover.drivers.adb.source import AdbSource, is_address
from drover.kernel.clock import SystemClock
from drover.simulator.faults import parse_fault
from drover.simulator.phone import SimulatedPhone
from drover.simulator.rack import Rack, RackOptions
from tests.drivers.adb.field_handset import FIELD, FieldHandset, field_handset
from tests.simulator.wire.blank_handset import NOTES

pytestmark = pytest.mark.rack

QUICK = Deadlines(attach_s=5, capture_s=1, touch_s=1)


@pytest.fixture(params=["on PATH", "in the wheel"])
def binary(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    folders = {"on PATH": os.environ["PATH"], "in the wheel": "/nowhere"}
    monkeypatch.setenv("PATH", folders[request.param])
    found = find_adb()
    monkeypatch.undo()
    return found


@asynccontextmanager
async def racked(binary: Path, *, phones: int = 1) -> AsyncGenerator[tuple[Rack, AdbSource], None]:
    options = RackOptions(phones=phones, profile="none", width=720)
    async with Rack(options, field_handset) as rack, private_server(binary=binary) as server:
        source = AdbSource(server, SystemClock(), poll_s=0.1, deadlines=QUICK)
        assert await source.connect(rack.serials) == {}
        yield rack, source


async def test_the_adb_driver_conforms(binary: Path) -> None:
    expectations = Expectations(SystemClock(), NOTES, "/data/local/tmp/conformance", field=FIELD)
    async with racked(binary) as (rack, source):
        results = await examine(source.driver(rack.serials[0]), expectations)
    assert results == tuple(CheckResult(check.name, Outcome.PASSED) for check in CHECKS)


async def test_a_phone_tells_its_model_without_being_attached(binary: Path) -> None:
    async with racked(binary) as (rack, source):
        assert await source.model(rack.serials[0]) == "Plaza One"
        with pytest.raises(DeviceError):
            await source.model("127.0.0.1:1")


async def test_connecting_tells_which_phones_failed(binary: Path) -> None:
    async with racked(binary) as (rack, source):
        failures = await source.connect(["127.0.0.1:1", *rack.serials])
        assert await source.sightings() == (Sighting(rack.serials[0], Link.ONLINE),)
    assert list(failures) == ["127.0.0.1:1"]
    assert isinstance(failures["127.0.0.1:1"], PhoneOffline)


async def test_a_phone_that_goes_away_is_seen_and_comes_back_by_reconnecting(binary: Path) -> None:
    async with racked(binary) as (rack, source):
        serial, phone = rack.serials[0], rack.phones[0]
        driver = source.driver(serial)
        await driver.attach()
        async with aclosing(source.changes()) as changes, asyncio.timeout(30):
            assert await anext(changes) == (Sighting(serial, Link.ONLINE),)
            phone.faults.give(parse_fault('{"fault": "disconnect"}'))
            after = await anext(changes)
            assert Sighting(serial, Link.ONLINE) not in after
            with pytest.raises(PhoneOffline):
                await driver.tap(Point(1, 1))
            phone.faults.clear_all()
            while Sighting(serial, Link.ONLINE) not in after:
                with contextlib.suppress(PhoneAbsent):
                    await source.reconnect(serial)
                after = await anext(changes)
        await driver.attach()
        await driver.tap(Point(1, 1))


@pytest.mark.parametrize(
    ("fault", "repairs"), [("disconnect", ["reconnect", "reconnect", "restart"]), ("hang", ["restart"])]
)
async def test_a_phone_that_stays_away_stays_known_to_its_server_whatever_was_tried(
    binary: Path, fault: str, repairs: list[str]
) -> None:
    async with racked(binary) as (rack, source), asyncio.timeout(60):
        (serial,) = rack.serials
        rack.phones[0].faults.give(parse_fault(f'{{"fault": "{fault}"}}'))
        rack.phones[0].line.drop()
        for repair in repairs:
            with contextlib.suppress(PhoneAbsent):
                await getattr(source, repair)(serial)
        assert await source.sightings() == (Sighting(serial, Link.OFFLINE),)
        rack.phones[0].faults.clear_all()
        await source.reconnect(serial)
        while await source.sightings() != (Sighting(serial, Link.ONLINE),):  # noqa: ASYNC110  its server tells if asked
            await asyncio.sleep(0.05)


async def test_all_that_is_typed_and_touched_arrives(binary: Path) -> None:
    async with racked(binary) as (rack, source):
        driver = source.driver(rack.serials[0])
        await driver.attach()
        await driver.long_tap(Point(7, 8), seconds=0.05)
        await driver.swipe(Point(1, 2), Point(3, 4), seconds=0.05)
        handset = handset_of(rack.phones[0])
    assert [(g.x1, g.y1, g.x2, g.y2) for g in handset.gestures] == [(7, 8, 7, 8), (1, 2, 3, 4)]
    assert [gesture.seconds for gesture in handset.gestures] == [0.05, 0.05]


async def test_frames_are_what_the_display_shows(binary: Path) -> None:
    async with racked(binary) as (rack, source):
        driver = source.driver(rack.serials[0])
        await driver.attach()
        before = await driver.capture()
        await driver.tap(Point(1, 1))
        after = await driver.capture()
    assert before.size == Size(720, 1600)
    assert [frame.pixels[800, 300].tolist() for frame in (before, after)] == [[50, 50, 50, 255], [51, 51, 51, 255]]


async def test_a_secure_window_is_told_apart_from_a_dark_screen(binary: Path) -> None:
    async with racked(binary) as (rack, source):
        driver = source.driver(rack.serials[0])
        await driver.attach()
        handset_of(rack.phones[0]).secure = True
        with pytest.raises(SecureWindow):
            await driver.capture()


@pytest.mark.parametrize(
    ("fault", "error"), [("hang", DeviceTimeout), ("garbage", DeviceGarbage), ("disconnect", PhoneOffline)]
)
async def test_a_fault_of_one_phone_is_a_typed_error_and_the_other_goes_on(
    binary: Path, fault: str, error: type[DeviceError]
) -> None:
    async with racked(binary, phones=2) as (rack, source):
        bad, good = (source.driver(serial) for serial in rack.serials)
        await asyncio.gather(bad.attach(), good.attach())
        rack.phones[0].faults.give(parse_fault(f'{{"fault": "{fault}"}}'))
        results = await asyncio.gather(bad.capture(), *(good.capture() for _ in range(5)), return_exceptions=True)
    assert isinstance(results[0], error)
    assert [isinstance(result, Frame) for result in results[1:]] == [True] * 5


def handset_of(phone: SimulatedPhone) -> FieldHandset:
    assert isinstance(phone.handset, FieldHandset)
    return phone.handset


@pytest.mark.parametrize(("serial", "over_tcp"), [("127.0.0.1:4000", True), ("R58M1", False), ("usb:1-4", False)])
def test_phones_over_tcp_are_told_by_their_serials(serial: str, *, over_tcp: bool) -> None:
    assert is_address(serial) is over_tcp
