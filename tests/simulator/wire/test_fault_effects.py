"""The faults of a whole rack's life: by time, page and length, and each one's effect as a client sees it."""

import cv2
import numpy as np
import pytest

from drover.kernel.clock import FakeClock
from drover.kernel.errors import InvalidInput
from drover.simulator.faults import parse_fault
from drover.simulator.handset import Gesture
from drover.simulator.phone import SimulatedPhone
from drover.simulator.pictures import Pictures
from drover.simulator.shell.interpreter import Interpreter
from tests.simulator.wire.blank_handset import NOTES, BlankHandset
from tests.simulator.wire.conftest import make_phone, until

TAP = Gesture(1, 1, 1, 1, 0.0)


def give(phone: SimulatedPhone, text: str) -> None:
    phone.faults.give(parse_fault(text))


def states(phone: SimulatedPhone) -> list[object]:
    return [fault["state"] for fault in phone.faults.describe()]


async def test_clearing_a_popup_closes_it(phone: SimulatedPhone, handset: BlankHandset) -> None:
    give(phone, '{"fault": "popup", "name": "update"}')
    phone.faults.clear("popup")
    assert handset.shown_popup == ""


async def test_a_popup_for_some_seconds_goes_by_itself(phone: SimulatedPhone, handset: BlankHandset) -> None:
    give(phone, '{"fault": "popup", "name": "update", "seconds": 0.05}')
    assert handset.shown_popup == "update"
    await until(lambda: handset.shown_popup == "")


async def test_a_fault_begins_later_and_ends_by_itself(phone: SimulatedPhone, handset: BlankHandset) -> None:
    give(phone, '{"fault": "dim", "strength": 0.4, "after_s": 0.05, "seconds": 0.2}')
    assert (states(phone), handset.dimmed) == (["armed"], 0.0)
    await until(lambda: handset.dimmed == 0.4)
    assert states(phone) == ["active"]
    await until(lambda: handset.dimmed == 0.0)
    assert states(phone) == ["done"]


async def test_a_fault_waits_for_its_time_and_then_for_its_page(phone: SimulatedPhone, handset: BlankHandset) -> None:
    give(phone, '{"fault": "dim", "strength": 0.4, "after_s": 0.1, "on_page": "launcher"}')
    await phone.capture(png=False)
    assert handset.dimmed == 0.0
    await phone.faults.settled()
    assert states(phone) == ["armed"]
    await phone.capture(png=False)
    assert handset.dimmed == 0.4


async def test_a_time_that_is_over_is_at_once(phone: SimulatedPhone, handset: BlankHandset) -> None:
    give(phone, '{"fault": "dim", "strength": 0.4, "at_s": 0}')
    assert handset.dimmed == 0.4


async def test_a_fault_that_is_cleared_before_its_time_never_comes(
    phone: SimulatedPhone, handset: BlankHandset
) -> None:
    give(phone, '{"fault": "crash", "after_s": 0.05}')
    await phone.start_app(NOTES)
    phone.faults.clear("crash")
    await phone.faults.settled()
    assert handset.page(0) == "notes"


async def test_a_fault_for_which_the_phone_is_in_no_state_when_its_time_comes_says_so(phone: SimulatedPhone) -> None:
    give(phone, '{"fault": "wrong_account", "number": 9, "on_page": "launcher"}')
    await phone.capture(png=False)
    assert states(phone) == ["refused"]
    assert "has no account 9" in [entry.message for entry in phone.logbook.after(0)][-1]


async def test_a_wrong_account_is_used_once(phone: SimulatedPhone, handset: BlankHandset) -> None:
    give(phone, '{"fault": "wrong_account"}')
    assert (handset.account, states(phone)) == (2, ["done"])
    with pytest.raises(InvalidInput, match="has no account 7"):
        give(phone, '{"fault": "wrong_account", "number": 7}')


@pytest.mark.parametrize("png", [False, True])
async def test_a_secure_window_is_black_and_its_tree_can_be_read(phone: SimulatedPhone, png: bool) -> None:  # noqa: FBT001
    await phone.touch(TAP)
    phone_shows = await phone.capture(png=png)
    give(phone, '{"fault": "black"}')
    black = await phone.capture(png=png)
    assert black == await phone.capture(png=png) != phone_shows
    assert "hierarchy" in await phone.ui_xml()
    assert "fl=LAYOUT_IN_SCREEN SECURE" in await said(phone, "dumpsys window")
    phone.faults.clear("black")
    assert "SECURE" not in await said(phone, "dumpsys window")


