"""What the driver makes of an adb server that refuses, hangs, breaks off or talks nonsense."""

import asyncio
import struct
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.devices.errors import (
    AppNotInstalled,
    DeviceError,
    DeviceGarbage,
    DeviceTimeout,
    FileRefused,
    InjectionRefused,
    PhoneOffline,
    PhoneUnauthorized,
    ScreenOff,
    SecureWindow,
    Unsupported,
)
from drover.devices.frame import Rotation
from drover.devices.geometry import Point, Size
from drover.devices.ports import Key
from drover.drivers.adb.client import AdbServer, Address
from drover.drivers.adb.deadlines import Deadlines
from drover.drivers.adb.driver import AdbDriver
from drover.drivers.adb.wire import sync_packet
from drover.kernel.clock import FakeClock, SystemClock
from tests.drivers.adb.conftest import OpenDriver
from tests.drivers.adb.scripted_server import ATTACHED, HANG, OKAY, SERIAL, fail, scripted_server, shell, text

TRANSPORT = f"host:transport:{SERIAL}"
STATE = f"host-serial:{SERIAL}:get-state"
TAP = "shell,v2,raw:input tap 1 2"
FRAME = struct.pack("<4I", 4, 2, 1, 1) + bytes(range(1, 33))

CALLS: dict[str, Callable[[AdbDriver], Awaitable[object]]] = {
    "attach": lambda driver: driver.attach(),
    "capture": lambda driver: driver.capture(),
    "tap": lambda driver: driver.tap(Point(1, 2)),
    "type": lambda driver: driver.type_text("a"),
    "press": lambda driver: driver.press(Key.BACK),
    "tree": lambda driver: driver.ui_tree(),
    "start": lambda driver: driver.start_app("a.b"),
    "front": lambda driver: driver.app_in_front(),
    "apps": lambda driver: driver.installed_apps(),
    "push": lambda driver: driver.push(b"x", "/a"),
    "pull": lambda driver: driver.pull("/a"),
    "shell": lambda driver: driver.shell("ls"),
    "state": lambda driver: driver.state(),
}
all_calls = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())


@all_calls
@pytest.mark.parametrize(
    ("reason", "error"),
    [
        (f"device '{SERIAL}' not found", PhoneOffline),
        ("device offline", PhoneOffline),
        ("device still authorizing", PhoneOffline),
        ("device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set", PhoneUnauthorized),
        ("out of cheese", DeviceGarbage),
    ],
)
async def test_a_refusal_means_what_the_server_s_words_say(
    driver_over: OpenDriver, call: Callable[[AdbDriver], Awaitable[object]], reason: str, error: type[DeviceError]
) -> None:
    async with driver_over({TRANSPORT: [fail(reason)], STATE: [fail(reason)]}) as driver:
        with pytest.raises(error) as caught:
            await call(driver)
    assert SERIAL in caught.value.message
    assert caught.value.hint


@all_calls
async def test_a_server_that_is_not_running_makes_the_phone_offline(
    call: Callable[[AdbDriver], Awaitable[object]], clock: FakeClock
) -> None:
    driver = AdbDriver(SERIAL, AdbServer(Address("127.0.0.1", 1)), clock)
    with pytest.raises(PhoneOffline, match=r"no adb server answers at 127\.0\.0\.1:1"):
        await call(driver)


@pytest.mark.parametrize("chunks", [[HANG], [OKAY, HANG], [OKAY, b"\x01\x05\x00", HANG]])
async def test_a_phone_that_hangs_is_given_up_at_the_deadline(driver_over: OpenDriver, chunks: list[bytes]) -> None:
    async with driver_over({**ATTACHED, TAP: chunks}) as driver:
        with pytest.raises(DeviceTimeout, match=r"tap took longer than 1 s"):
            await driver.tap(Point(1, 2))


async def test_a_tap_that_breaks_off_is_no_success(driver_over: OpenDriver) -> None:
    async with driver_over({**ATTACHED, TAP: [OKAY]}) as driver:
        with pytest.raises(DeviceGarbage, match="before the command did"):
            await driver.tap(Point(1, 2))


async def test_a_tap_that_breaks_off_because_the_phone_went_away_is_offline(driver_over: OpenDriver) -> None:
    async with driver_over({**ATTACHED, TAP: [OKAY], STATE: [text("offline")]}) as driver:
        with pytest.raises(PhoneOffline, match="offline"):
            await driver.tap(Point(1, 2))


