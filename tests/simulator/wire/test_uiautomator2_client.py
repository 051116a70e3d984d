"""The unmodified uiautomator2 client on a simulated phone: it pushes its jar, starts it, and speaks JSON-RPC to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import adbutils
import pytest
import uiautomator2
from PIL import Image
from uiautomator2.exceptions import UiObjectNotFoundError

from drover.simulator.phone import SimulatedPhone
from tests.drivers.adb.field_handset import FIELD, FieldHandset
from tests.simulator.wire.blank_handset import LAUNCHER, NOTES
from tests.simulator.wire.conftest import LOOK, Adb, until

pytestmark = pytest.mark.rack

Result = TypeVar("Result")
ADDRESS = "tcp:9008"


class Client:
    """The blocking client, used from a thread: the phone that it talks to is on this loop."""

    def __init__(self, device: adbutils.AdbDevice) -> None:
        self._adb_device = device
        self.blocking: Any = None

    async def start(self) -> None:
        self.blocking = await asyncio.to_thread(uiautomator2.connect, self._adb_device)

    async def __call__(self, use: Callable[[Any], Result]) -> Result:
        return await asyncio.to_thread(use, self.blocking)


@pytest.fixture
def handset() -> FieldHandset:
    return FieldHandset(LOOK, front_package=NOTES)


@pytest.fixture
async def client(adb: Adb, phone: SimulatedPhone, handset: FieldHandset) -> AsyncIterator[Client]:
    assert handset is phone.handset
    await adb("connect", phone.line.serial)
    client = Client(adbutils.AdbClient(host="127.0.0.1", port=adb.port).device(phone.line.serial))
    await client.start()
    yield client
    await asyncio.to_thread(client.blocking.stop_uiautomator)
    await adb("disconnect", phone.line.serial)


async def test_the_jar_is_pushed_and_runs_until_the_client_stops_it(client: Client, phone: SimulatedPhone) -> None:
    assert phone.storage.read("/data/local/tmp/u2.jar").startswith(b"PK")
    assert [process.name for process in phone.processes.listed()][-1] == "app_process"
    await client(lambda d: d.stop_uiautomator())
    assert ADDRESS not in phone.sockets
    assert "app_process" not in [process.name for process in phone.processes.listed()]


async def test_a_service_that_is_killed_is_started_again_by_the_client(client: Client, phone: SimulatedPhone) -> None:
    pid = await client(lambda d: d.shell("pidof app_process").output.strip())
    await client(lambda d: d.shell(f"kill {pid}"))
    await until(lambda: ADDRESS not in phone.sockets)
    assert (await client(lambda d: d.info))["screenOn"] is True
    assert await client(lambda d: d.shell("pidof app_process").output.strip()) != pid


async def test_it_tells_what_the_phone_is(client: Client) -> None:
    info = await client(lambda d: d.info)
    assert (info["displayWidth"], info["displayHeight"], info["displayRotation"]) == (LOOK.width, LOOK.height, 0)
    assert (info["currentPackageName"], info["sdkInt"]) == (NOTES, 33)


async def test_it_captures_what_the_display_shows(client: Client, handset: FieldHandset) -> None:
    picture = await client(lambda d: d.screenshot())
    assert isinstance(picture, Image.Image)
    assert picture.size == (LOOK.width, LOOK.height)
    red, green, blue = picture.convert("RGB").getpixel((40, 100))  # type: ignore[misc]  # RGB has three
    assert max(abs(value - 50) for value in (red, green, blue)) <= 2
    assert handset.painted == 1


async def test_touches_arrive(client: Client, handset: FieldHandset) -> None:
    await client(lambda d: d.click(11, 12))
    await client(lambda d: d.click(0.5, 0.5))
    await client(lambda d: d.long_click(13, 14, 0.02))
    await client(lambda d: d.swipe(1, 2, 3, 4, steps=4))
    await client(lambda d: d.drag(5, 6, 7, 8, duration=0.01))
    await client(lambda d: d.touch.down(20, 21).move(22, 23).up(24, 25))
    places = [(g.x1, g.y1, g.x2, g.y2) for g in handset.gestures]
    assert places == [
        (11, 12, 11, 12),
        (45, 100, 45, 100),
        (13, 14, 13, 14),
        (1, 2, 3, 4),
        (5, 6, 7, 8),
        (20, 21, 24, 25),
    ]
    assert [round(g.seconds, 3) for g in handset.gestures[:5]] == [0, 0, 0.02, 0.02, 0.01]


async def test_it_reads_the_ui_tree_and_finds_elements(client: Client) -> None:
    assert 'class="android.widget.EditText"' in await client(lambda d: d.dump_hierarchy())
    assert await client(lambda d: bool(d(className="android.widget.EditText").exists))
    assert not await client(lambda d: bool(d(text="nowhere").exists))
    assert await client(lambda d: d(packageName=NOTES).count) == 1
    assert await client(lambda d: d(textMatches=".+").wait(timeout=0.1)) is False
    assert await client(lambda d: d(text="nowhere").wait_gone(timeout=0.1)) is True


async def test_it_taps_an_element_and_says_when_there_is_none(client: Client, handset: FieldHandset) -> None:
    await client(lambda d: d(className="android.widget.EditText").click())
    assert handset.focused
    with pytest.raises(UiObjectNotFoundError):
        await client(lambda d: d(text="nowhere").click(timeout=0.1))


async def test_text_in_any_script_is_typed_by_the_clipboard(client: Client, handset: FieldHandset) -> None:
    await client(lambda d: d.click(FIELD.x, FIELD.y))
    await client(lambda d: d.send_keys("žluťoučký 😀"))
    assert handset.text == "žluťoučký 😀"
    assert await client(lambda d: d.clipboard) == "žluťoučký 😀"


async def test_a_field_s_text_is_set_read_and_cleared(client: Client, handset: FieldHandset) -> None:
    field = {"className": "android.widget.EditText"}
    await client(lambda d: d(**field).set_text("before"))
    await client(lambda d: d(**field).set_text("after"))
    assert await client(lambda d: d(**field).get_text()) == "after"
    await client(lambda d: d.clear_text())
    assert handset.text == ""


async def test_keys_and_the_screen_s_power_work(client: Client, phone: SimulatedPhone, handset: FieldHandset) -> None:
    await client(lambda d: d.press("enter"))
    await client(lambda d: d.press(67))
    assert handset.keys == [66, 67]
    await client(lambda d: d.screen_off())
    assert not phone.awake
    assert (await client(lambda d: d.info))["screenOn"] is False
    await client(lambda d: d.screen_on())
    assert phone.awake


async def test_apps_are_started_and_told(client: Client) -> None:
    await client(lambda d: d.press("home"))
    assert (await client(lambda d: d.app_current()))["package"] == LAUNCHER
    assert await client(lambda d: d.app_start(NOTES, wait=True)) is None
    assert (await client(lambda d: d.app_current()))["package"] == NOTES
    assert NOTES in await client(lambda d: d.app_list_running())


async def test_while_it_runs_nothing_else_reads_the_windows(client: Client) -> None:
    said = await client(lambda d: d.shell("uiautomator dump /dev/tty"))
    assert "already registered" in said.output
    assert said.exit_code != 0


async def test_its_own_input_method_types_once_its_package_is_installed(client: Client, handset: FieldHandset) -> None:
    package = Path(uiautomator2.__file__).parent / "assets" / "app-uiautomator.apk"
    await client(lambda d: d.adb_device.install(str(package), nolaunch=True, uninstall=False, silent=True))
    assert await client(lambda d: d.is_input_ime_installed())
    await client(lambda d: d.click(FIELD.x, FIELD.y))
    await client(lambda d: d.send_keys("nic"))
    await client(lambda d: d.send_keys("日本", clear=True))
    assert handset.text == "日本"
    assert await client(lambda d: d.current_ime()) == "com.github.uiautomator/.AdbKeyboard"
