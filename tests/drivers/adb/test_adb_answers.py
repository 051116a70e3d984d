"""What phones answer that is not what was asked for: each time a declared error, and nothing is left behind."""

import base64
import json
import struct
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from drover.devices.errors import DeviceGarbage, DeviceTimeout, PhoneOffline, Unsupported
from drover.devices.geometry import Size
from drover.drivers.adb.apps import PhoneApps
from drover.drivers.adb.backoff import Backoff
from drover.drivers.adb.capture_ways import U2Screenshot, ZippedScreencap
from drover.drivers.adb.client import AdbServer
from drover.drivers.adb.deadlines import Deadlines
from drover.drivers.adb.driver import AdbDriver
from drover.drivers.adb.input_ways import ShellInput
from drover.drivers.adb.jar import Jar
from drover.drivers.adb.line import PhoneLine
from drover.drivers.adb.source import AdbSource
from drover.drivers.adb.tree import ui_tree
from drover.drivers.adb.u2 import U2Service
from drover.drivers.adb.ways import WayClosed
from drover.drivers.adb.writing import TYPING_METHODS, Writer
from drover.kernel.clock import FakeClock
from tests.drivers.adb.conftest import OpenDriver
from tests.drivers.adb.scripted_server import ATTACHED, OKAY, SERIAL, Script, fail, scripted_server, shell, text

SIZE = Size(4, 2)
FRAME = struct.pack("<4I", 4, 2, 1, 0) + bytes(range(1, 33))
STATE = f"host-serial:{SERIAL}:get-state"
ZIPPED = "exec:screencap | gzip -1"
SERVICE = "tcp:9008"
DUMPS = (
    "shell,v2,raw:uiautomator dump /dev/tty",
    "shell,v2,raw:uiautomator dump /data/local/tmp/drover-ui.xml && cat /data/local/tmp/drover-ui.xml",
)
HIERARCHY = "<hierarchy><node text='{}'/></hierarchy>"
IME = TYPING_METHODS[0].name


@dataclass(frozen=True)
class Wire:
    """A line to a phone behind a scripted adb server, and uiautomator2's service on it."""

    line: PhoneLine
    service: U2Service
    clock: FakeClock
    requests: list[str]

    @property
    def writer(self) -> Writer:
        return Writer(self.line, ShellInput(self.line), self.clock, Deadlines())


@asynccontextmanager
async def wire(script: Script) -> AsyncGenerator[Wire, None]:
    clock = FakeClock()
    async with scripted_server({**ATTACHED, **script}) as scripted:
        line = PhoneLine(SERIAL, AdbServer(scripted.address, deadline_s=2), clock, Backoff())
        yield Wire(line, U2Service(line, Jar(b"", "0"), clock, Deadlines()), clock, scripted.requests)


def said(document: object) -> list[bytes]:
    """Return what uiautomator2's service answers."""
    body = json.dumps(document).encode()
    return [OKAY, b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)]


def gzipped(content: bytes) -> bytes:
    packer = zlib.compressobj(1, wbits=zlib.MAX_WBITS | 16)
    return packer.compress(content) + packer.flush()


def jpeg(size: Size) -> bytes:
    return cv2.imencode(".jpg", np.full((size.height, size.width, 3), 90, np.uint8))[1].tobytes()


@pytest.mark.parametrize(
    ("call", "request_", "answer", "why"),
    [
        (lambda d: d.stop_app("a.b"), "am force-stop --user current a.b", shell(stderr="boom", code=1), "boom"),
        (lambda d: d.stop_app("a.b"), "am force-stop --user current a.b", shell(code=7), "exit code 7"),
        (lambda d: d.app_in_front(), "dumpsys window", shell("nothing has the focus"), "app in front"),
    ],
)
async def test_an_answer_about_apps_that_is_none_says_what_was_said(
    driver_over: OpenDriver,
    call: Callable[[AdbDriver], Awaitable[object]],
    request_: str,
    answer: bytes,
    why: str,
) -> None:
    async with driver_over({**ATTACHED, f"shell,v2,raw:{request_}": [answer]}) as driver:
        with pytest.raises(DeviceGarbage, match=why):
            await call(driver)


@pytest.mark.parametrize(("answer", "why"), [("who?", "who"), ("", "an empty answer")])
async def test_a_user_that_is_no_number_is_garbage(answer: str, why: str) -> None:
    async with wire({"shell,v2,raw:am get-current-user": [shell(answer)]}) as at:
        with pytest.raises(DeviceGarbage, match=why):
            await PhoneApps(at.line, at.clock, 5).user()


async def test_a_user_who_does_not_come_to_the_front_is_given_up() -> None:
    script = {"shell,v2,raw:am switch-user 10": [shell()], "shell,v2,raw:am get-current-user": [shell("0\n")]}
    async with wire(script) as at:
        with pytest.raises(DeviceTimeout, match="switching to user 10"):
            await PhoneApps(at.line, at.clock, 5).switch_user(10)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"sh: gzip: not found\n", "not zipped"),
        (gzipped(FRAME)[:-9], "cut off"),
        (gzipped(FRAME + bytes(9)), "larger than 48 bytes"),
        (gzipped(FRAME[:-1]), "47 bytes for 4 x 2"),
        (b"", "cut off"),
    ],
)
async def test_a_zipped_capture_that_is_no_frame_closes_the_way_and_keeps_no_buffer(answer: bytes, why: str) -> None:
    async with wire({ZIPPED: [OKAY, answer]}) as at:
        with pytest.raises(WayClosed, match=why):
            await ZippedScreencap(at.line, lambda: SIZE, None).shoot(5)
        taken = at.line.server.pool.free
        with pytest.raises(WayClosed, match=why):
            await ZippedScreencap(at.line, lambda: SIZE, None).shoot(5)
        assert at.line.server.pool.free == taken