async def test_a_capture_cut_short_is_garbage_or_offline_but_never_a_frame(driver_over: OpenDriver) -> None:
    short = {**ATTACHED, "exec:screencap": [OKAY, FRAME[:30]]}
    async with driver_over(short) as driver:
        with pytest.raises(DeviceGarbage, match="30 bytes for 4 x 2"):
            await driver.capture()
        assert driver._line.server.pool.free == 1
    async with driver_over({**short, STATE: [fail("device not found")]}) as driver:
        with pytest.raises(PhoneOffline):
            await driver.capture()


async def test_a_frame_in_small_pieces_is_whole(driver_over: OpenDriver) -> None:
    chunks = [OKAY, *(FRAME[index : index + 1] for index in range(len(FRAME)))]
    async with driver_over({**ATTACHED, "exec:screencap": chunks}) as driver:
        await driver.attach()
        frame = await driver.capture()
    assert frame.pixels.tobytes() == FRAME[16:]
    assert (frame.size, frame.rotation, frame.sequence) == (Size(4, 2), Rotation.PORTRAIT, 1)


async def test_a_frame_larger_than_expected_is_whole(driver_over: OpenDriver) -> None:
    pixels = bytes(range(1, 251)) * 4000
    large = struct.pack("<3I", 500, 500, 1) + pixels
    windows = {"shell,v2,raw:dumpsys window": [shell("mRotation=0")]}
    async with driver_over({**ATTACHED, **windows, "exec:screencap": [OKAY, large]}) as driver:
        await driver.attach()
        assert (await driver.capture()).pixels.tobytes() == pixels


async def test_a_turned_display_is_asked_which_way_once() -> None:
    turned = struct.pack("<3I", 2, 4, 1) + FRAME[16:]
    script = {
        **ATTACHED,
        "exec:screencap": [OKAY, turned],
        "shell,v2,raw:dumpsys window": [shell("mCurrentRotation=ROTATION_270")],
    }
    async with scripted_server(script) as scripted:
        driver = AdbDriver(SERIAL, AdbServer(scripted.address), FakeClock())
        await driver.attach()
        frames = [await driver.capture() for _ in range(3)]
    assert [frame.rotation for frame in frames] == [Rotation.REVERSE_LANDSCAPE] * 3
    assert scripted.requests.count("shell,v2,raw:dumpsys window") == 1


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("java.lang.SecurityException: Injecting input events requires the caller to have INJECT_EVENTS", "refuses"),
        ("Killed", "Killed"),
    ],
)
async def test_any_complaint_of_input_fails_the_touch(driver_over: OpenDriver, said: str, error: str) -> None:
    async with driver_over({**ATTACHED, TAP: [shell(stderr=f"{said}\n", code=255)]}) as driver:
        with pytest.raises((InjectionRefused, DeviceGarbage), match=error):
            await driver.tap(Point(1, 2))


async def test_injection_that_is_forbidden_names_the_switch_to_set(driver_over: OpenDriver) -> None:
    refusal = shell(stderr="java.lang.SecurityException: requires INJECT_EVENTS permission\n")
    async with driver_over({**ATTACHED, TAP: [refusal]}) as driver:
        with pytest.raises(InjectionRefused) as caught:
            await driver.tap(Point(1, 2))
    assert "USB debugging (Security settings)" in caught.value.hint


async def test_linker_noise_does_not_fail_a_touch(driver_over: OpenDriver) -> None:
    async with driver_over({**ATTACHED, TAP: [shell(stderr="WARNING: linker: x\n")]}) as driver:
        await driver.tap(Point(1, 2))


async def test_nothing_is_typed_of_a_text_that_cannot_be_typed_whole() -> None:
    keyboards = "shell,v2,raw:ime list -s -a"
    async with scripted_server(
        {**ATTACHED, keyboards: [shell("com.android.inputmethod.latin/.LatinIME\n")]}
    ) as scripted:
        driver = AdbDriver(SERIAL, AdbServer(scripted.address), FakeClock())
        with pytest.raises(Unsupported, match="ü"):
            await driver.type_text("abcü")
    assert scripted.requests == [TRANSPORT, keyboards]


