"""The phone's input devices as the kernel shows them: a touch screen of the multitouch protocol B, and keys."""

import asyncio
import itertools
from collections import deque
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

EV_SYN, EV_KEY, EV_ABS = 0, 1, 3
SYN_REPORT, SYN_DROPPED = 0, 3
BTN_TOUCH: Final = 0x14A
SLOT, TOUCH_MAJOR, POSITION_X, POSITION_Y, TRACKING_ID = 0x2F, 0x30, 0x35, 0x36, 0x39
NO_CONTACT: Final = 0xFFFFFFFF
KEY_VOLUMEDOWN, KEY_VOLUMEUP, KEY_POWER, KEY_BACK, KEY_HOMEPAGE, KEY_APPSELECT = 114, 115, 116, 158, 172, 0x244

SLOTS: Final = 10
_LARGEST_TRACKING_ID: Final = 65535
_BACKLOG: Final = 4096
_TOUCH_SIZE: Final = 40
_PLACES: Final = (0.45, 0.9)
"""Where in a pixel touches lie by turns: no finger hits one value twice in a row, and the kernel would not tell it."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The range of an absolute axis."""

    minimum: int
    maximum: int

    def value(self, pixel: int, pixels: int, *, odd: bool) -> int:
        """Return a value within a pixel, of a display that is `pixels` long on this axis: one of two that differ."""
        place = min(max(pixel, 0), pixels - 1) + _PLACES[odd]
        return self.minimum + int(place * (self.maximum - self.minimum + 1) / pixels)


@dataclass(frozen=True, slots=True)
class InputDevice:
    """A device: where it is, its name, and what it can tell."""

    path: str
    name: str
    keys: tuple[int, ...]
    axes: Mapping[int, Axis] = field(default_factory=dict[int, Axis])
    direct: bool = False


PANEL_X: Final = Axis(0, 4095)
PANEL_Y: Final = Axis(0, 8191)
"""The panel counts otherwise than the display's pixels do, and otherwise in x than in y, as many real ones."""
KEYS: Final = InputDevice("/dev/input/event0", "gpio-keys", (KEY_VOLUMEDOWN, KEY_VOLUMEUP, KEY_POWER))
PANEL: Final = InputDevice(
    "/dev/input/event2",
    "drover_ts",
    (KEY_BACK, KEY_HOMEPAGE, BTN_TOUCH, KEY_APPSELECT),
    {
        SLOT: Axis(0, SLOTS - 1),
        TOUCH_MAJOR: Axis(0, 255),
        POSITION_X: PANEL_X,
        POSITION_Y: PANEL_Y,
        TRACKING_ID: Axis(0, _LARGEST_TRACKING_ID),
    },
    direct=True,
)
DEVICES: Final = (PANEL, KEYS)


class Press(Enum):
    """What becomes of a key."""

    UP = 0
    DOWN = 1


@dataclass(frozen=True, slots=True)
class InputEvent:
    """One event of a device, at seconds since the phone was started."""

    at_s: float
    device: str
    kind: int
    code: int
    value: int


class EventReader:
    """What one reader has not read yet. As in the kernel, one that falls behind loses all of it, and is told so."""

    def __init__(self) -> None:
        self._events: deque[InputEvent] = deque()
        self._arrived = asyncio.Event()

    def put(self, event: InputEvent) -> None:
        """Take an event."""
        if len(self._events) >= _BACKLOG:
            self._events.clear()
            self._events.append(InputEvent(event.at_s, event.device, EV_SYN, SYN_DROPPED, 0))
        self._events.append(event)
        self._arrived.set()

    async def read(self) -> list[InputEvent]:
        """Return what has come, at least one event."""
        await self._arrived.wait()
        self._arrived.clear()
        events = list(self._events)
        self._events.clear()
        return events


class InputDevices:
    """Tells every reader what happens on the devices. An absolute value that stays as it was is not told again.

    Whoever touches holds `hand` meanwhile; `presses` counts how often a finger or a key went down.
    """

    def __init__(self) -> None:
        self.hand = asyncio.Lock()
        self.presses = 0
        self._readers: set[EventReader] = set()
        self._tracking_ids = itertools.count(1)
        self._slot = 0
        self._known: dict[tuple[int, int], int] = {}
        self._touching: set[int] = set()

    @property
    def readers(self) -> int:
        """How many read along."""
        return len(self._readers)

    @contextmanager
    def reading(self) -> Generator[EventReader]:
        """Yield a reader of what happens while the block lasts."""
        reader = EventReader()
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.remove(reader)

    def down(self, slot: int, x: int, y: int, at_s: float) -> None:
        """Put a finger down at a point of the panel."""
        self.presses += 1
        identity = next(self._tracking_ids) % (_LARGEST_TRACKING_ID + 1)
        self._known[slot, TRACKING_ID] = NO_CONTACT
        events = self._changed(slot, {TRACKING_ID: identity, POSITION_X: x, POSITION_Y: y, TOUCH_MAJOR: _TOUCH_SIZE})
        first = [] if self._touching else [(EV_KEY, BTN_TOUCH, Press.DOWN.value)]
        self._touching.add(slot)
        self._report([*events, *first], at_s)

    def move(self, slot: int, x: int, y: int, at_s: float) -> None:
        """Move a finger that is down; one that stays where it is tells nothing."""
        self._report(self._changed(slot, {POSITION_X: x, POSITION_Y: y}), at_s)

    def up(self, slot: int, at_s: float) -> None:
        """Lift a finger."""
        self._touching.discard(slot)
        last = [] if self._touching else [(EV_KEY, BTN_TOUCH, Press.UP.value)]
        self._report([*self._changed(slot, {TRACKING_ID: NO_CONTACT}), *last], at_s)

    def key(self, code: int, press: Press, at_s: float) -> None:
        """Press or release a key, on the device that has it."""
        self.presses += press is Press.DOWN
        device = next(device for device in DEVICES if code in device.keys)
        self._report([(EV_KEY, code, press.value)], at_s, device.path)

    def _changed(self, slot: int, values: Mapping[int, int]) -> list[tuple[int, int, int]]:
        changed = {code: value for code, value in values.items() if self._known.get((slot, code)) != value}
        self._known.update({(slot, code): value for code, value in changed.items()})
        turned = [(EV_ABS, SLOT, slot)] if changed and slot != self._slot else []
        self._slot = slot if changed else self._slot
        return [*turned, *((EV_ABS, code, value) for code, value in changed.items())]

    def _report(self, events: Iterable[tuple[int, int, int]], at_s: float, device: str = PANEL.path) -> None:
        told = [InputEvent(at_s, device, *event) for event in events]
        if not told:
            return
        for event in (*told, InputEvent(at_s, device, EV_SYN, SYN_REPORT, 0)):
            for reader in self._readers:
                reader.put(event)