async def test_a_zipped_capture_is_the_frame() -> None:
    async with wire({ZIPPED: [OKAY, gzipped(FRAME)]}) as at:
        picture = await ZippedScreencap(at.line, lambda: SIZE, None).shoot(5)
    assert picture.pixels.tobytes() == FRAME[16:]


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (None, "no picture"),
        ("a", "not base64"),
        (base64.b64encode(jpeg(Size(9, 9))).decode(), "9 x 9"),
        (base64.b64encode(jpeg(SIZE)[:180]).decode(), "no JPEG|cannot be decoded"),
    ],
)
async def test_a_picture_of_the_service_that_is_none_closes_the_way(result: str | None, why: str) -> None:
    async with wire({SERVICE: said({"result": result})}) as at:
        with pytest.raises(WayClosed, match=why):
            await U2Screenshot(at.line, at.service, lambda: SIZE, None).shoot(5)


@pytest.mark.parametrize(
    "answer",
    [
        said({"result": "<html/>"}),
        said({"result": None}),
        said({"error": {"message": "java.lang.NullPointerException"}}),
        [OKAY, b"SSH-2.0\r\n\r\n"],
    ],
)
async def test_a_tree_that_the_service_does_not_tell_is_told_by_the_command(answer: list[bytes]) -> None:
    async with wire({SERVICE: answer, DUMPS[0]: [shell(HIERARCHY.format("dumped"))]}) as at:
        tree = await ui_tree(at.line, at.service, 5)
    assert [node.text for node in tree.walk()] == ["", "dumped"]


async def test_a_tree_that_the_service_tells_needs_no_command() -> None:
    async with wire({SERVICE: said({"result": HIERARCHY.format("told")})}) as at:
        tree = await ui_tree(at.line, at.service, 5)
    assert [node.text for node in tree.walk()] == ["", "told"]


@pytest.mark.parametrize(("state", "error"), [("device", DeviceGarbage), ("offline", PhoneOffline)])
async def test_a_tree_that_nothing_tells_is_garbage_or_the_phone_is_gone(state: str, error: type[Exception]) -> None:
    idle = shell("ERROR: could not get idle state.")
    async with wire({STATE: [text(state)], DUMPS[0]: [idle], DUMPS[1]: [idle]}) as at:
        with pytest.raises(error):
            await ui_tree(at.line, None, 5)


METHOD: Script = {
    "shell,v2,raw:ime list -s -a": [shell(f"com.example/.Own\n{IME}\n")],
    "shell,v2,raw:settings --user current get secure default_input_method": [shell("com.example/.Own\n")],
    f"shell,v2,raw:ime enable {IME} && ime set {IME}": [shell("selected")],
    f"shell,v2,raw:ime set com.example/.Own && ime disable {IME}": [shell("selected")],
    "shell,v2,raw:dumpsys input_method": [shell(f"mCurMethodId={IME} mBoundToMethod=true")],
}
BROADCAST = (
    f"shell,v2,raw:am broadcast --user current -a ADB_INPUT_B64 --es msg {base64.b64encode('ä'.encode()).decode()}"
)
RESTORED = f"shell,v2,raw:ime set com.example/.Own && ime disable {IME}"


async def test_an_input_method_that_refuses_a_text_is_told_and_the_phone_s_own_is_back() -> None:
    async with wire({**METHOD, BROADCAST: [shell("Error: boom")]}) as at:
        with pytest.raises(DeviceGarbage, match="boom"):
            await at.writer.write("ä")
        assert at.requests[-1] == RESTORED


async def test_an_input_method_that_does_not_start_types_nothing_and_the_phone_s_own_is_back() -> None:
    async with wire({**METHOD, "shell,v2,raw:dumpsys input_method": [shell("mBoundToMethod=false")]}) as at:
        with pytest.raises(Unsupported, match="ä"):
            await at.writer.write("ä")
        assert at.requests[-1] == RESTORED
        assert [request for request in at.requests if "broadcast" in request] == []


@pytest.mark.parametrize("answer", [said({"result": None}), said({"error": "no clipboard"})])
async def test_a_clipboard_that_does_not_take_a_text_is_not_pasted(answer: list[bytes]) -> None:
    async with wire({"shell,v2,raw:ime list -s -a": [shell("com.example/.Own\n")], SERVICE: answer}) as at:
        writer = at.writer
        writer.service = at.service
        with pytest.raises(Unsupported, match="ä"):
            await writer.write("ä")


async def test_a_heartbeat_is_asked_of_a_phone_that_is_left_alone_and_ends_that() -> None:
    async with scripted_server({**ATTACHED, "shell,v2,raw:true": [shell()]}) as scripted:
        source = AdbSource(AdbServer(scripted.address), FakeClock())
        source._backoff(SERIAL).failed(0.0)
        await source.ping(SERIAL)
        asked = list(scripted.requests)
        await source.ping(SERIAL)
        assert scripted.requests == asked
        assert source._backoff(SERIAL).failures == 0


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ({f"host:transport:{SERIAL}": [fail("device offline")]}, PhoneOffline),
        ({"shell,v2,raw:true": [OKAY], STATE: [text("device")]}, DeviceGarbage),
        ({"shell,v2,raw:true": [OKAY], STATE: [fail("device not found")]}, PhoneOffline),
    ],
)
async def test_a_heartbeat_that_fails_says_what_is_wrong_with_the_phone(script: Script, error: type[Exception]) -> None:
    async with scripted_server({**ATTACHED, **script}) as scripted:
        with pytest.raises(error):
            await AdbSource(AdbServer(scripted.address), FakeClock()).ping(SERIAL)
