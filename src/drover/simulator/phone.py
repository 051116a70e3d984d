"""A simulated phone: what its shell and the control API see and do.

What listens inside a phone (a test server, a web view's debugger) is put into `phone.sockets` under its address, such
as `tcp:9008` or `localabstract:chrome_devtools`; `adb forward` and a client's own `tcp:9008` stream reach it. It is a
coroutine function that is given one `Stream` per connection (`read` returns `b""` at the end, `write` waits for the
acknowledgement); the connection ends when it returns. It is removed by deleting the entry; a reboot empties the table.
"""

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from drover.kernel.clock import Clock
from drover.simulator.adbd.connection import Service
from drover.simulator.adbd.line import Line
from drover.simulator.condition import Condition, FaultBoard
from drover.simulator.handset import Gesture, Handset, JsonValue, Scene
from drover.simulator.pictures import Pictures
from drover.simulator.profiles import Act, Delays
from drover.simulator.storage import Storage

_SHARE_BEFORE_LOOK: Final = 0.85
"""How much of a capture's time passes before the display is looked at; the rest is for painting."""
_GARBAGE_BYTES: Final = 4096
_POWER, _SLEEP, _WAKE_UP = 26, 223, 224


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
    ) -> None:
        self.identity = identity
        self.handset = handset
        self.delays = delays
        self.line = Line()
        self.condition = Condition(handset, self.line, delays.clock, faults_rng)
        self.faults = FaultBoard(self.condition)
        self.counters = Counters()
        self.awake = True
        self.settings: dict[tuple[str, str], str] = {}
        self.sockets: dict[str, Service] = {}
        self._pictures = pictures
        self._started_wall = started_wall
        self._started_s = delays.clock.monotonic()
        self.storage = self._new_storage()

    @property
    def clock(self) -> Clock:
        """Where the phone's time comes from."""
        return self.delays.clock

    @property
    def density(self) -> int:
        """Dots per inch of the display: 420 for 1080 pixels of width."""
        return self.handset.look.width * 7 // 18

    @property
    def uptime_s(self) -> float:
        """Seconds since it was started."""
        return self.clock.monotonic() - self._started_s

    def wall(self) -> datetime:
        """Return the phone's own date and time."""
        return self._started_wall + timedelta(seconds=self.uptime_s)

    async def wait_until_reached(self) -> None:
        """Let armed faults begin, and return once the line lets things through."""
        self.faults.advance()
        await self.line.passable()

    async def capture(self, *, png: bool) -> bytes:
        """Return what the display shows near the end of the capture's delay: RGBA bytes, or a PNG file."""
        await self.wait_until_reached()
        begun = self.clock.monotonic()
        delay_s = self.delays.draw_s(Act.CAPTURE)
        await self.delays.sleep(delay_s * _SHARE_BEFORE_LOOK)
        await self.wait_until_reached()
        self.counters.captures += 1
        picture = await (self.png() if png else self._raw())
        if self.condition.garbage:
            picture = self.condition.rng.randbytes(_GARBAGE_BYTES)
        await self.delays.sleep(begun + delay_s - self.clock.monotonic())
        return picture

    async def png(self) -> bytes:
        """Return what a capture would show now, as a PNG file, without delay and without counting."""
        if not self.awake:
            return await self._pictures.black(self.handset.look, png=True)
        return await self._pictures.png(self.handset, self._scene())

    async def touch(self, gesture: Gesture) -> None:
        """Do a gesture, in its time. Asleep, or under a fault that loses it, nothing comes of it."""
        await self.wait_until_reached()
        await self.delays.take(Act.INPUT)
        await self.wait_until_reached()
        self.counters.gestures += 1
        if self.awake and not self.condition.loses_touch():
            self.handset.gesture(gesture, self.clock.monotonic())
        await self.delays.sleep(gesture.seconds)

    async def type_text(self, text: str) -> None:
        """Type into the focused field."""
        await self.wait_until_reached()
        await self.delays.sleep(self.delays.draw_s(Act.INPUT) + self.delays.draw_s(Act.CHARACTER, len(text)))
        await self.wait_until_reached()
        self.counters.texts += 1
        if self.awake:
            self.handset.type_text(text, self.clock.monotonic())

    async def press(self, keycodes: tuple[int, ...]) -> None:
        """Press keys one after the other, in the time of one input."""
        await self.wait_until_reached()
        await self.delays.take(Act.INPUT)
        await self.wait_until_reached()
        for keycode in keycodes:
            self.counters.keys += 1
            was_awake = self.awake
            self.awake = {_POWER: not was_awake, _SLEEP: False, _WAKE_UP: True}.get(keycode, was_awake)
            if was_awake and keycode not in {_POWER, _SLEEP, _WAKE_UP}:
                self.handset.press(keycode, self.clock.monotonic())

    async def ui_xml(self) -> str:
        """Return the UI tree, taken at the end of its delay."""
        await self.wait_until_reached()
        await self.delays.take(Act.UI_DUMP)
        await self.wait_until_reached()
        self.counters.ui_dumps += 1
        return self.handset.ui_xml(self.clock.monotonic())

    async def start_app(self, component: str) -> bool:
        """Bring an app to the front; False where it is not installed."""
        await self.wait_until_reached()
        started = self.handset.start(component, self.clock.monotonic())
        await self.delays.take(Act.APP_START)
        return started

    async def stop_app(self, package: str) -> None:
        """End an app."""
        await self.wait_until_reached()
        await self.delays.take(Act.APP_STOP)
        self.handset.stop(package, self.clock.monotonic())

    def reset(self) -> None:
        """Bring everything but the connections to its first state: apps, faults, files, settings, counters."""
        self.faults.clear_all()
        self.handset.reset()
        self.counters = Counters()
        self.awake = True
        self.settings.clear()
        self.sockets.clear()
        self.storage = self._new_storage()

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
            "faults": [dict(fault) for fault in self.faults.describe()],
            "counters": {"connections": self.line.accepted, "connected": self.line.connected, **asdict(self.counters)},
            **self.handset.state(),
        }

    def _scene(self) -> Scene:
        return self.condition.frozen_scene or self.handset.scene(self.clock.monotonic())

    async def _raw(self) -> bytes:
        if not self.awake:
            return await self._pictures.black(self.handset.look, png=False)
        return await self._pictures.raw(self.handset, self._scene())

    def _new_storage(self) -> Storage:
        return Storage(created_s=int(self._started_wall.timestamp()))
