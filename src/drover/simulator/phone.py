"""A simulated phone: what its shell and the control API see and do.

What listens inside a phone (a test server, a web view's debugger) is put into `phone.sockets` under its address, such
as `tcp:9008` or `localabstract:chrome_devtools`; `adb forward` and a client's own `tcp:9008` stream reach it. It is a
coroutine function that is given one `Stream` per connection (`read` returns `b""` at the end, `write` waits for the
acknowledgement); the connection ends when it returns. It is removed by deleting the entry; a reboot empties the table.
"""

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from drover.kernel.clock import Clock
from drover.simulator.adbd.authorization import Authorization
from drover.simulator.adbd.connection import Service
from drover.simulator.adbd.line import Line
from drover.simulator.adbd.reverse import Reverses
from drover.simulator.condition import Condition
from drover.simulator.fault_board import FaultBoard
from drover.simulator.handset import Gesture, Handset, JsonValue, Look, Scene
from drover.simulator.input_devices import InputDevices
from drover.simulator.logbook import Logbook
from drover.simulator.media import MediaScanner
from drover.simulator.packages.store import PackageStore
from drover.simulator.pictures import Pictures
from drover.simulator.processes import Processes
from drover.simulator.profiles import Act, Delays
from drover.simulator.storage import Storage
from drover.simulator.timers import Timers
from drover.simulator.users import OWNER, MakeUser, Users

_SHARE_BEFORE_LOOK: Final = 0.85
"""How much of a capture's time passes before the display is looked at; the rest is for painting."""
_GARBAGE_BYTES: Final = 4096
_HOME, _POWER, _SLEEP, _WAKE_UP, _PASTE = 3, 26, 223, 224, 279
_BOOT, _SWITCH_USER = "boot", "switch user"


@dataclass
class Counters:
    """What the wire has asked of the phone since it was started or reset."""

    captures: int = 0
    gestures: int = 0
    texts: int = 0
    keys: int = 0
    ui_dumps: int = 0
    commands: int = 0


@dataclass(frozen=True, slots=True)
class Identity:
    """What a phone says of itself."""

    name: str
    hardware_serial: str
    model: str = "Plaza One"
    manufacturer: str = "Drover"
    product: str = "drover_sim"
    android: str = "13"
    sdk: int = 33


