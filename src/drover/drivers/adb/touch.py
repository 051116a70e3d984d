"""A person's touches, from what `getevent` prints: the touch screens, and their events as values. Pure.

Both multitouch protocols of the kernel: B names the contact that it speaks of by its slot, A lists all contacts in
every report. Whatever a line says that is not understood is passed over; what is kept of a report is bounded.
"""

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from drover.devices.frame import Rotation
from drover.devices.geometry import Point, Size
from drover.devices.ports import ButtonEvent, FingerEvent, Key, Listening, Phase, TouchEvent

MAX_LINE: Final = 500
_MOST_CONTACTS: Final = 32
_DEVICE = re.compile(r"add device \d+: (\S+)\s*")
_SLOT = re.compile(r"\sABS_MT_SLOT\s*: value (\d{1,3}),")
_AXIS = re.compile(r"\sABS_MT_POSITION_([XY])\s*: value -?\d+, min (-?\d{1,9}), max (-?\d{1,9})\b")
_EVENT = re.compile(r"\[\s*(\d{1,12}\.\d{1,9})\] (\S+): (EV_\w+)\s+(\w+)\s+(\w+)\s*")
_NUMBER = re.compile(r"[0-9a-fA-F]{1,8}")
_KEYS: Final[Mapping[str, Key]] = {
    "KEY_BACK": Key.BACK,
    "KEY_HOME": Key.HOME,
    "KEY_HOMEPAGE": Key.HOME,
    "KEY_APPSELECT": Key.RECENTS,
}


@dataclass(frozen=True, slots=True)
class Axis:
    """The range of a panel in one direction."""

    minimum: int
    maximum: int

    def pixel(self, value: int, pixels: int) -> int:
        """Return the pixel that a value lies on, of a display `pixels` long; the nearest one for a value outside."""
        scaled = (value - self.minimum) * pixels // (self.maximum - self.minimum + 1)
        return min(max(scaled, 0), pixels - 1)


@dataclass(frozen=True, slots=True)
class Panel:
    """A touch screen: where the kernel has it, what it counts, and by which protocol it tells.

    `slot` is what a panel of protocol B speaks of until it names a slot, None for one of protocol A.
    """

    path: str
    x: Axis
    y: Axis
    slot: int | None


def panels(described: str) -> Sequence[Panel]:
    """Return the touch screens among the devices that `getevent -lp` describes.

    Where some of them say that they lie on the display, only those: a touch pad has the same axes.
    """
    found: list[tuple[Panel, bool]] = []
    for part in re.split(r"^(?=add device )", described, flags=re.MULTILINE):
        path, slot = _DEVICE.match(part), _SLOT.search(part)
        axes = {name: Axis(int(low), int(high)) for name, low, high in _AXIS.findall(part) if int(low) < int(high)}
        if path is not None and len(axes) == 2:  # noqa: PLR2004  x and y
            axis = axes["X"], axes["Y"]
            panel = Panel(path[1], *axis, slot=int(slot[1]) if slot is not None else None)
            found.append((panel, "INPUT_PROP_DIRECT" in part))
    direct = [panel for panel, on_display in found if on_display]
    return direct or [panel for panel, _ in found]


Position = tuple[int, int]


@dataclass
class _Contact:
    """What a slot was last said to be, or what a report has said so far of one contact. `identity` None: no finger."""

    x: int | None = None
    y: int | None = None
    identity: int | None = None

    def note(self, code: str, value: int) -> None:
        if code == "ABS_MT_POSITION_X":
            self.x = value
        elif code == "ABS_MT_POSITION_Y":
            self.y = value
        elif code == "ABS_MT_TRACKING_ID":
            self.identity = value if value >= 0 else None

    @property
    def position(self) -> Position | None:
        return None if self.x is None or self.y is None else (self.x, self.y)


class _Slots:
    """Protocol B: a value belongs to the contact in the slot named last, and holds until it is told anew."""

    def __init__(self, slot: int) -> None:
        self._slot = slot
        self._contacts: dict[int, _Contact] = {}

    def note(self, code: str, value: int) -> None:
        if code == "ABS_MT_SLOT":
            self._slot = value
        elif 0 <= self._slot < _MOST_CONTACTS:
            self._contacts.setdefault(self._slot, _Contact()).note(code, value)

    def listed(self) -> None:
        """Pass over the end of a contact, which this protocol does not have."""

    def touching(self) -> dict[int, Position]:
        """Return who touches where, by a number that is the same while a finger stays down."""
        touching = {
            slot + _MOST_CONTACTS * contact.identity: contact.position
            for slot, contact in self._contacts.items()
            if contact.identity is not None
        }
        return {number: position for number, position in touching.items() if position is not None}

    def lose(self) -> None:
        for contact in self._contacts.values():
            contact.identity = None


