"""The memory driver: devices.ports.Driver over a MemoryPhone, in the same process."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from drover.devices import picture
from drover.devices.errors import (
    AppNotInstalled,
    DeviceGarbage,
    DeviceTimeout,
    FileRefused,
    PhoneOffline,
    PhoneUnauthorized,
    SecureWindow,
    Unsupported,
)
from drover.devices.frame import Frame, Preview, Rotation
from drover.devices.geometry import Point, Rect
from drover.devices.ports import AppInFront, Capability, Key, Listening, PhoneInfo, PhoneState, ShellResult, TouchEvent
from drover.devices.uitree import UiNode
from drover.drivers.memory.phone import Condition, MemoryPhone
from drover.kernel.clock import Clock

_NOT_FOUND = 127


@dataclass(frozen=True, slots=True)
class Delays:
    """How long the phone takes, and how long the driver waits for one that hangs, in seconds."""

    capture_s: float = 0.0
    input_s: float = 0.0
    other_s: float = 0.0
    deadline_s: float = 10.0


NONE = Delays()
TYPICAL = Delays(capture_s=0.25, input_s=0.03, other_s=0.05)


class MemoryDriver:
    """A phone in memory. See devices.ports.Driver for what each call does and raises."""

    def __init__(
        self, phone: MemoryPhone, clock: Clock, *, delays: Delays = NONE, images: Executor | None = None
    ) -> None:
        self.phone = phone
        self._clock = clock
        self._delays = delays
        self._images = images
        self._taken = 0
        self._info: PhoneInfo | None = None

    @property
    def serial(self) -> str:
        """The phone's serial number."""
        return self.phone.serial

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
        """Read the phone's `info`."""
        async with self._call("attach", self._delays.other_s):
            self._info = PhoneInfo("Memory", "Drover", "13", self.serial, self.phone.size)
            self._taken = 0

    async def detach(self) -> None:
        """Hold nothing for the phone any more."""
        self._info = None

    async def capture(self) -> Frame:
        """Return a frame taken now."""
        asked_at = self._clock.monotonic()
        async with self._call("capture", self._delays.capture_s):
            if self.phone.secure and self.phone.screen_on:
                raise SecureWindow(self.serial)
            self._taken += 1
            return Frame(self.phone.paint(), self._taken, asked_at)

    async def preview(self, *, max_width: int, quality: int) -> Preview:
        """Return a small JPEG of a frame taken now."""
        frame = await self.capture()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._images, picture.preview, frame, max_width, quality)

    async def tap(self, point: Point) -> None:
        """Touch `point`."""
        async with self._call("tap", self._delays.input_s):
            self.phone.touch(point)

    async def long_tap(self, point: Point, *, seconds: float = 0.8) -> None:
        """Touch `point` for `seconds`."""
        async with self._call("long tap", self._delays.input_s + seconds):
            self.phone.touch(point)

    async def swipe(self, start: Point, end: Point, *, seconds: float = 0.3) -> None:
        """Touch `start`, move to `end`; the phone has nothing that moves."""
        async with self._call("swipe", self._delays.input_s + seconds):
            self.phone.touches += [start, end]

    async def type_text(self, text: str) -> None:
        """Type printable ASCII, as an Android phone does, so that what stands above meets the same limits."""
        if not (text.isascii() and (text.isprintable() or not text)):
            raise Unsupported(self.serial, f"type {text!r}", hint="use plain ASCII text without line breaks")
        async with self._call("type text", self._delays.input_s):
            self.phone.type_text(text)

    async def press(self, key: Key, *, times: int = 1) -> None:
        """Press and release `key`, `times` times."""
        async with self._call("press", self._delays.input_s):
            for _ in range(times):
                self.phone.press(key)

    async def ui_tree(self) -> UiNode:
        """Return the root of the UI tree."""
        async with self._call("ui tree", self._delays.other_s):
            return self.phone.ui_tree()

    async def start_app(self, package: str) -> None:
        """Bring the app to the front."""
        async with self._call("start app", self._delays.other_s):
            if package not in self.phone.apps:
                raise AppNotInstalled(self.serial, package)
            self.phone.start(package)

    async def stop_app(self, package: str) -> None:
        """End the app."""
        async with self._call("stop app", self._delays.other_s):
            self.phone.stop(package)

    async def app_in_front(self) -> AppInFront:
        """Return the app that has the focus."""
        async with self._call("app in front", self._delays.other_s):
            return self.phone.in_front

    async def installed_apps(self) -> Sequence[str]:
        """Return the package names, sorted."""
        async with self._call("installed apps", self._delays.other_s):
            return sorted(self.phone.apps)

    async def push(self, content: bytes, remote_path: str) -> None:
        """Write a file."""
        async with self._call("push", self._delays.other_s):
            self.phone.files[remote_path] = content

    async def pull(self, remote_path: str) -> bytes:
        """Return a file's content."""
        async with self._call("pull", self._delays.other_s):
            try:
                return self.phone.files[remote_path]
            except KeyError:
                raise FileRefused(self.serial, remote_path, "no such file") from None

    async def shell(self, *words: str) -> ShellResult:
        """Run `echo` or `true`, the only commands there are."""
        async with self._call("shell", self._delays.other_s):
            if words[:1] == ("echo",):
                return ShellResult(f"{' '.join(words[1:])}\n".encode(), b"", 0)
            if words == ("true",):
                return ShellResult(b"", b"", 0)
            return ShellResult(b"", f"{words[0]}: not found\n".encode(), _NOT_FOUND)

    async def state(self) -> PhoneState:
        """Return how the phone is now."""
        async with self._call("state", self._delays.other_s):
            return PhoneState(
                battery_percent=100,
                temperature_c=25.0,
                screen_on=self.phone.screen_on,
                locked=False,
                rotation=Rotation.PORTRAIT,
                storage_free_bytes=1 << 30,
            )

    async def touch_events(self) -> AsyncGenerator[TouchEvent, None]:
        """Yield what a person's hand does from now on."""
        async with self._call("touch events", self._delays.other_s):
            reader = asyncio.Queue[TouchEvent | None]()
            self.phone.readers.add(reader)
        try:
            yield Listening()
            while True:
                self._require_link()
                if (event := await reader.get()) is not None:
                    yield event
        finally:
            self.phone.readers.remove(reader)

    async def keyboard(self) -> Rect | None:
        """Return what the on-screen keyboard covers, where somebody has set that."""
        async with self._call("keyboard", self._delays.other_s):
            return self.phone.keyboard

    @asynccontextmanager
    async def _call(self, call: str, delay_s: float) -> AsyncGenerator[None, None]:
        self._require_link()
        if delay_s:
            await self._clock.sleep(delay_s)
        if self.phone.condition is Condition.HANGING:
            await self._clock.sleep(self._delays.deadline_s)
            raise DeviceTimeout(self.serial, call, self._delays.deadline_s)
        self._require_link()
        if self.phone.condition is Condition.GARBAGE:
            raise DeviceGarbage(self.serial, call, "noise")
        yield

    def _require_link(self) -> None:
        if self.phone.condition is Condition.OFFLINE:
            raise PhoneOffline(self.serial)
        if self.phone.condition is Condition.UNAUTHORIZED:
            raise PhoneUnauthorized(self.serial)