async def test_a_black_frame_while_the_screen_is_on_is_a_secure_window(driver_over: OpenDriver) -> None:
    black = struct.pack("<3I", 4, 2, 1) + b"\0\0\0\xff" * 8
    script = {**ATTACHED, "exec:screencap": [OKAY, black], "shell,v2,raw:dumpsys power": [shell("mWakefulness=Awake")]}
    async with driver_over(script) as driver:
        await driver.attach()
        with pytest.raises(SecureWindow):
            await driver.capture()


async def test_a_phone_that_sleeps_is_woken_by_the_key_that_only_wakes_or_said_to_stay_off() -> None:
    black = struct.pack("<3I", 4, 2, 1) + b"\0\0\0\xff" * 8
    wake = "shell,v2,raw:input keyevent 224"
    script = {
        **ATTACHED,
        "exec:screencap": [OKAY, black],
        "shell,v2,raw:dumpsys power": [shell("mWakefulness=Asleep")],
        wake: [shell()],
    }
    async with scripted_server(script) as scripted:
        driver = AdbDriver(SERIAL, AdbServer(scripted.address), FakeClock())
        await driver.attach()
        with pytest.raises(ScreenOff):
            await driver.capture()
        assert scripted.requests.count(wake) == 1
        assert (await driver.preview(max_width=4, quality=50)).size == Size(4, 2)
        assert scripted.requests.count(wake) == 1


async def test_an_old_android_is_refused_when_it_attaches(driver_over: OpenDriver) -> None:
    async with driver_over({**ATTACHED, f"host-serial:{SERIAL}:features": [text("cmd")]}) as driver:
        with pytest.raises(Unsupported, match="too old"):
            await driver.attach()


async def test_the_tree_comes_through_a_file_where_it_is_not_printed(driver_over: OpenDriver) -> None:
    script = {
        **ATTACHED,
        "shell,v2,raw:uiautomator dump /dev/tty": [shell(stderr="ERROR: could not open /dev/tty")],
        "shell,v2,raw:uiautomator dump /data/local/tmp/drover-ui.xml && cat /data/local/tmp/drover-ui.xml": [
            shell("UI hierchary dumped\n<hierarchy><node text='x'/></hierarchy>")
        ],
    }
    async with driver_over(script) as driver:
        assert [node.text for node in (await driver.ui_tree()).walk()] == ["", "x"]


RESOLVE = "shell,v2,raw:cmd package resolve-activity --user current --brief -c android.intent.category.LAUNCHER a.b"


async def test_an_app_without_a_known_launcher_is_started_by_monkey(driver_over: OpenDriver) -> None:
    script = {
        **ATTACHED,
        RESOLVE: [shell("No activity found")],
        "shell,v2,raw:pm path --user current a.b": [shell("package:/data/app/a.b")],
        "shell,v2,raw:monkey -p a.b -c android.intent.category.LAUNCHER 1": [shell("Events injected: 1")],
    }
    async with driver_over(script) as driver:
        await driver.start_app("a.b")
    script["shell,v2,raw:monkey -p a.b -c android.intent.category.LAUNCHER 1"] = [shell("** monkey aborted.")]
    async with driver_over(script) as driver:
        with pytest.raises(Unsupported, match="no launcher activity"):
            await driver.start_app("a.b")


@pytest.mark.parametrize(
    ("said", "error"),
    [("Error: Activity class {a.b/.C} does not exist.", AppNotInstalled), ("Error: boom", DeviceGarbage)],
)
async def test_an_app_that_am_cannot_start_is_an_error(
    driver_over: OpenDriver, said: str, error: type[DeviceError]
) -> None:
    script = {
        **ATTACHED,
        RESOLVE: [shell("a.b/.C$D")],
        "shell,v2,raw:am start --user current -n 'a.b/.C$D'": [shell(f"Starting\n{said}")],
    }
    async with driver_over(script) as driver:
        with pytest.raises(error):
            await driver.start_app("a.b")


STAT_FILE = struct.pack("<4s3I", b"STAT", 0o100644, 3, 0)