class _List:
    """Protocol A: every report lists all contacts; those without an identity go on where one was nearest."""

    def __init__(self) -> None:
        self._contact = _Contact()
        self._listed: list[_Contact] = []
        self._before: dict[int, Position] = {}
        self._numbers = itertools.count()

    def note(self, code: str, value: int) -> None:
        self._contact.note(code, value)

    def listed(self) -> None:
        """Take what was said as one contact."""
        if self._contact.position is not None and len(self._listed) < _MOST_CONTACTS:
            self._listed.append(self._contact)
        self._contact = _Contact()

    def touching(self) -> dict[int, Position]:
        """Return who touches where, by a number that is the same while a finger stays down."""
        left, touching = dict(self._before), dict[int, Position]()
        for contact in self._listed:
            if (position := contact.position) is not None:
                number = self._number(contact, position, left)
                left.pop(number, None)
                touching[number] = position
        self._listed, self._before = [], touching
        return touching

    def lose(self) -> None:
        self._contact, self._listed, self._before = _Contact(), [], {}

    def _number(self, contact: _Contact, position: Position, left: Mapping[int, Position]) -> int:
        if contact.identity is not None:
            return -1 - contact.identity
        if not left:
            return next(self._numbers)
        return min(left, key=lambda number: math.dist(left[number], position))


@dataclass
class _Surface:
    """A panel, what it has said, and which fingers were told to be on it, by their contact numbers."""

    panel: Panel
    said: _Slots | _List
    down: dict[int, tuple[int, Position]] = field(default_factory=dict[int, tuple[int, Position]])

    def free_contact(self) -> int:
        taken = {contact for contact, _ in self.down.values()}
        return next(number for number in itertools.count() if number not in taken)


class TouchReader:
    """Makes events of the lines of `getevent -lt`. `rotation` tells how the display is turned at the moment."""

    def __init__(self, found: Sequence[Panel], size: Size, rotation: Callable[[], Rotation]) -> None:
        """Take the panels, and the display's size when it is upright."""
        self._surfaces = {
            panel.path: _Surface(panel, _List() if panel.slot is None else _Slots(panel.slot)) for panel in found
        }
        self._unopened = set(self._surfaces)
        self._size = size
        self._rotation = rotation

    def read(self, line: str) -> Sequence[TouchEvent]:
        """Return what a line completes, mostly nothing."""
        found = _EVENT.fullmatch(line) if len(line) <= MAX_LINE else None
        if found is None:
            return tuple(self._opened(line))
        seconds, device, kind, code, value = found.groups()
        if kind == "EV_KEY" and code in _KEYS:
            return (ButtonEvent(float(seconds), _KEYS[code]),) if value == "DOWN" else ()
        surface = self._surfaces.get(device)
        if surface is None:
            return ()
        if code == "SYN_REPORT":
            return tuple(self._reported(surface, float(seconds)))
        if code == "SYN_MT_REPORT":
            surface.said.listed()
        elif code == "SYN_DROPPED":
            surface.said.lose()
            surface.down.clear()
        elif kind == "EV_ABS" and _NUMBER.fullmatch(value):
            surface.said.note(code, _signed(int(value, 16)))
        return ()

    def _opened(self, line: str) -> Iterator[TouchEvent]:
        """Yield that nothing is missed any more once all panels were opened, of which `getevent` tells first."""
        device = _DEVICE.match(line)
        if device is not None and device[1] in self._unopened:
            self._unopened.remove(device[1])
            if not self._unopened:
                yield Listening()

    def _reported(self, surface: _Surface, at_s: float) -> Iterator[TouchEvent]:
        """Yield what has changed since the last report, lifted fingers first."""
        now = surface.said.touching()
        for number in [number for number in surface.down if number not in now]:
            yield self._event(surface.panel, at_s, *surface.down.pop(number), Phase.UP)
        for number, position in now.items():
            if number not in surface.down:
                contact = surface.free_contact()
                yield self._event(surface.panel, at_s, contact, position, Phase.DOWN)
            else:
                contact, before = surface.down[number]
                if before != position:
                    yield self._event(surface.panel, at_s, contact, position, Phase.MOVE)
            surface.down[number] = contact, position

    def _event(self, panel: Panel, at_s: float, contact: int, position: Position, phase: Phase) -> FingerEvent:
        width, height = self._size.width, self._size.height
        x, y = panel.x.pixel(position[0], width), panel.y.pixel(position[1], height)
        point = {
            Rotation.PORTRAIT: Point(x, y),
            Rotation.LANDSCAPE: Point(y, width - 1 - x),
            Rotation.UPSIDE_DOWN: Point(width - 1 - x, height - 1 - y),
            Rotation.REVERSE_LANDSCAPE: Point(height - 1 - y, x),
        }[self._rotation()]
        return FingerEvent(at_s, contact, phase, point)


def _signed(value: int) -> int:
    """Return 32 bits as the kernel means them."""
    return value - (1 << 32) if value >= 1 << 31 else value


class Lines:
    """Cuts what a terminal prints into lines; of one that is too long nothing is kept."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._too_long = False

    def feed(self, data: bytes) -> Iterator[str]:
        """Yield the lines that `data` completes."""
        *whole, rest = data.replace(b"\r", b"").split(b"\n")
        for piece in whole:
            self._keep(piece)
            if not self._too_long:
                yield self._pending.decode("utf-8", "replace")
            self._pending.clear()
            self._too_long = False
        self._keep(rest)

    def _keep(self, piece: bytes) -> None:
        self._too_long = self._too_long or len(self._pending) + len(piece) > MAX_LINE
        if self._too_long:
            self._pending.clear()
        else:
            self._pending += piece