async def test_a_turned_display_is_captured_sideways(phone: SimulatedPhone, handset: BlankHandset) -> None:
    give(phone, '{"fault": "rotation"}')
    assert handset.turned == 1
    assert phone.frame_size == (200, 90)
    assert "cur=200x90" in await said(phone, "dumpsys window")
    assert "orientation=1" in await said(phone, "dumpsys display")
    decoded = cv2.imdecode(np.frombuffer(await phone.capture(png=True), np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded is not None
    assert decoded.shape == (90, 200, 4)
    phone.faults.clear("rotation")
    assert (handset.turned, phone.frame_size) == (0, (90, 200))


async def test_a_full_storage_takes_nothing_more(phone: SimulatedPhone) -> None:
    await said(phone, "echo before > /sdcard/note")
    give(phone, '{"fault": "storage_full"}')
    assert "No space left on device" in await said(phone, "echo more and more > /sdcard/other")
    assert " 100% /data" in await said(phone, "df")
    assert await said(phone, "cat /sdcard/note") == "before\n"
    phone.faults.clear("storage_full")
    await said(phone, "echo after > /sdcard/other")
    assert await said(phone, "cat /sdcard/other") == "after\n"


async def test_a_low_battery_is_told_and_not_charged(phone: SimulatedPhone) -> None:
    give(phone, '{"fault": "low_battery", "percent": 3}')
    told = await said(phone, "dumpsys battery")
    assert "  level: 3\n" in told
    assert "  USB powered: false\n" in told
    assert "mBatteryLevel=3" in await said(phone, "dumpsys power")
    assert phone.describe()["battery"] == 3
    phone.faults.clear("low_battery")
    assert "  level: 87\n" in await said(phone, "dumpsys battery")


async def test_injection_is_refused_as_some_makers_phones_do(phone: SimulatedPhone, handset: BlankHandset) -> None:
    give(phone, '{"fault": "injection_refused"}')
    for line in ("input tap 1 1", "input text a", "input keyevent 4"):
        assert "java.lang.SecurityException: Injecting input events" in await said(phone, line)
    assert (handset.gestures, handset.texts, handset.keys) == ([], [], [])
    phone.faults.clear("injection_refused")
    assert await said(phone, "input tap 1 1") == ""


async def test_a_screen_goes_off_and_can_be_woken_up(phone: SimulatedPhone, handset: BlankHandset) -> None:
    give(phone, '{"fault": "screen_off"}')
    await phone.touch(TAP)
    assert (phone.awake, handset.gestures) == (False, [])
    await said(phone, "input keyevent WAKEUP")
    await phone.touch(TAP)
    assert (phone.awake, handset.gestures) == (True, [TAP])


async def test_a_phone_is_slow_until_it_is_cleared(fake_clock: FakeClock, pictures: Pictures) -> None:
    phone = make_phone(fake_clock, "typical", pictures)
    give(phone, '{"fault": "slow", "factors": {"capture": 2}}')
    assert await taken_s(phone) == pytest.approx((1.5, 0.09), rel=0.11)
    phone.faults.clear("slow")
    assert await taken_s(phone) == pytest.approx((0.25, 0.03), rel=0.11)


async def taken_s(phone: SimulatedPhone) -> tuple[float, float]:
    """Return how long a capture and a touch take."""
    begun = phone.clock.monotonic()
    await phone.capture(png=False)
    between = phone.clock.monotonic()
    await phone.touch(TAP)
    return between - begun, phone.clock.monotonic() - between


async def said(phone: SimulatedPhone, line: str) -> str:
    """Return what a command line prints on both outputs."""
    printed: list[bytes] = []

    async def emit(_descriptor: int, parts: tuple[bytes | memoryview, ...]) -> None:
        printed.extend(bytes(part) for part in parts)

    await Interpreter(phone, emit).run(line)
    return b"".join(printed).decode()
