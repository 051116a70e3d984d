"""What makes phones differ: scripts, input methods, secure windows, turned and dark displays, users."""

import asyncio

import pytest

from drover.devices.checkup import Verdict
from drover.devices.errors import InjectionRefused, SecureWindow, Unsupported
from drover.devices.frame import Rotation
from drover.devices.geometry import Point, Size
from drover.drivers.adb.phone_ways import BASELINE_ONLY
from drover.drivers.adb.pitfalls import pitfalls, ways
from drover.simulator.faults import parse_fault
from drover.simulator.shell.input_method import KEYBOARD_ID, current
from drover.simulator.shell.typing_methods import ADB_KEYBOARD
from tests.drivers.adb.fast_rack import FastPhone, fast_phone
from tests.drivers.adb.field_handset import FIELD, FieldHandset
from tests.simulator.wire.blank_handset import LAUNCHER, NOTES
from tests.simulator.wire.conftest import until

pytestmark = pytest.mark.rack

ANY_SCRIPT = "Dvořák, Ελλάς, 日本 😀\nand a second line"


async def focus(fast: FastPhone) -> None:
    await fast.driver.attach()
    await fast.driver.start_app(NOTES)
    await fast.driver.tap(FIELD)


async def test_any_script_is_typed_by_adb_keyboard_and_the_phone_s_own_is_back_afterwards() -> None:
    async with fast_phone(options=BASELINE_ONLY, adb_keyboard=True) as fast:
        await focus(fast)
        await fast.driver.type_text(ANY_SCRIPT)
        assert fast.handset.text == ANY_SCRIPT
        assert current(fast.phone) == KEYBOARD_ID
        assert fast.phone.settings["secure", "enabled_input_methods"] == KEYBOARD_ID


async def test_an_input_method_that_was_in_use_already_stays_so() -> None:
    async with fast_phone(options=BASELINE_ONLY, adb_keyboard=True) as fast:
        await focus(fast)
        for verb in ("enable", "set"):
            await fast.driver.shell("ime", verb, ADB_KEYBOARD)
        await fast.driver.type_text("ä")
        assert (fast.handset.text, current(fast.phone)) == ("ä", ADB_KEYBOARD)


async def test_the_phone_s_own_input_method_is_back_after_a_typing_that_was_cancelled() -> None:
    async with fast_phone(options=BASELINE_ONLY, adb_keyboard=True) as fast:
        await focus(fast)
        typing = asyncio.ensure_future(fast.driver.type_text("ä" * 50_000))
        await until(lambda: current(fast.phone) == ADB_KEYBOARD)
        typing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await typing
        assert current(fast.phone) == KEYBOARD_ID


async def test_without_such_an_input_method_text_is_pasted() -> None:
    async with fast_phone() as fast:
        await focus(fast)
        await fast.driver.type_text(ANY_SCRIPT)
        assert fast.handset.text == ANY_SCRIPT


async def test_without_either_nothing_is_typed() -> None:
    async with fast_phone(options=BASELINE_ONLY) as fast:
        await focus(fast)
        with pytest.raises(Unsupported, match="ä"):
            await fast.driver.type_text("abcä")
        assert fast.handset.text == ""


async def test_a_secure_window_is_told_by_every_way_and_its_ui_tree_can_be_read() -> None:
    async with fast_phone() as fast:
        await fast.driver.attach()
        fast.phone.faults.give(parse_fault('{"fault": "black"}'))
        with pytest.raises(SecureWindow):
            await fast.driver.capture()
        assert (await fast.driver.ui_tree()).children


async def test_a_phone_that_refuses_injection_is_told_with_what_to_switch_on() -> None:
    async with fast_phone() as fast:
        fast.phone.faults.give(parse_fault('{"fault": "injection_refused"}'))
        await fast.driver.attach()
        with pytest.raises(InjectionRefused) as caught:
            await fast.driver.tap(Point(1, 1))
        assert "USB debugging (Security settings)" in caught.value.hint
        with pytest.raises(InjectionRefused):
            await fast.driver.type_text("a")
        assert fast.handset.gestures == []