@pytest.mark.parametrize(
    ("stat", "rest", "error", "why"),
    [
        (struct.pack("<4s3I", b"STAT", 0, 0, 0), b"", FileRefused, "no such file"),
        (struct.pack("<4s3I", b"STAT", 0o040755, 0, 0), b"", FileRefused, "not a regular file"),
        (STAT_FILE, sync_packet(b"FAIL", b"Permission denied"), FileRefused, "Permission denied"),
        (STAT_FILE, b"DATA\xff\xff\xff\xff", DeviceGarbage, "expected DATA"),
        (STAT_FILE, b"WHAT\0\0\0\0", DeviceGarbage, "expected DATA"),
        (STAT_FILE, b"DATA\x09\0\0\0abc", DeviceGarbage, "the connection"),
        (b"NOPE" * 4, b"", DeviceGarbage, "expected STAT"),
    ],
)
async def test_a_pull_that_goes_wrong_says_why(
    driver_over: OpenDriver, stat: bytes, rest: bytes, error: type[DeviceError], why: str
) -> None:
    async with driver_over({**ATTACHED, "sync:": [OKAY, stat, rest]}) as driver:
        with pytest.raises(error, match=why):
            await driver.pull("/a")


async def test_after_an_outage_calls_fail_at_once_until_the_pause_is_over() -> None:
    clock = FakeClock()
    async with scripted_server({TRANSPORT: [fail("device offline")]}) as scripted:
        driver = AdbDriver(SERIAL, AdbServer(scripted.address), clock)
        for _ in range(5):
            with pytest.raises(PhoneOffline):
                await driver.tap(Point(1, 2))
        assert len(scripted.requests) == 1
        clock.advance(0.6)
        for _ in range(5):
            with pytest.raises(PhoneOffline, match=r"offline|tried again in 1\.0 s"):
                await driver.tap(Point(1, 2))
        assert len(scripted.requests) == 2


async def test_attaching_ends_the_pause() -> None:
    script = {**ATTACHED, TAP: [fail("device offline")], "shell,v2,raw:true": [shell()]}
    async with scripted_server(script) as scripted:
        driver = AdbDriver(SERIAL, AdbServer(scripted.address), FakeClock())
        with pytest.raises(PhoneOffline):
            await driver.tap(Point(1, 2))
        await driver.attach()
        assert (await driver.shell("true")).exit_code == 0


async def test_a_cancelled_call_closes_its_connection() -> None:
    async with scripted_server({**ATTACHED, TAP: [OKAY, HANG]}) as scripted:
        driver = AdbDriver(SERIAL, AdbServer(scripted.address), SystemClock())
        task = asyncio.ensure_future(driver.tap(Point(1, 2)))
        await scripted.until(lambda: TAP in scripted.requests)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await scripted.until(lambda: scripted.open_connections == 0)


async def test_no_more_commands_run_at_once_than_allowed() -> None:
    async with scripted_server({**ATTACHED, TAP: [OKAY, HANG]}) as scripted:
        server = AdbServer(scripted.address, commands=3)
        driver = AdbDriver(SERIAL, server, SystemClock(), deadlines=Deadlines(touch_s=0.2))
        taps = [asyncio.ensure_future(driver.tap(Point(1, 2))) for _ in range(6)]
        await scripted.until(lambda: scripted.requests.count(TAP) == 3)
        assert scripted.open_connections == 3
        results = await asyncio.gather(*taps, return_exceptions=True)
        assert [type(result) for result in results] == [DeviceTimeout] * 6


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(list(CALLS)), st.lists(st.binary(max_size=40), max_size=4), st.booleans())
def test_whatever_a_server_answers_is_a_result_or_a_device_error(call: str, noise: list[bytes], polite: bool) -> None:  # noqa: FBT001  drawn
    async def converse() -> object:
        script = _Noise([OKAY, *noise] if polite else noise)
        async with scripted_server(script) as scripted:
            server = AdbServer(scripted.address, deadline_s=2)
            driver = AdbDriver(SERIAL, server, SystemClock(), deadlines=Deadlines(*[0.5] * 9))
            try:
                return await CALLS[call](driver)
            except DeviceError as error:
                return error

    asyncio.run(converse())


class _Noise(dict[str, list[bytes]]):
    """A script that answers every request for a phone's service alike, and lets the phone be there."""

    def __init__(self, chunks: list[bytes]) -> None:
        super().__init__({TRANSPORT: [OKAY], STATE: [text("device")]})
        self.chunks = chunks

    def get(self, key: str, default: object = None) -> list[bytes]:  # type: ignore[override]  # narrower on purpose
        del default
        return super().get(key, self.chunks)  # type: ignore[return-value]
