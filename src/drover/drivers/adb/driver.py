"""An Android phone behind an adb server. Nothing has to be installed on it; Android 7 (2016) or newer."""

import asyncio
import shlex
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from typing import TypeVar

from drover.devices import picture
from drover.devices.errors import (
    DeviceGarbage,
    FileRefused,
    PhoneOffline,
    PhoneUnauthorized,
    ScreenOff,
    SecureWindow,
    Unsupported,
)
from drover.devices.frame import Frame, Preview, Rotation
from drover.devices.geometry import Point, Rect, Size
from drover.devices.ports import AppInFront, Capability, Key, PhoneInfo, PhoneState, ShellResult, TouchEvent
from drover.devices.uitree import UiNode
from drover.drivers.adb import dumpsys, input, sync, touch, tree  # noqa: A004  named for Android's `input`
from drover.drivers.adb.apps import PhoneApps
from drover.drivers.adb.backoff import Backoff
from drover.drivers.adb.camera import Camera
from drover.drivers.adb.choosing import Choice
from drover.drivers.adb.client import AdbServer
from drover.drivers.adb.deadlines import DEADLINES, Deadlines
from drover.drivers.adb.line import PhoneLine
from drover.drivers.adb.phone_ways import BASELINE_ONLY, PhoneWays, Remembered, WayOptions
from drover.kernel.clock import Clock

Parsed = TypeVar("Parsed")

MODEL_PROPERTY = "ro.product.model"
_PROPERTIES = (MODEL_PROPERTY, "ro.product.manufacturer", "ro.build.version.release", "ro.serialno")
_FILE_MODE = 0o100644
_WAKING_S = 2.0
_MOST_SINGLE_KEYS = 4
"""More key presses than this are faster in one run of `input` than in a call each."""
_LOOK_AGAIN_S = 0.1


