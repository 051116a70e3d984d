"""From a finger's events to taps, long taps and swipes. Pure; whatever comes, an act lies on the display."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from drover.devices.geometry import Point, Size
from drover.devices.ports import FingerEvent, Phase
from drover.sequences.domain import Direction

BOX_PX: Final = 100
"""A press that stays within a box of this many pixels is a tap; one that leaves it is a swipe."""
LONG_S: Final = 0.5
"""A tap that lasts so long, or longer, is a long tap."""
_MOST_FINGERS: Final = 64


class GestureKind(Enum):
    """What a finger did between its touch and its lifting."""

    TAP = "tap"
    LONG_TAP = "long_tap"
    SWIPE = "swipe"


@dataclass(frozen=True, slots=True)
class Gesture:
    """One finger's act. `direction` is a swipe's, None for the others; `at_s` is when it began, by the phone's clock.

    `alone` says that no other finger was on the glass meanwhile.
    """

    kind: GestureKind
    start: Point
    end: Point
    direction: Direction | None
    at_s: float
    seconds: float
    alone: bool


@dataclass
class _Trace:
    """One finger on the glass: where it was, in as much as that decides what it does."""

    start: Point
    began_s: float
    end: Point
    farthest: Point
    last_s: float
    low: Point
    high: Point
    alone: bool

    def add(self, point: Point, at_s: float) -> None:
        self.end = point
        self.last_s = max(self.last_s, at_s)  # a clock that goes back does not shorten what has passed
        self.low = Point(min(self.low.x, point.x), min(self.low.y, point.y))
        self.high = Point(max(self.high.x, point.x), max(self.high.y, point.y))
        if _reach(self.start, point) > _reach(self.start, self.farthest):
            self.farthest = point

    def gesture(self) -> Gesture:
        seconds = round(self.last_s - self.began_s, 3)
        if max(self.high.x - self.low.x, self.high.y - self.low.y) > BOX_PX:
            # One that comes back to where it began went where it was farthest.
            end = self.end if _reach(self.start, self.end) > BOX_PX // 2 else self.farthest
            kind, direction = GestureKind.SWIPE, _direction(self.start, end)
            return Gesture(kind, self.start, end, direction, self.began_s, seconds, self.alone)
        kind = GestureKind.TAP if seconds < LONG_S else GestureKind.LONG_TAP
        return Gesture(kind, self.start, self.end, None, self.began_s, seconds, self.alone)


class GestureReader:
    """Follows every finger by its contact number, and says what it did when it is lifted."""

    def __init__(self) -> None:
        self._down: dict[int, _Trace] = {}

    @property
    def touching(self) -> bool:
        """Whether a finger is on the glass."""
        return bool(self._down)

    def read(self, event: FingerEvent, size: Size) -> Gesture | None:
        """Return the act that `event` ends, if it ends one; `size` is the display's, as it is turned.

        A finger that comes down again was lifted unseen: its act ended with the last that was told of it. A finger that
        moves or goes up without having come down is passed over.
        """
        point = Point(min(max(event.point.x, 0), size.width - 1), min(max(event.point.y, 0), size.height - 1))
        trace = self._down.get(event.contact)
        if event.phase is Phase.DOWN:
            self._put_down(event, point)
            return trace.gesture() if trace is not None else None
        if trace is None:
            return None
        trace.add(point, event.at_s)
        return self._down.pop(event.contact).gesture() if event.phase is Phase.UP else None

    def lose(self) -> None:
        """Forget the fingers on the glass: nobody will tell what became of them."""
        self._down.clear()

    def _put_down(self, event: FingerEvent, point: Point) -> None:
        self._down.pop(event.contact, None)
        if len(self._down) >= _MOST_FINGERS:
            self._down.clear()
        for other in self._down.values():
            other.alone = False
        at_s = event.at_s
        self._down[event.contact] = _Trace(point, at_s, point, point, at_s, point, point, alone=not self._down)


def _reach(start: Point, point: Point) -> int:
    return max(abs(point.x - start.x), abs(point.y - start.y))


def _direction(start: Point, end: Point) -> Direction:
    across, along = end.x - start.x, end.y - start.y
    if abs(across) > abs(along):
        return Direction.RIGHT if across > 0 else Direction.LEFT
    return Direction.DOWN if along > 0 else Direction.UP
