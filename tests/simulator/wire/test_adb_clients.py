"""The unmodified adb clients, Debian's and the wheel's, against a simulated phone."""

import asyncio
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from drover.simulator.faults import Disconnect
from drover.simulator.handset import Gesture
from tests.simulator.wire.blank_handset import LAUNCHER, NOTES
from tests.simulator.wire.conftest import LOOK, PhoneOnAdb

pytestmark = pytest.mark.rack


async def test_a_connected_phone_is_listed_as_a_device(attached: PhoneOnAdb) -> None:
    listed = await attached.adb("devices", "-l")
    assert f"{attached.phone.line.serial}" in listed.text
    assert "model:Plaza_One" in listed.text
    assert (await attached("get-state")).text == "device\n"


async def test_shell_keeps_outputs_and_exit_code_apart(attached: PhoneOnAdb) -> None:
    ran = await attached("shell", "echo out; ls /nowhere; exit 3")
    assert ran.stdout == b"out\n"
    assert ran.stderr == b"ls: /nowhere: No such file or directory\n"
    assert ran.code == 3


async def test_the_old_shell_merges_outputs_and_knows_no_exit_code(attached: PhoneOnAdb) -> None:
    ran = await attached("shell", "-x", "echo out; ls /nowhere; exit 3")
    assert ran.stdout == b"out\nls: /nowhere: No such file or directory\n"
    assert ran.code == 0


async def test_an_unknown_command_is_said_so_with_127(attached: PhoneOnAdb) -> None:
    ran = await attached("shell", "frobnicate")
    assert ran.stderr == b"/system/bin/sh: frobnicate: inaccessible or not found\n"
    assert ran.code == 127


async def test_lines_on_the_standard_input_of_a_shell_are_run(attached: PhoneOnAdb) -> None:
    ran = await attached("shell", stdin=b"echo one\necho two\nexit 4\necho three\n")
    assert ran.stdout == b"one\ntwo\n"
    assert ran.code == 4


async def test_a_raw_capture_is_a_header_and_the_pixels(attached: PhoneOnAdb) -> None:
    ran = await attached("exec-out", "screencap")
    assert struct.unpack("<4I", ran.stdout[:16]) == (LOOK.width, LOOK.height, 1, 1)
    assert ran.stdout[16:] == attached.handset.paint(attached.handset.scene(0))


async def test_a_png_capture_shows_the_same_pixels(attached: PhoneOnAdb) -> None:
    await attached("shell", "input", "tap", "1", "1")
    ran = await attached("exec-out", "screencap", "-p")
    decoded = cv2.imdecode(np.frombuffer(ran.stdout, np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded is not None
    rgba = cv2.cvtColor(decoded, cv2.COLOR_BGRA2RGBA)
    assert rgba.tobytes() == attached.handset.paint(attached.handset.scene(0))


async def test_a_capture_into_a_file_can_be_pulled(attached: PhoneOnAdb, tmp_path: Path) -> None:
    await attached("shell", "screencap -p /sdcard/shot.png")
    await attached("pull", "/sdcard/shot.png", str(tmp_path / "shot.png"))
    assert (tmp_path / "shot.png").read_bytes().startswith(b"\x89PNG")


async def test_touches_text_and_keys_arrive(attached: PhoneOnAdb) -> None:
    await attached("shell", "input tap 12 34")
    await attached("shell", "input touchscreen swipe 1 2 3 4 0")
    await attached("shell", "input text 'Ada%sLovelace;'")
    await attached("shell", "input keyevent KEYCODE_DEL 66 --longpress HOME")
    assert attached.handset.gestures == [Gesture(12, 34, 12, 34, 0.0), Gesture(1, 2, 3, 4, 0.0)]
    assert attached.handset.texts == ["Ada Lovelace;"]
    assert attached.handset.keys == [67, 66, 3]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("getprop ro.product.model", "Plaza One\n"),
        ("getprop ro.nothing", "\n"),
        ("wm size", "Physical size: 90x200\n"),
        ("wm density", "Physical density: 35\n"),
        ("dumpsys battery | grep level", "  level: 87\n"),
        ("dumpsys power | grep mWakefulness=", "  mWakefulness=Awake\n"),
        ("dumpsys display | grep -c orientation=0", "1\n"),
        ("dumpsys input | grep SurfaceOrientation", "      SurfaceOrientation: 0\n"),
        ("pm list packages", f"package:{LAUNCHER}\npackage:{NOTES}\n"),
        ("pm list packages -3", f"package:{NOTES}\n"),
        (f"pm path {NOTES}", f"package:/data/app/{NOTES}-1/base.apk\n"),
        (f"cmd package resolve-activity --brief {NOTES} | grep /", f"{NOTES}/.MainActivity\n"),
        ("am get-current-user", "0\n"),
        ("whoami", "shell\n"),
        ("settings put secure colour red && settings get secure colour", "red\n"),
        ("settings get secure nothing", "null\n"),
        ("date +%F", "2026-01-15\n"),
    ],
)
async def test_the_phone_says_what_android_would(attached: PhoneOnAdb, command: str, answer: str) -> None:
    assert (await attached("shell", command)).text == answer