class AdbDriver:
    """A phone by its serial. See devices.ports.Driver for what each call does and raises."""

    def __init__(
        self,
        serial: str,
        server: AdbServer,
        clock: Clock,
        *,
        backoff: Backoff | None = None,
        deadlines: Deadlines = DEADLINES,
        images: Executor | None = None,
        options: WayOptions = BASELINE_ONLY,
        remembered: Remembered | None = None,
    ) -> None:
        """Take the phone of that serial.

        `images` is where pictures are decoded and made small (by default, the loop's own threads); `options` says which
        ways to capture and to touch may be tried, and `remembered` what was measured of them before.
        """
        self._line = PhoneLine(serial, server, clock, Backoff() if backoff is None else backoff)
        self._ways = PhoneWays(
            self._line,
            clock,
            deadlines,
            natural=lambda: Size(0, 0) if self._info is None else self._info.size,
            images=images,
            options=options,
            remembered=Remembered() if remembered is None else remembered,
        )
        self._camera = Camera(self._line, clock, self._ways.captures)
        self._apps = PhoneApps(self._line, clock, deadlines.app_s)
        self._clock = clock
        self._deadlines = deadlines
        self._images = images
        self._info: PhoneInfo | None = None

    @property
    def serial(self) -> str:
        """The serial number under which the adb server knows the phone."""
        return self._line.serial

    @property
    def info(self) -> PhoneInfo:
        """What does not change while the phone is attached."""
        if self._info is None:
            raise PhoneOffline(self.serial, "it is not attached yet")
        return self._info

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Everything."""
        return frozenset(Capability)

    @property
    def ways(self) -> Choice:
        """By which ways the phone is captured and touched now, and what they took when it attached."""
        return self._ways.choice

    async def attach(self) -> None:
        """Find the phone, even while its backoff lasts, read its `info`, and choose the fastest ways to it."""
        deadline_s = self._deadlines.attach_s
        async with self._line.guard("attach", deadline_s, patient=False):
            state = await self._line.server.state(self.serial)
            if state == "unauthorized":
                raise PhoneUnauthorized(self.serial)
            if state != "device":
                raise PhoneOffline(self.serial, state)
            features = await self._line.server.features(self.serial)
        if "shell_v2" not in features:
            raise Unsupported(self.serial, "be driven: its Android is too old", hint="Android 7 or newer is needed")
        properties = [await self._text(f"getprop {name}", "attach", deadline_s) for name in _PROPERTIES]
        model, manufacturer, android, hardware_serial = (text.strip() for text in properties)
        size = await self._parsed(dumpsys.display_size, "wm size", "attach", deadline_s)
        self._info = PhoneInfo(model, manufacturer, android, hardware_serial, size)
        self._camera.start(size)
        await self._ways.open(hardware_serial)

    async def detach(self) -> None:
        """Hold nothing for the phone any more."""
        await self._ways.close()
        self._info = None

    async def capture(self) -> Frame:
        """Return a frame taken now. A phone that sleeps is woken; ScreenOff is raised where that does not help."""
        frame = await self._camera.take(self._deadlines.capture_s)
        if not picture.is_black(frame.pixels):
            return frame
        if not await self._screen_is_on():
            await self._wake()
        return await self._look_again()

    async def preview(self, *, max_width: int, quality: int) -> Preview:
        """Return a small JPEG of a frame taken now; made in an image thread. A phone that sleeps is left asleep."""
        frame = await self._camera.take(self._deadlines.capture_s)
        if picture.is_black(frame.pixels) and await self._screen_is_on():
            frame = await self._look_again()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._images, picture.preview, frame, max_width, quality)

    async def tap(self, point: Point) -> None:
        """Touch `point` and let go."""
        await self._touch("tap", point, point, 0.0)

    async def long_tap(self, point: Point, *, seconds: float = 0.8) -> None:
        """Touch `point` for `seconds`."""
        await self._touch("long tap", point, point, seconds)

    async def swipe(self, start: Point, end: Point, *, seconds: float = 0.3) -> None:
        """Touch `start`, move to `end` in `seconds`, let go."""
        await self._touch("swipe", start, end, seconds)

    async def type_text(self, text: str) -> None:
        """Type `text` into the focused field: other than printable ASCII only where the phone has a way for it."""
        await self._ways.writer.write(text)

    async def typing_way(self) -> str | None:
        """Return by what other text than printable ASCII is typed; None where the phone has no way for it."""
        return await self._ways.writer.way()

    async def press(self, key: Key, *, times: int = 1) -> None:
        """Press and release `key`, `times` times, in as few calls as may be."""
        for codes in input.key_pieces(key, times):
            deadline_s = self._deadlines.touch_s + 0.1 * len(codes)
            if len(codes) > _MOST_SINGLE_KEYS:
                await self._ways.inputs.baseline.press(codes, deadline_s)
            else:
                await self._ways.inputs.use(lambda way, codes=codes, s=deadline_s: way.press(codes, s))

    async def ui_tree(self) -> UiNode:
        """Return the root of the UI tree."""
        return await tree.ui_tree(self._line, self._ways.service, self._deadlines.ui_tree_s)

    async def start_app(self, package: str) -> None:
        """Bring the app to the front, by its launcher activity."""
        await self._apps.start(package)

    async def stop_app(self, package: str) -> None:
        """End the app's processes."""
        await self._apps.stop(package)

    async def app_in_front(self) -> AppInFront:
        """Return the app that has the focus."""
        return await self._apps.in_front()

    async def installed_apps(self) -> Sequence[str]:
        """Return the package names, sorted."""
        return await self._apps.installed()

    async def switch_user(self, number: int) -> None:
        """Bring another user of the phone to the front. Raises Unsupported for one that it lacks."""
        await self._apps.switch_user(number)

    async def push(self, content: bytes, remote_path: str) -> None:
        """Write `content` to `remote_path`."""
        modified_s = int(self._clock.now().timestamp())
        try:
            async with self._line.guard("push", self._deadlines.file_s), self._line.service("sync:") as connection:
                await sync.send(connection, content, remote_path, mode=_FILE_MODE, modified_s=modified_s)
        except sync.FileFault as error:
            raise FileRefused(self.serial, remote_path, str(error)) from error

    async def pull(self, remote_path: str) -> bytes:
        """Return the content of `remote_path`."""
        try:
            async with self._line.guard("pull", self._deadlines.file_s), self._line.service("sync:") as connection:
                return await sync.receive(connection, remote_path)
        except sync.FileFault as error:
            raise FileRefused(self.serial, remote_path, str(error)) from error

    async def shell(self, *words: str) -> ShellResult:
        """Run a command in the phone's shell."""
        output = await self._line.shell(shlex.join(words), "shell", self._deadlines.shell_s)
        return ShellResult(bytes(output.stdout), bytes(output.stderr), output.exit_code or 0)

    async def state(self) -> PhoneState:
        """Return how the phone is now."""
        deadline_s = self._deadlines.state_s
        percent, temperature_c = await self._parsed(dumpsys.battery, "dumpsys battery", "state", deadline_s)
        windows = await self._text("dumpsys window", "state", deadline_s)
        return PhoneState(
            battery_percent=percent,
            temperature_c=temperature_c,
            screen_on=await self._screen_is_on(),
            locked=dumpsys.locked(windows),
            rotation=self._understood(dumpsys.rotation, windows, "state"),
            storage_free_bytes=await self._parsed(dumpsys.free_bytes, "df -k /data", "state", deadline_s),
        )

    async def touch_events(self) -> AsyncGenerator[TouchEvent, None]:
        """Yield what the touch screen and the phone's own keys tell from now on, as `getevent` prints it.

        Through a terminal: without one the phone would print only when it has 4 KB, and go on when nobody listens.
        """
        deadline_s = self._deadlines.shell_s
        found = touch.panels(await self._text("getevent -lp", "touch events", deadline_s))
        if not found:
            raise Unsupported(self.serial, "tell what is touched: `getevent -lp` shows no touch screen")
        turned = await self._parsed(dumpsys.rotation, "dumpsys window", "touch events", deadline_s)
        taken = self._camera.taken

        def rotation() -> Rotation:
            # A frame's sides do not tell a display that stands on its head.
            seen = turned if self._camera.taken == taken else self._camera.rotation
            return turned if (seen, turned) == (Rotation.PORTRAIT, Rotation.UPSIDE_DOWN) else seen

        reader = touch.TouchReader(found, self.info.size, rotation)
        lines = touch.Lines()
        async with (
            self._line.stream("shell,v2,TERM=dumb,pty:getevent -lt", "touch events") as connection,
            aclosing(connection.shell_output()) as printed,
        ):
            async for data in printed:
                for line in lines.feed(data):
                    for event in reader.read(line):
                        yield event

    async def keyboard(self) -> Rect | None:
        """Return what of the frame the on-screen keyboard covers, or None while it is away."""
        return dumpsys.keyboard_area(await self._text("dumpsys window", "keyboard", self._deadlines.state_s))

    async def _screen_is_on(self) -> bool:
        return await self._parsed(dumpsys.screen_on, "dumpsys power", "state", self._deadlines.state_s)

    async def _wake(self) -> None:
        """Wake the phone by the key that only wakes; the power key would send one that is awake to sleep."""
        await self.press(Key.WAKE)
        deadline = self._clock.monotonic() + _WAKING_S
        while not await self._screen_is_on():
            if self._clock.monotonic() > deadline:
                raise ScreenOff(self.serial)
            await self._clock.sleep(_LOOK_AGAIN_S)

    async def _look_again(self) -> Frame:
        """Return a frame by the baseline. Raises SecureWindow where that is black too."""
        frame = await self._camera.take(self._deadlines.capture_s, surely=True)
        if picture.is_black(frame.pixels):
            raise SecureWindow(self.serial)
        return frame

    async def _touch(self, call: str, start: Point, end: Point, seconds: float) -> None:
        deadline_s = self._deadlines.touch_s + seconds
        await self._ways.inputs.use(lambda way: way.touch(call, start, end, seconds, deadline_s))

    async def _text(self, command: str, call: str, deadline_s: float) -> str:
        return await self._line.text(command, call, deadline_s)

    async def _parsed(self, parse: Callable[[str], Parsed], command: str, call: str, deadline_s: float) -> Parsed:
        return self._understood(parse, await self._text(command, call, deadline_s), call)

    def _understood(self, parse: Callable[[str], Parsed], output: str, call: str) -> Parsed:
        try:
            return parse(output)
        except dumpsys.NotUnderstood as error:
            raise DeviceGarbage(self.serial, call, str(error)) from error
