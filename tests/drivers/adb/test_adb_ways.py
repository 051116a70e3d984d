"""Faster ways to a phone: chosen by measuring, and given up where they fail, without a call failing for it."""

import asyncio

import numpy as np
import pytest
from structlog.testing import capture_logs

from drover.devices.conformance import CHECKS, CheckResult, Expectations, Outcome, examine
from drover.devices.errors import DeviceGarbage, DeviceTimeout, PhoneOffline
from drover.devices.geometry import Point, Size
from drover.devices.ports import Key
from drover.drivers.adb.capture_ways import RawScreencap, ZippedScreencap
from drover.drivers.adb.phone_ways import WayOptions
from drover.kernel.clock import SystemClock
from drover.simulator.adbd.streams import Stream
from drover.simulator.faults import parse_fault
from tests.drivers.adb.fast_rack import SERVICE, SLOW, fast_phone, jar
from tests.drivers.adb.field_handset import FIELD
from tests.simulator.wire.blank_handset import NOTES
from tests.simulator.wire.conftest import until

pytestmark = pytest.mark.rack

BOTH = ("uiautomator2", "uiautomator2")
BASELINES = ("screencap", "input")


async def break_off(stream: Stream) -> None:
    """Be a service that dies over the question: it takes it and leaves."""
    await stream.read()


async def test_the_driver_conforms_with_its_fastest_ways() -> None:
    async with fast_phone() as fast:
        expectations = Expectations(SystemClock(), NOTES, "/data/local/tmp/c", untypable=None, field=FIELD)
        results = await examine(fast.driver, expectations)
    assert results == tuple(CheckResult(check.name, Outcome.PASSED) for check in CHECKS)


async def test_the_faster_ways_are_measured_chosen_and_told() -> None:
    async with fast_phone() as fast:
        await fast.driver.attach()
        ways = fast.driver.ways
        assert (ways.capture, ways.input) == BOTH
        took = {one.name: one.milliseconds for one in (*ways.captures, *ways.inputs)}
        assert set(took) >= {"screencap", "input", "uiautomator2"}
        assert all(milliseconds is not None and milliseconds > 0 for milliseconds in took.values())


async def test_a_way_that_is_slower_is_left() -> None:
    async with fast_phone(SLOW) as fast:
        await fast.driver.attach()
        assert (fast.driver.ways.capture, fast.driver.ways.input) == BASELINES


async def test_without_the_jar_the_baseline_is_used_and_the_reason_told() -> None:
    async with fast_phone(options=WayOptions(measured=True)) as fast:
        await fast.driver.attach()
        ways = fast.driver.ways
        assert (ways.capture, ways.input) == BASELINES
        assert "not installed" in ways.captures[-1].note


async def test_what_was_measured_is_remembered_for_the_next_attaching() -> None:
    async with fast_phone() as fast:
        await fast.driver.attach()
        first = fast.driver.ways
        await fast.driver.detach()
        again = fast.source.driver(fast.driver.serial)
        before = fast.phone.counters.captures
        await again.attach()
        assert again.ways == first
        assert fast.phone.counters.captures == before
        await again.detach()


async def test_nothing_runs_on_the_phone_once_the_driver_lets_go() -> None:
    async with fast_phone() as fast:
        await fast.driver.attach()
        assert fast.programs == ["app_process"]
        await fast.driver.detach()
        await until(lambda: fast.programs == [])


async def test_a_service_that_somebody_else_started_is_used_and_left_running() -> None:
    async with fast_phone() as fast:
        other = fast.source.driver(fast.driver.serial)
        await other.attach()
        await fast.driver.attach()
        assert fast.driver.ways.capture == "uiautomator2"
        await fast.driver.detach()
        assert fast.programs == ["app_process"]
        await other.detach()


async def test_frames_of_the_fast_way_are_what_the_display_shows() -> None:
    async with fast_phone() as fast:
        await fast.driver.attach()
        frame = await fast.driver.capture()
        await fast.driver.tap(Point(1, 1))
        after = await fast.driver.capture()
        touched = len(fast.handset.gestures)
    assert (frame.size, touched) == (Size(720, 1600), 1)
    assert not frame.pixels.flags.writeable
    shown = [f.pixels[800, 300].astype(int) for f in (frame, after)]
    assert all(
        np.abs(pixel - np.array([level, level, level, 255])).max() <= 1
        for pixel, level in zip(shown, (50, 51), strict=True)
    )


