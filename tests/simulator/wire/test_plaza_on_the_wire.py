"""Plaza behind the wire: `drover sim` in a process of its own, the adb command, and the control API."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest

from drover.simulator.faults import FAULTS
from tests.simulator.wire.conftest import Adb, wheel_adb
from tests.simulator.wire.plaza_on_adb import (
    BLACK,
    HEIGHT,
    LONGEST_TURN_S,
    PLAZA,
    SEED,
    WIDTH,
    PlazaOnAdb,
    colours,
    rack,
)

pytestmark = [pytest.mark.rack, pytest.mark.parametrize("adb", [pytest.param(wheel_adb(), id="wheel")], indirect=True)]

WELCOME, LOGIN = "plaza.onboarding_welcome", "plaza.login"
REQUIRED = {"cover": {"rect": [100, 200, 400, 500]}}


@pytest.fixture(scope="module")
def announced() -> Iterator[dict[str, Any]]:
    with rack("--phones=2", f"--seed={SEED}", "--profile=none", f"--width={WIDTH}") as line:
        yield line


@pytest.fixture
async def phones(announced: dict[str, Any], adb: Adb) -> AsyncIterator[list[PlazaOnAdb]]:
    """Two phones as new, attached."""
    async with httpx2.AsyncClient(base_url=announced["control"], timeout=10, trust_env=False) as control:
        phones = [
            PlazaOnAdb(adb, serial, f"phone{number}", control) for number, serial in enumerate(announced["phones"], 1)
        ]
        for phone in phones:
            await phone.reset()
            await phone.attach()
        yield phones


@pytest.fixture
def phone(phones: list[PlazaOnAdb]) -> PlazaOnAdb:
    return phones[0]


async def test_a_profile_is_edited_from_the_first_start_on(phones: list[PlazaOnAdb]) -> None:
    phone, other = phones
    await phone.go_to_login()
    await phone.fill("username", "ada.lovelace")
    await phone.fill("password", "engine")
    assert await phone.fields() == {"username": "ada.lovelace", "password": "\u2022" * 6}
    await phone.shell("input keyevent KEYCODE_ENTER")
    await phone.at("plaza.feed")
    assert (await phone.stored())["name"] == "Ada Lovelace"
    await phone.tap("tab_profile")
    await phone.at("plaza.profile")
    await phone.wait_for("complete_title")
    await phone.tap("edit_profile")
    await phone.at("plaza.edit_profile")
    await phone.fill("bio", "Poetical%sscience.!")
    await phone.shell("input keyevent DEL")
    await phone.shell("input keyevent BACK")  # hides the keyboard
    assert (await phone.node("bio")).attrib["text"] == "Poetical science."
    await asyncio.sleep(LONGEST_TURN_S)
    await phone.tap("gender")
    await phone.at("plaza.gender")
    await phone.tap("option_female")
    await phone.at("plaza.edit_profile")
    await phone.tap("save")
    await phone.at("plaza.profile")
    stored = await phone.stored()
    assert (stored["bio"], stored["gender"], stored["saves"]) == ("Poetical science.", "Female", 1)
    assert not (await other.stored())["onboarded"]
    assert (await other.state())["page"] == "launcher"


async def test_a_pushed_picture_is_picked_and_posted_once_with_its_caption(phone: PlazaOnAdb, tmp_path: Path) -> None:
    (tmp_path / "harbour.jpg").write_bytes(b"the harbour at dawn")
    await phone.go_to_login()
    await phone.fill("username", "ada.lovelace")
    await phone.fill("password", "engine")
    await phone.shell("input keyevent KEYCODE_ENTER")
    await phone.at("plaza.feed")
    pushed = await phone("push", str(tmp_path / "harbour.jpg"), "/sdcard/DCIM/Camera/harbour.jpg")
    assert pushed.code == 0, pushed.stderr
    said = await phone.shell(
        "am broadcast -a android.intent.action.MEDIA_SCANNER_SCAN_FILE -d file:///sdcard/DCIM/Camera/harbour.jpg"
    )
    assert said.endswith("Broadcast completed: result=0\n")
    await phone.wait_for("composer")
    await phone.tap("composer")
    await phone.at("plaza.post_picker")
    assert (await phone.node("picture_1")).attrib["content-desc"] == "harbour.jpg"
    await phone.tap("picture_1")
    await phone.at("plaza.caption")
    await phone.fill("caption", "Dawn%sat%sthe%sharbour")
    await phone.shell("input keyevent BACK")
    await asyncio.sleep(LONGEST_TURN_S)
    await phone.tap("share")
    await phone.at("plaza.feed")
    account = (await phone.stored())["slots"]["1"]["accounts"]["ada.lovelace"]
    digest = hashlib.sha256(b"the harbour at dawn").hexdigest()
    assert [(post["sha256"], post["caption"]) for post in account["posts"]] == [(digest, "Dawn at the harbour")]
    assert account["counts"]["posts"] == 1


async def test_a_raw_and_a_png_capture_show_the_same(phone: PlazaOnAdb) -> None:
    await phone.open_plaza()
    raw = await phone.raw()
    assert np.array_equal(raw, await phone.png())
    assert raw[..., 3].min() == 255
    assert len(colours(raw)) > 100


async def test_the_launcher_comes_first_and_the_app_in_its_place_while_it_runs(phone: PlazaOnAdb) -> None:
    assert await phone.focus() == "com.drover.launcher/com.drover.launcher.HomeActivity"
    assert await phone.shell("wm size") == f"Physical size: {WIDTH}x{HEIGHT}\n"
    await phone.open_plaza()
    assert await phone.focus() == f"{PLAZA}/{PLAZA}.OnboardingActivity"
    await phone.shell(f"am force-stop {PLAZA}")
    await phone.at("launcher")


async def test_a_reset_brings_the_first_picture_back(phone: PlazaOnAdb) -> None:
    first = await phone.raw()
    await phone.go_to_login()
    assert (await phone.stored())["onboarded"]
    await phone.reset()
    assert np.array_equal(await phone.raw(), first)
    assert not (await phone.stored())["onboarded"]


async def test_asleep_the_display_is_black_and_takes_no_touch(phone: PlazaOnAdb) -> None:
    await phone.open_plaza()
    awake = await phone.raw()
    await phone.shell("input keyevent POWER")
    assert "mWakefulness=Asleep" in await phone.shell("dumpsys power | grep mWakefulness=")
    assert colours(await phone.raw()) == {BLACK}
    assert np.array_equal(await phone.raw(), await phone.png())
    await phone.tap("next")
    await phone.shell("input keyevent WAKEUP")
    assert np.array_equal(await phone.raw(), awake)


@pytest.mark.parametrize(
    ("popup", "focus", "answer"),
    [
        ("update", f"{PLAZA}/", "later"),
        ("permission", "com.android.permissioncontroller/", "deny"),
        ("unknown", "com.vendor.offers/", "ok"),
    ],
)
async def test_a_popup_takes_the_focus_until_it_is_answered(
    phone: PlazaOnAdb, popup: str, focus: str, answer: str
) -> None:
    await phone.open_plaza()
    before = await phone.raw()
    await phone.give("popup", name=popup)
    await phone.at(f"popup.{popup}")
    assert (await phone.focus()).startswith(focus)
    assert not np.array_equal(await phone.raw(), before)
    shown = {node.attrib["resource-id"].rpartition("/")[2] for node in (await phone.tree()).iter("node")}
    assert answer in shown
    await phone.shell("input keyevent BACK")
    await phone.at(WELCOME)
    assert np.array_equal(await phone.raw(), before)
    assert (await phone.state())["popups_dismissed"] == [popup]


async def test_a_lost_touch_does_nothing_and_the_next_one_counts(phone: PlazaOnAdb) -> None:
    await phone.open_plaza()
    await phone.give("lost_touch", count=1)
    await phone.tap("next")
    assert (await phone.state())["page"] == WELCOME
    await phone.tap("next")
    await phone.at("plaza.onboarding_discover")


async def test_a_frozen_display_shows_the_past_while_the_app_goes_on(phone: PlazaOnAdb) -> None:
    await phone.open_plaza()
    before = await phone.raw()
    await phone.give("frozen")
    await phone.tap("next")
    await phone.at("plaza.onboarding_discover")
    assert np.array_equal(await phone.raw(), before)
    await phone.clear("frozen")
    assert not np.array_equal(await phone.raw(), before)


async def test_a_dimmed_display_is_darker_by_its_strength(phone: PlazaOnAdb) -> None:
    before = await phone.raw()
    await phone.give("dim", strength=0.5)
    assert (await phone.raw())[..., :3].mean() == pytest.approx(before[..., :3].mean() / 2, abs=1)
    await phone.clear("dim")
    assert np.array_equal(await phone.raw(), before)


async def test_a_cover_hides_its_rectangle_and_nothing_else(phone: PlazaOnAdb) -> None:
    before = await phone.raw()
    await phone.give("cover", rect=[100, 200, 400, 500])
    rows, columns = (before != await phone.raw()).any(axis=2).nonzero()
    assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (100, 200, 400, 500)
    assert len(colours((await phone.raw())[200:500, 100:400])) == 1


async def test_misdirected_text_goes_to_another_field(phone: PlazaOnAdb) -> None:
    await phone.go_to_login()
    await phone.give("misdirect")
    await phone.fill("username", "ada")
    assert await phone.fields() == {"username": "", "password": "\u2022" * 3}


async def test_an_unplugged_phone_answers_nobody_and_comes_back_as_it_was(phone: PlazaOnAdb) -> None:
    await phone.open_plaza()
    before = await phone.raw()
    await phone.give("disconnect")
    assert (await phone("shell", "echo here")).code != 0
    await phone.clear("disconnect")
    await phone.attach()
    assert np.array_equal(await phone.raw(), before)


async def test_a_hanging_phone_answers_when_it_hangs_no_longer(phone: PlazaOnAdb) -> None:
    await phone.give("hang")
    asked = asyncio.create_task(phone.shell("echo late"))
    done, _ = await asyncio.wait([asked], timeout=0.5)
    assert not done
    await phone.clear("hang")
    assert await asked == "late\n"


async def test_a_crash_shows_the_launcher_and_keeps_what_was_stored(phone: PlazaOnAdb) -> None:
    await phone.go_to_login()
    await phone.give("crash")
    await phone.at("launcher")
    await phone.shell(f"am start {PLAZA}")
    await phone.at(LOGIN)


async def test_garbage_is_answered_to_captures_alone(phone: PlazaOnAdb) -> None:
    await phone.give("garbage")
    content = (await phone("exec-out", "screencap")).stdout
    assert len(content) == 4096
    assert content != (await phone("exec-out", "screencap", "-p")).stdout
    assert (await phone.tree()).tag == "hierarchy"


AFTERWARDS = {"popup": "done", "crash": "done", "wrong_account": "refused"}
"""Nobody is logged in on the welcome page, so no account can be the wrong one."""


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_waits_for_its_page(phone: PlazaOnAdb, fault: str) -> None:
    await phone.give(fault, on_page=WELCOME, **REQUIRED.get(fault, {}))
    await phone.raw()
    assert await phone.fault_state(fault) == "armed"
    await phone.shell(f"am start {PLAZA}")
    with contextlib.suppress(TimeoutError):  # a hanging phone does not answer the touch either
        await asyncio.wait_for(phone("shell", "input tap 1 1"), 1)
    assert await phone.fault_state(fault) == AFTERWARDS.get(fault, "active")
