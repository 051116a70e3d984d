"""What a simulated phone tells of its keyboard, its size of text and its turned display, in the shell's words."""

import re
from collections.abc import AsyncIterator

import pytest

from drover.simulator.handset import Gesture
from drover.simulator.plaza.handset import PlazaHandset
from drover.simulator.rack import Rack, RackOptions
from tests.simulator.wire.wire_client import WireClient, wire_client

KEYBOARD = "com.drover.keyboard/.KeyboardService"


@pytest.fixture
async def rack() -> AsyncIterator[Rack]:
    options = RackOptions(profile="none", width=720, font_scale=1.15, keyboard="qwertz")
    async with Rack(options, PlazaHandset) as rack:
        yield rack


@pytest.fixture
async def shell(rack: Rack) -> AsyncIterator[WireClient]:
    async with wire_client(rack.phones[0].line.port) as client:
        await client.greet()
        yield client


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("settings get system font_scale", "1.15"),
        ("settings put system font_scale 1.0; settings get system font_scale", "1.0"),
        ("settings get secure default_input_method", KEYBOARD),
        ("ime list -s", KEYBOARD),
        (f"ime set {KEYBOARD}", f"Input method {KEYBOARD} selected for user #0"),
        ("ime set com.other/.Ime", "Unknown input method com.other/.Ime cannot be selected for user #0"),
        ("ime", "ime <command>: list [-a] [-s], enable ID, disable ID, set ID, reset"),
        ("ime list -a | grep mId", f"  mId={KEYBOARD} mSettingsActivityName=null mIsVrOnly=false"),
        ("dumpsys input_method | grep mInputShown", "  mInputShown=false"),
    ],
)
async def test_the_shell_tells_of_the_input_method_and_the_size_of_text(
    shell: WireClient, command: str, answer: str
) -> None:
    assert (await shell.call(f"shell:{command}")).decode().splitlines()[-1] == answer


async def test_the_keyboard_that_is_shown_is_told_with_its_language(rack: Rack, shell: WireClient) -> None:
    phone = rack.phones[0]
    handset, clock = phone.handset, phone.clock
    assert handset.start("com.drover.plaza", clock.monotonic())
    for name in ("next", "next", "get_started", "username"):
        await clock.sleep(0.5)
        found = re.search(rf'id/{name}" .*? bounds="\[(\d+),(\d+)\]', handset.ui_xml(clock.monotonic()))
        assert found is not None
        x, y = (int(side) + 20 for side in found.groups())
        handset.gesture(Gesture(x, y, x, y, 0.0), clock.monotonic())
    told = (await shell.call("shell:dumpsys input_method")).decode()
    assert "mInputShown=true" in told
    assert "mSubtypeLocale=de mSubtypeMode=keyboard extra=KeyboardLayoutSet=qwertz" in told


async def test_a_turned_display_is_told_alike_by_every_service_and_its_picture_fits(
    rack: Rack, shell: WireClient
) -> None:
    rack.phones[0].condition.turn(1)
    size, window, tree, picture = [
        await shell.call(f"exec:{command}")
        for command in ("wm size", "dumpsys window", "uiautomator dump /dev/tty", "screencap")
    ]
    assert size == b"Physical size: 720x1600\n"
    assert b"cur=1600x720" in window
    assert b"mCurrentRotation=ROTATION_90" in window
    assert b'<hierarchy rotation="1">' in tree
    assert [int.from_bytes(picture[at : at + 4], "little") for at in (0, 4)] == [1600, 720]
    assert len(picture) == 16 + 1600 * 720 * 4


async def test_a_frozen_display_that_is_turned_has_a_picture_of_its_new_shape(rack: Rack, shell: WireClient) -> None:
    phone = rack.phones[0]
    phone.condition.frozen_scene = phone.handset.scene(phone.clock.monotonic())
    phone.condition.turn(3)
    assert len(await shell.call("exec:screencap")) == 16 + 1600 * 720 * 4