async def test_a_service_that_ends_is_started_again_once_and_then_done_without() -> None:
    async with fast_phone() as fast:
        await fast.driver.attach()
        with capture_logs() as logs:
            for expected in ("uiautomator2", "screencap"):
                fast.end_service()
                await until(lambda: SERVICE not in fast.phone.sockets)
                for _ in range(2):
                    assert (await fast.driver.capture()).size == Size(720, 1600)
                    await fast.driver.tap(Point(1, 1))
                assert fast.driver.ways.capture == expected
        assert len(fast.handset.gestures) == 4
        assert [(log["way"], log["instead"]) for log in logs if log["log_level"] == "warning"] == [
            ("uiautomator2", "screencap"),
            ("uiautomator2", "input"),
        ]


async def test_a_touch_that_broke_off_is_not_done_again_by_another_way_but_a_capture_is() -> None:
    async with fast_phone() as fast:
        await fast.driver.attach()
        fast.phone.sockets[SERVICE] = break_off
        with pytest.raises(DeviceGarbage, match="ends after 0 bytes"):
            await fast.driver.tap(Point(1, 1))
        assert fast.handset.gestures == []
        assert (await fast.driver.capture()).size == Size(720, 1600)


async def test_a_service_that_always_fails_is_no_longer_asked() -> None:
    async with fast_phone() as fast:
        await fast.driver.attach()
        asked = 0

        async def count(stream: Stream) -> None:
            nonlocal asked
            asked += 1
            await break_off(stream)

        fast.phone.sockets[SERVICE] = count
        for _ in range(6):
            await fast.driver.capture()
        assert asked == 3
        assert fast.driver.ways.capture == "screencap"


async def test_the_ui_tree_comes_through_the_service_and_without_it_from_the_command() -> None:
    async with fast_phone() as fast:
        await fast.driver.attach()
        assert "" in [node.text for node in (await fast.driver.ui_tree()).walk()]
        fast.phone.faults.give(parse_fault('{"fault": "garbage"}'))
        assert (await fast.driver.ui_tree()).children
        await fast.driver.detach()
        await fast.driver.attach()
        fast.end_service()
        assert (await fast.driver.ui_tree()).children


async def test_keys_arrive_by_the_fast_way_and_many_in_one_command() -> None:
    async with fast_phone() as fast:
        await fast.driver.attach()
        before = fast.phone.counters.commands
        await fast.driver.press(Key.BACK, times=2)
        assert fast.phone.counters.commands == before
        await fast.driver.press(Key.DELETE, times=9)
        assert fast.phone.counters.commands == before + 1
        assert fast.handset.keys[-11:] == [4, 4, *[67] * 9]


@pytest.mark.parametrize(
    ("fault", "error"), [("hang", DeviceTimeout), ("garbage", DeviceGarbage), ("disconnect", PhoneOffline)]
)
async def test_a_fault_of_the_phone_is_what_it_is_by_every_way(fault: str, error: type[Exception]) -> None:
    async with fast_phone() as fast:
        await fast.driver.attach()
        fast.driver._deadlines = type(fast.driver._deadlines)(capture_s=0.8)
        fast.phone.faults.give(parse_fault(f'{{"fault": "{fault}"}}'))
        with pytest.raises(error):
            await fast.driver.capture()


async def test_a_zipped_frame_is_the_raw_frame() -> None:
    async with fast_phone(SLOW) as fast:
        await fast.driver.attach()
        natural = fast.driver.info.size
        line = fast.driver._line
        raw = await RawScreencap(line, lambda: natural).shoot(5)
        zipped = await ZippedScreencap(line, lambda: natural, None).shoot(5)
        assert np.array_equal(raw.pixels, zipped.pixels)


async def test_a_jar_that_finds_no_room_is_done_without() -> None:
    async with fast_phone() as fast:
        fast.phone.faults.give(parse_fault('{"fault": "storage_full"}'))
        await fast.driver.attach()
        assert (fast.driver.ways.capture, fast.driver.ways.input) == BASELINES
        assert "cannot be pushed" in fast.driver.ways.captures[-1].note


async def test_attaching_that_is_cancelled_leaves_nothing_running() -> None:
    async with fast_phone() as fast:
        task = asyncio.ensure_future(fast.driver.attach())
        await until(lambda: fast.programs == ["app_process"])
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await fast.driver.detach()
        await until(lambda: fast.programs == [])


def test_the_installed_jar_is_known_by_its_digest() -> None:
    assert len(jar().md5) == 32
    assert "content" not in repr(jar())