async def test_an_app_is_started_seen_in_front_and_stopped(attached: PhoneOnAdb) -> None:
    started = await attached("shell", f"am start -n {NOTES}/.MainActivity")
    assert started.text == f"Starting: Intent {{ cmp={NOTES}/.MainActivity }}\n"
    focus = await attached("shell", "dumpsys window | grep mCurrentFocus")
    assert f" u0 {NOTES}/{NOTES}.MainActivity}}" in focus.text
    await attached("shell", f"am force-stop {NOTES}")
    assert attached.handset.front_package == LAUNCHER


async def test_an_app_is_started_by_package(attached: PhoneOnAdb) -> None:
    ran = await attached("shell", f"monkey -p {NOTES} -c android.intent.category.LAUNCHER 1")
    assert ran.text.startswith("Events injected: 1\n")
    assert attached.handset.front_package == NOTES
    main = "am start -a android.intent.action.MAIN -c android.intent.category.LAUNCHER"
    assert (await attached("shell", f"{main} {LAUNCHER}")).code == 0
    assert attached.handset.front_package == LAUNCHER


async def test_an_app_that_is_not_there_is_an_error(attached: PhoneOnAdb) -> None:
    by_component = await attached("shell", "am start -n no.such/.App")
    assert "Error type 3" in by_component.stderr.decode()
    assert by_component.code == 1
    by_monkey = await attached("shell", "monkey -p no.such -c android.intent.category.LAUNCHER 1")
    assert by_monkey.stderr == b"** No activities found to run, monkey aborted.\n"
    assert by_monkey.code == 252
    assert (await attached("shell", "pm path no.such")).code == 1


async def test_the_ui_tree_goes_to_a_file_or_to_the_terminal(attached: PhoneOnAdb) -> None:
    to_file = await attached("shell", "uiautomator dump")
    assert to_file.text == "UI hierchary dumped to: /sdcard/window_dump.xml\n"
    tree = (await attached("exec-out", "cat", "/sdcard/window_dump.xml")).text
    assert tree == attached.handset.ui_xml(0)
    to_terminal = await attached("exec-out", "uiautomator", "dump", "/dev/tty")
    assert to_terminal.text == tree + "UI hierchary dumped to: /dev/tty\n"


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 1048576, 1048577, 3_000_001])
async def test_a_pushed_file_comes_back_byte_by_byte(attached: PhoneOnAdb, tmp_path: Path, size: int) -> None:
    content = np.random.default_rng(size).bytes(size)
    (tmp_path / "there").write_bytes(content)
    pushed = await attached("push", str(tmp_path / "there"), "/sdcard/Download/new folder/file.bin")
    assert pushed.code == 0, pushed.stderr
    pulled = await attached("pull", "/sdcard/Download/new folder/file.bin", str(tmp_path / "back"))
    assert pulled.code == 0, pulled.stderr
    assert (tmp_path / "back").read_bytes() == content


async def test_a_pushed_file_is_listed(attached: PhoneOnAdb, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_bytes(b"hello")
    await attached("push", str(tmp_path / "note.txt"), "/data/local/tmp/")
    listed = await attached("ls", "/data/local/tmp")
    mode, size, _, name = listed.text.split()
    assert (mode, int(size, 16), name) == ("000081a4", 5, "note.txt")


async def test_a_push_to_a_full_phone_fails_and_leaves_nothing(attached: PhoneOnAdb, tmp_path: Path) -> None:
    attached.phone.storage.limit_bytes = 100_000
    (tmp_path / "large").write_bytes(bytes(3_000_000))
    pushed = await attached("push", str(tmp_path / "large"), "/sdcard/large")
    assert pushed.code != 0
    assert b"No space left on device" in pushed.stdout + pushed.stderr
    assert (await attached("shell", "ls /sdcard/large")).code == 1
    assert attached.phone.storage.used_bytes == 0


async def test_a_push_to_the_system_is_refused(attached: PhoneOnAdb, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    pushed = await attached("push", str(tmp_path / "file"), "/system/file")
    assert pushed.code != 0
    assert b"Read-only file system" in pushed.stdout + pushed.stderr


async def test_a_file_that_is_not_there_cannot_be_pulled(attached: PhoneOnAdb, tmp_path: Path) -> None:
    pulled = await attached("pull", "/sdcard/none", str(tmp_path))
    assert pulled.code != 0
    assert b"No such file or directory" in pulled.stdout + pulled.stderr


async def test_an_unplugged_phone_comes_back(attached: PhoneOnAdb) -> None:
    attached.phone.faults.give(Disconnect(fault="disconnect"))
    assert (await attached("shell", "echo gone")).code != 0
    attached.phone.faults.clear("disconnect")
    async with asyncio.timeout(20):
        while (await attached("shell", "echo back")).stdout != b"back\n":
            await attached.adb("disconnect", attached.phone.line.serial)
            await attached.adb("connect", attached.phone.line.serial)