async def test_a_display_that_turns_is_seen_in_every_way_s_frames() -> None:
    async with fast_phone() as fast:
        await fast.driver.attach()
        for turns, rotation in ((1, Rotation.LANDSCAPE), (2, Rotation.PORTRAIT), (3, Rotation.REVERSE_LANDSCAPE)):
            fast.phone.faults.give(parse_fault(f'{{"fault": "rotation", "quarter_turns": {turns}}}'))
            frame = await fast.driver.capture()
            wide = rotation is not Rotation.PORTRAIT
            assert (frame.size, frame.rotation) == (Size(1600, 720) if wide else Size(720, 1600), rotation)
        await fast.driver.tap(Point(1500, 700))
        assert (fast.handset.gestures[-1].x1, fast.handset.gestures[-1].y1) == (1500, 700)
        assert fast.driver.ways.capture == "uiautomator2"


async def test_a_phone_that_sleeps_is_woken_for_a_capture() -> None:
    async with fast_phone() as fast:
        await fast.driver.attach()
        await fast.driver.shell("input", "keyevent", "223")
        assert not fast.phone.awake
        assert (await fast.driver.capture()).pixels.any()
        assert fast.phone.awake
        assert 26 not in fast.handset.keys


async def test_apps_are_those_of_the_user_in_front() -> None:
    async with fast_phone(options=BASELINE_ONLY, users=2) as fast:
        await fast.driver.attach()
        owner = fast.handset
        await fast.driver.switch_user(10)
        assert fast.phone.users.current == 10
        await fast.driver.start_app(NOTES)
        other = fast.phone.handset
        assert isinstance(other, FieldHandset)
        assert (other.front_package, owner.front_package) == (NOTES, LAUNCHER)
        await fast.driver.stop_app(NOTES)
        assert other.front_package == LAUNCHER
        with pytest.raises(Unsupported, match="switch to user 77"):
            await fast.driver.switch_user(77)


async def test_a_checkup_names_every_pitfall_of_a_phone() -> None:
    async with fast_phone(options=BASELINE_ONLY, users=2) as fast:
        await fast.driver.attach()
        for fault in ("injection_refused", "black", "storage_full", "low_battery"):
            fast.phone.faults.give(parse_fault(f'{{"fault": "{fault}"}}'))
        for key, value in (("accelerometer_rotation", "1"), ("font_scale", "1.3")):
            await fast.driver.shell("settings", "put", "system", key, value)
        found = {finding.subject: finding for finding in await pitfalls(fast.driver)}
    verdicts = {subject: finding.verdict.value for subject, finding in found.items()}
    assert verdicts == {
        "Android": "good", "touches": "bad", "screen": "good", "captures": "mind", "text": "mind", "rotation": "mind",
        "text size": "mind", "users": "mind", "storage": "bad", "battery": "mind",
    }  # fmt: skip
    assert all(finding.advice for finding in found.values() if finding.verdict is not Verdict.GOOD)


async def test_a_checkup_of_a_phone_that_goes_away_says_so_of_everything() -> None:
    async with fast_phone(options=BASELINE_ONLY) as fast:
        await fast.driver.attach()
        assert ways(fast.driver)[0] == "captures: screencap"
        fast.phone.faults.give(parse_fault('{"fault": "disconnect"}'))
        assert {finding.verdict for finding in await pitfalls(fast.driver)} == {Verdict.BAD}


async def test_a_checkup_tells_what_types_any_script() -> None:
    async with fast_phone(options=BASELINE_ONLY, adb_keyboard=True) as fast:
        await fast.driver.attach()
        found = {finding.subject: finding for finding in await pitfalls(fast.driver)}
        assert ADB_KEYBOARD in found["text"].found
        assert found["users"].found == "one"