class SimulatedPhone:
    """A handset with a line, storage, delays and faults. Every method that looks or touches lets armed faults begin."""

    def __init__(
        self,
        identity: Identity,
        handset: Handset,
        delays: Delays,
        pictures: Pictures,
        *,
        faults_rng: random.Random,
        started_wall: datetime,
        asks_for_keys: bool = False,
        adb_keyboard: bool = False,
        make_user: MakeUser | None = None,
    ) -> None:
        self.identity = identity
        self.users = Users(handset, make_user)
        self.delays = delays
        self.line = Line()
        self.authorization = Authorization(random.Random(identity.hardware_serial), demanded=asks_for_keys)
        self.reverses = Reverses()
        self.timers = Timers(delays.clock)
        self.logbook = Logbook(self.wall)
        self.storage = Storage(created_s=int(started_wall.timestamp()))
        self.media = MediaScanner(self.storage, self.users.of(OWNER).media)
        self.condition = Condition(
            lambda: self.handset,
            self.line,
            self.authorization,
            delays,
            self.storage,
            faults_rng,
            lambda message: self.logbook.write("drover", message, "W"),
        )
        self.faults = FaultBoard(self.condition)
        self.counters = Counters()
        self.settings: dict[tuple[str, str], str] = {}
        self.sockets: dict[str, Service] = {}
        self.processes = Processes()
        self.inputs = InputDevices()
        self.clipboard = ""
        self.adb_keyboard = adb_keyboard
        self._pictures = pictures
        self._started_wall = started_wall
        self._started_s = self._booted_s = delays.clock.monotonic()
        self.packages = self._new_packages()

    @property
    def handset(self) -> Handset:
        """The display and apps of the user in front."""
        return self.users.handset

    @property
    def awake(self) -> bool:
        """Whether the display is on."""
        return self.condition.awake

    @property
    def clock(self) -> Clock:
        """Where the phone's time comes from."""
        return self.delays.clock

    @property
    def density(self) -> int:
        """Dots per inch of the display: 420 for 1080 pixels of width."""
        return self.handset.look.width * 7 // 18

    @property
    def free_bytes(self) -> int:
        """How much room files and packages leave."""
        return max(self.storage.free_bytes - self.packages.used_bytes, 0)

    @property
    def shown_look(self) -> Look:
        """How the display is made, with width and height changed round while it is turned on its side."""
        look = self.handset.look
        return replace(look, width=look.height, height=look.width) if self.condition.quarter_turns % 2 else look

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height of what captures show."""
        return self.shown_look.width, self.shown_look.height

    @property
    def uptime_s(self) -> float:
        """Seconds since it was started, or started again."""
        return self.clock.monotonic() - self._booted_s

    def wall(self) -> datetime:
        """Return the phone's own date and time."""
        return self._started_wall + timedelta(seconds=self.clock.monotonic() - self._started_s)

    async def wait_until_reached(self) -> None:
        """Let armed faults begin, and return once the line lets things through."""
        self.faults.advance()
        await self.line.passable()

    async def capture(self, *, png: bool) -> bytes:
        """Return what the display shows near the end of the capture's delay: RGBA bytes, or a PNG file."""
        return await self._captured(Act.CAPTURE, self.png if png else self._raw)

    async def photograph(self, *, scale: float, quality: int) -> bytes:
        """Return what the display shows as uiautomator's service captures it: a JPEG, faster than `screencap`."""
        return await self._captured(Act.FAST_CAPTURE, lambda: self._jpeg(scale, quality))

    async def _captured(self, act: Act, picture_now: Callable[[], Awaitable[bytes]]) -> bytes:
        await self.wait_until_reached()
        begun = self.clock.monotonic()
        delay_s = self.delays.draw_s(act)
        await self.delays.sleep(delay_s * _SHARE_BEFORE_LOOK)
        await self.wait_until_reached()
        self.counters.captures += 1
        picture = await picture_now()
        if self.condition.garbage:
            picture = self.condition.rng.randbytes(_GARBAGE_BYTES)
        await self.delays.sleep(begun + delay_s - self.clock.monotonic())
        return picture

    async def png(self) -> bytes:
        """Return what a capture would show now, as a PNG file, without delay and without counting."""
        if self.condition.dark:
            return await self._pictures.black(self.shown_look, png=True)
        return await self._pictures.png(self.handset, self._scene(), self.shown_look)

    async def touch(self, gesture: Gesture, act: Act = Act.INPUT, *, taken_s: float = 0.0) -> None:
        """Do a gesture, in its time; `taken_s` of it have passed. Asleep, or lost by a fault, nothing comes of it."""
        await self.wait_until_reached()
        await self.delays.take(act)
        await self.wait_until_reached()
        self.counters.gestures += 1
        if self.awake and not self.condition.loses_touch():
            way = f"from {gesture.x1},{gesture.y1} to {gesture.x2},{gesture.y2}"
            self.logbook.write("InputDispatcher", f"touch {way} in {round(gesture.seconds * 1000)} ms")
            self.handset.gesture(gesture, self.clock.monotonic())
        await self.delays.sleep(gesture.seconds - taken_s)

    async def type_text(self, text: str) -> None:
        """Type into the focused field."""
        await self.wait_until_reached()
        await self.delays.sleep(self.delays.draw_s(Act.INPUT) + self.delays.draw_s(Act.CHARACTER, len(text)))
        await self.wait_until_reached()
        self.counters.texts += 1
        if self.awake:
            self.handset.type_text(text, self.clock.monotonic())

    async def press(self, keycodes: tuple[int, ...], act: Act = Act.INPUT) -> None:
        """Press keys one after the other, in the time of one input. The paste key types the clipboard."""
        await self.wait_until_reached()
        await self.delays.take(act)
        await self.wait_until_reached()
        for keycode in keycodes:
            self.counters.keys += 1
            was_awake = self.awake
            self.condition.awake = {_POWER: not was_awake, _SLEEP: False, _WAKE_UP: True}.get(keycode, was_awake)
            if was_awake and keycode == _PASTE:
                self.handset.type_text(self.clipboard, self.clock.monotonic())
            elif was_awake and keycode not in {_POWER, _SLEEP, _WAKE_UP}:
                self.handset.press(keycode, self.clock.monotonic())

    async def ui_xml(self, act: Act = Act.UI_DUMP) -> str:
        """Return the UI tree, taken at the end of its delay."""
        await self.wait_until_reached()
        await self.delays.take(act)
        await self.wait_until_reached()
        self.counters.ui_dumps += 1
        return self.handset.ui_xml(self.clock.monotonic())

    async def start_app(self, component: str) -> bool:
        """Bring an app to the front; False where it is not installed."""
        await self.wait_until_reached()
        begun = self.clock.monotonic()
        started = self.handset.start(component, begun)
        self.logbook.write("ActivityTaskManager", f"START u{self.users.current} {{cmp={component}}} from uid 2000")
        await self.delays.take(Act.APP_START)
        if started:
            took_ms = round((self.clock.monotonic() - begun) * 1000)
            self.logbook.write("ActivityTaskManager", f"Displayed {component}: +{took_ms}ms")
        return started

    async def stop_app(self, package: str) -> None:
        """End an app."""
        await self.wait_until_reached()
        await self.delays.take(Act.APP_STOP)
        self.logbook.write("ActivityManager", f"Force stopping {package} user={self.users.current}: from pid 2000")
        self.handset.stop(package, self.clock.monotonic())

    def reboot(self) -> None:
        """Go away, and come back after a while with the launcher of the owner in front; what is stored is kept."""
        self.logbook.write("adbd", "the phone is shut down")
        self.line.cut(_BOOT)
        self._end_programs()
        self.timers.start(_BOOT, self.delays.draw_s(Act.BOOT), self._booted)

    def _booted(self) -> None:
        self.faults.carry_over(lambda: self._take_user(OWNER))
        for package in self.handset.packages():
            self.handset.stop(package, self.clock.monotonic())
        self.condition.awake = True
        self._booted_s = self.clock.monotonic()
        self.logbook.clear()
        self.logbook.write("ActivityManager", "boot is completed")
        self.line.restore(_BOOT)

    def _end_programs(self) -> None:
        self.timers.stop(_SWITCH_USER)
        self.sockets.clear()
        self.processes.kill_all()
        self.reverses.remove_all()
        self.clipboard = ""

    async def switch_user(self, number: int, *, wait: bool) -> None:
        """Bring another user to the front, which takes a moment; with `wait` return after it. Raises UserRefused."""
        self.users.of(number)
        self.logbook.write("UserController", f"switching from user {self.users.current} to {number}")
        seconds = self.delays.draw_s(Act.SWITCH_USER)
        self.timers.start(_SWITCH_USER, seconds, lambda: self.faults.carry_over(lambda: self._take_user(number)))
        if wait:
            await self.timers.ended(_SWITCH_USER)

    def _take_user(self, number: int) -> None:
        self.users.current = number
        self.handset.press(_HOME, self.clock.monotonic())

    def reset(self) -> None:
        """Bring everything but the connections and accepted keys to its first state: apps, faults, files, counters."""
        self.faults.clear_all()
        self._end_programs()
        self.users.reset()
        self.counters = Counters()
        self.condition.awake = True
        self.condition.quarter_turns = 0
        self.settings.clear()
        self.logbook.clear()
        self.storage.clear()
        self.packages = self._new_packages()

    def close(self) -> None:
        """Stop what would happen by itself later."""
        self.faults.clear_all()
        self.timers.stop_all()

    def describe(self) -> Mapping[str, JsonValue]:
        """Return what the control API tells of the phone."""
        look = self.handset.look
        return {
            "name": self.identity.name,
            "serial": self.line.serial,
            "hardware_serial": self.identity.hardware_serial,
            "model": self.identity.model,
            "look": {"width": look.width, "height": look.height, "theme": look.theme},
            "profile": self.delays.profile,
            "awake": self.awake,
            "page": self.handset.page(self.clock.monotonic()),
            "user": self.users.current,
            "rotation": self.condition.quarter_turns,
            "battery": self.condition.battery_percent,
            "storage_free": self.free_bytes,
            "auth": {
                "demanded": self.authorization.demanded,
                "asked": [key.fingerprint for key in self.authorization.asked],
                "known": [key.fingerprint for key in self.authorization.known],
            },
            "faults": [dict(fault) for fault in self.faults.describe()],
            "counters": {"connections": self.line.accepted, "connected": self.line.connected, **asdict(self.counters)},
            **self.handset.state(),
        }

    def _scene(self) -> Scene:
        return self.condition.frozen_scene or self.handset.scene(self.clock.monotonic())

    async def _jpeg(self, scale: float, quality: int) -> bytes:
        if self.condition.dark:
            return await self._pictures.black_jpeg(self.shown_look, scale, quality)
        return await self._pictures.jpeg(self.handset, self._scene(), self.shown_look, scale, quality)

    async def _raw(self) -> bytes:
        if self.condition.dark:
            return await self._pictures.black(self.shown_look, png=False)
        return await self._pictures.raw(self.handset, self._scene())

    def _new_packages(self) -> PackageStore:
        return PackageStore(self.handset.packages(), lambda: self.free_bytes)
