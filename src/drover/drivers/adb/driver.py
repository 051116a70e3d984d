"""An Android phone behind an adb server. Nothing has to be installed on it; Android 7 (2016) or newer."""

import asyncio
import shlex
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from typing import TypeVar

from drover.devices import picture
from drover.devices.errors import (
    AppNotInstalled,
    DeviceGarbage,
    FileRefused,
    InjectionRefused,
    PhoneOffline,
    PhoneUnauthorized,
    SecureWindow,
    Unsupported,
)
from drover.devices.frame import Frame, Preview
from drover.devices.geometry import Point, Rect
from drover.devices.ports import AppInFront, Capability, Key, PhoneInfo, PhoneState, ShellResult, TouchEvent
from drover.devices.uitree import UiNode
from drover.drivers.adb import dumpsys, input, sync, touch, uixml  # noqa: A004  named for Android's `input`
from drover.drivers.adb.backoff import Backoff
from drover.drivers.adb.camera import Camera
from drover.drivers.adb.client import AdbServer
from drover.drivers.adb.deadlines import DEADLINES, Deadlines
from drover.drivers.adb.line import PhoneLine
from drover.kernel.clock import Clock

Parsed = TypeVar("Parsed")

_UI_FILE = "/data/local/tmp/drover-ui.xml"
_PROPERTIES = ("ro.product.model", "ro.product.manufacturer", "ro.build.version.release", "ro.serialno")
_FILE_MODE = 0o100644


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
    ) -> None:
        """Take the phone of that serial; `images` is where previews are made (by default, the loop's own threads)."""
        self._line = PhoneLine(serial, server, clock, Backoff() if backoff is None else backoff)
        self._camera = Camera(self._line, clock)
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

    async def attach(self) -> None:
        """Find the phone, even while its backoff lasts, and read its `info`."""
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

    async def detach(self) -> None:
        """Hold nothing for the phone any more."""
        self._info = None

    async def capture(self) -> Frame:
        """Return a frame taken now."""
        frame = await self._camera.take(self._deadlines.capture_s)
        if picture.is_black(frame.pixels) and await self._screen_is_on():
            raise SecureWindow(self.serial)
        return frame

    async def preview(self, *, max_width: int, quality: int) -> Preview:
        """Return a small JPEG of a frame taken now; made in an image thread."""
        frame = await self.capture()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._images, picture.preview, frame, max_width, quality)

    async def tap(self, point: Point) -> None:
        """Touch `point` and let go."""
        await self._input("tap", ["tap", str(point.x), str(point.y)], self._deadlines.touch_s)

    async def long_tap(self, point: Point, *, seconds: float = 0.8) -> None:
        """Touch `point` for `seconds`: a swipe that goes nowhere."""
        words = ["swipe", *input.swipe_words(point, point, seconds)]
        await self._input("long tap", words, self._deadlines.touch_s + seconds)

    async def swipe(self, start: Point, end: Point, *, seconds: float = 0.3) -> None:
        """Touch `start`, move to `end` in `seconds`, let go."""
        words = ["swipe", *input.swipe_words(start, end, seconds)]
        await self._input("swipe", words, self._deadlines.touch_s + seconds)

    async def type_text(self, text: str) -> None:
        """Type `text`, which is printable ASCII, into the focused field."""
        if untypable := input.untypable(text):
            raise Unsupported(
                self.serial, f"type {untypable!r} by key events", hint="use plain ASCII text without line breaks"
            )
        for piece in input.text_pieces(text):
            await self._input("type text", ["text", piece], self._deadlines.text_s)

    async def press(self, key: Key, *, times: int = 1) -> None:
        """Press and release `key`, `times` times, in as few calls as may be."""
        for codes in input.key_pieces(key, times):
            await self._input("press", ["keyevent", *codes], self._deadlines.touch_s + 0.1 * len(codes))

    async def ui_tree(self) -> UiNode:
        """Return the root of the UI tree; through a file where the phone does not print it."""
        deadline_s = self._deadlines.ui_tree_s
        output = await self._line.shell("uiautomator dump /dev/tty", "ui tree", deadline_s)
        try:
            return uixml.parse(uixml.extract(bytes(output.stdout)))
        except uixml.NotATree:
            command = f"uiautomator dump {_UI_FILE} && cat {_UI_FILE}"
            output = await self._line.shell(command, "ui tree", deadline_s)
        try:
            return uixml.parse(uixml.extract(bytes(output.stdout + output.stderr)))
        except uixml.NotATree as error:
            raise await self._line.garbage("ui tree", str(error)) from error

    async def start_app(self, package: str) -> None:
        """Bring the app to the front, by its launcher activity."""
        quoted = shlex.quote(package)
        resolve = f"cmd package resolve-activity --brief -c android.intent.category.LAUNCHER {quoted}"
        component = dumpsys.launcher_component(await self._text(resolve, "start app", self._deadlines.app_s))
        if component is None:
            await self._start_without_component(package)
            return
        output = await self._text(f"am start -n {shlex.quote(component)}", "start app", self._deadlines.app_s)
        if "does not exist" in output:
            raise AppNotInstalled(self.serial, package)
        if "Error" in output or "Exception" in output:
            raise DeviceGarbage(self.serial, "start app", input.complaint(output.splitlines()))

    async def stop_app(self, package: str) -> None:
        """End the app's processes."""
        output = await self._line.shell(f"am force-stop {shlex.quote(package)}", "stop app", self._deadlines.app_s)
        if output.exit_code != 0 or output.stderr:
            detail = output.stderr.decode("utf-8", "replace").strip() or f"exit code {output.exit_code}"
            raise DeviceGarbage(self.serial, "stop app", detail[:200])

    async def app_in_front(self) -> AppInFront:
        """Return the app that has the focus."""
        return await self._parsed(dumpsys.app_in_front, "dumpsys window", "app in front", self._deadlines.app_s)

    async def installed_apps(self) -> Sequence[str]:
        """Return the package names, sorted."""
        return await self._parsed(dumpsys.packages, "pm list packages", "installed apps", self._deadlines.app_s)

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
        reader = touch.TouchReader(
            found, self.info.size, lambda: turned if self._camera.taken == taken else self._camera.rotation
        )
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

    async def _start_without_component(self, package: str) -> None:
        quoted = shlex.quote(package)
        path = await self._text(f"pm path {quoted}", "start app", self._deadlines.app_s)
        if not path.startswith("package:"):
            raise AppNotInstalled(self.serial, package)
        monkey = f"monkey -p {quoted} -c android.intent.category.LAUNCHER 1"
        if "aborted" in await self._text(monkey, "start app", self._deadlines.app_s):
            raise Unsupported(self.serial, f"start {package}: it has no launcher activity")

    async def _screen_is_on(self) -> bool:
        return await self._parsed(dumpsys.screen_on, "dumpsys power", "state", self._deadlines.state_s)

    async def _input(self, call: str, words: Sequence[str], deadline_s: float) -> None:
        output = await self._line.shell(f"input {shlex.join(words)}", call, deadline_s)
        if output.exit_code == 0 and not output.stdout and not output.stderr:
            return
        complaint = input.complaint((output.stdout + output.stderr).decode("utf-8", "replace").splitlines())
        if input.is_refusal(complaint):
            raise InjectionRefused(self.serial, complaint)
        if complaint or output.exit_code != 0:
            raise DeviceGarbage(self.serial, call, complaint or f"exit code {output.exit_code}")

    async def _text(self, command: str, call: str, deadline_s: float) -> str:
        return await self._line.text(command, call, deadline_s)

    async def _parsed(self, parse: Callable[[str], Parsed], command: str, call: str, deadline_s: float) -> Parsed:
        return self._understood(parse, await self._text(command, call, deadline_s), call)

    def _understood(self, parse: Callable[[str], Parsed], output: str, call: str) -> Parsed:
        try:
            return parse(output)
        except dumpsys.NotUnderstood as error:
            raise DeviceGarbage(self.serial, call, str(error)) from error
