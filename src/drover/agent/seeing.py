"""What a phone under a person's control shows, and where on it a gesture goes that was made on another one."""

import base64
import binascii
import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np

from drover.agent.errors import Diverged, NoPlaceThere
from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Point, Rect, Size
from drover.protocol.live import Gesture, Looked
from drover.screens.domain import Action, Identification, Screen, Variant
from drover.screens.matching.matcher import Matcher
from drover.screens.ocr import TextNotRead
from drover.screens.regions import same_shape
from drover.screens.unknown.likeness import COLUMNS, alike, small_picture

_MOST_CELLS: Final = COLUMNS * COLUMNS * 8


@dataclass(frozen=True, slots=True)
class Sketch:
    """A frame's small picture; `size` is the frame's, `sum` tells one from another."""

    size: Size
    small: Pixels
    sum: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What a frame shows. `screen` None: it is not known."""

    sketch: Sketch
    screen: Screen | None = None
    variant: Variant | None = None

    @property
    def size(self) -> Size:
        """The frame's size."""
        return self.sketch.size

    @property
    def key(self) -> str:
        """The screen's whole key; empty where it is not known."""
        return self.screen.key if self.screen is not None else ""


def sketch_of(frame: Frame) -> Sketch:
    """Return a frame's small picture."""
    small = small_picture(frame)
    return Sketch(frame.size, small, zlib.crc32(np.ascontiguousarray(small).data))


def seen_at_once(sketch: Sketch, matcher: Matcher | None, known: Seen | None) -> Seen | None:
    """Return what a frame shows where it is the picture of `known`, or no screens are known; else None: see `see`."""
    if known is not None and known.sketch.sum == sketch.sum and known.size == sketch.size:
        return known
    return Seen(sketch) if matcher is None else None


def see(frame: Frame, sketch: Sketch | None, matcher: Matcher | None, known: Seen | None) -> Seen:
    """Return what the frame shows; a screen is not looked for again where the picture is that of `known`."""
    drawn = sketch if sketch is not None else sketch_of(frame)
    if (seen := seen_at_once(drawn, matcher, known)) is not None:
        return seen
    found = _identified(frame, matcher)
    return Seen(drawn) if found is None else Seen(drawn, found.screen, found.variant)


def _identified(frame: Frame, matcher: Matcher | None) -> Identification | None:
    if matcher is None:
        return None
    try:
        return matcher.identify(frame)
    except TextNotRead:  # then it is told from others by its looks alone
        return None


def looked(serial: str, seen: Seen, x: float, y: float) -> Looked:
    """Return what is told of a phone that a gesture is made on at (x, y), parts of its frame."""
    action = _action_at(seen, _point(seen.size, x, y))
    if action is None:
        return _looked(serial, seen)
    box, point = _box(seen, action), _point(seen.size, x, y)
    across, down = (point.x - box.x1) / box.width, (point.y - box.y1) / box.height
    return _looked(serial, seen).model_copy(update={"action": action.name, "across": across, "down": down})


def _looked(serial: str, seen: Seen) -> Looked:
    return Looked(
        phone=serial,
        width=seen.size.width,
        height=seen.size.height,
        screen=seen.key,
        variant=seen.variant.name if seen.variant is not None else "",
        likeness=base64.b64encode(zlib.compress(seen.sketch.small.tobytes(), 1)).decode(),
    )


def check_same(serial: str, seen: Seen, lead: Looked) -> None:
    """Let a phone pass that shows what the lead phone shows. Raises Diverged, which says what differs."""
    if lead.screen != seen.key:
        shown = f"shows {seen.key}" if seen.key else "shows a screen that is not known"
        raise Diverged(serial, f"{shown}, the lead phone {lead.screen or 'one that is not known'}")
    if lead.screen:
        return
    if not same_shape(seen.size, Size(lead.width, lead.height)):
        raise Diverged(serial, "has a screen of another shape, and what the lead phone shows is not known")
    if not alike(seen.sketch.small, _small(lead)):
        raise Diverged(serial, "does not show what the lead phone shows")


def places(serial: str, seen: Seen, gesture: Gesture, lead: Looked | None) -> tuple[Point, Point]:
    """Return where on this phone the gesture begins and ends.

    It is anchored to the action that it was made on, else it is at the same parts of the frame. Raises NoPlaceThere.
    """
    size = seen.size
    start, end = _point(size, gesture.x, gesture.y), _point(size, gesture.x2, gesture.y2)
    if lead is None:
        return start, end
    action = _named(seen, lead.action)
    if action is None:
        if lead.action and lead.screen:
            raise NoPlaceThere(serial, f"{seen.key} has no {lead.action} in its look here")
        if not same_shape(size, Size(lead.width, lead.height)):
            raise NoPlaceThere(serial, "its screen has another shape, and nothing known lies at that place")
        return start, end
    box = _box(seen, action)
    here = _within(size, box.x1 + round(lead.across * box.width), box.y1 + round(lead.down * box.height))
    dx, dy = gesture.x2 - gesture.x, (gesture.y2 - gesture.y) * lead.height / max(1, lead.width)
    return here, _within(size, here.x + round(dx * size.width), here.y + round(dy * size.width))


def _action_at(seen: Seen, point: Point) -> Action | None:
    """Return the smallest action whose box holds the point."""
    if seen.variant is None:
        return None
    found = [action for action in seen.variant.actions if _box(seen, action).contains(point)]
    return min(found, key=lambda action: action.rect.width * action.rect.height, default=None)


def _named(seen: Seen, name: str) -> Action | None:
    return seen.variant.action(name) if seen.variant is not None and name else None


def _box(seen: Seen, action: Action) -> Rect:
    assert seen.screen is not None  # noqa: S101  an action was found on it
    assert seen.variant is not None  # noqa: S101  as above
    return seen.screen.place_of(action, seen.variant, seen.size)


def _point(size: Size, x: float, y: float) -> Point:
    return _within(size, round(x * size.width), round(y * size.height))


def _within(size: Size, x: int, y: int) -> Point:
    return Point(min(max(0, x), size.width - 1), min(max(0, y), size.height - 1))


def _small(lead: Looked) -> Pixels:
    """Return the lead's small picture. Raises Diverged where it is none."""
    rows = max(1, round(lead.height * COLUMNS / max(1, lead.width)))
    inflater = zlib.decompressobj()
    try:
        cells = inflater.decompress(base64.b64decode(lead.likeness, validate=True), _MOST_CELLS)
    except (zlib.error, binascii.Error) as error:
        raise Diverged(lead.phone, "the lead phone's likeness is damaged") from error
    if len(cells) != rows * COLUMNS:
        raise Diverged(lead.phone, "the lead phone's likeness has another shape")
    return np.frombuffer(cells, np.uint8).reshape(rows, COLUMNS)
