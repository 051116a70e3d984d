"""What a finger touched: the registry's action, else the element of the UI tree, else the place."""

from typing import Final

from drover.devices.geometry import Point, Rect, Size
from drover.screens.domain import ActionKind
from drover.sequences.domain import ActionName, Direction, Target
from drover.sequences.recorder.gestures import BOX_PX, Gesture, GestureKind
from drover.sequences.recorder.sights import Sight

_LARGEST_PART: Final = 0.25
"""An element that covers more of the display is a background: its middle is not what was meant."""
_SMALLEST_SIDE: Final = 8

# What is done -> which kinds of actions are meant by it, the likelier first.
_KINDS: Final = {
    GestureKind.TAP: (ActionKind.TYPE, ActionKind.TAP),
    GestureKind.LONG_TAP: (ActionKind.LONG_TAP, ActionKind.TAP, ActionKind.TYPE),
    GestureKind.SWIPE: (ActionKind.SWIPE,),
}


def target(gesture: Gesture, sight: Sight | None, size: Size, reference: Size) -> Target:
    """Return what `gesture` was done to, on a display of `size`; a rectangle is in pixels of `reference`."""
    named = action_at(sight, gesture.start, _KINDS[gesture.kind]) if sight is not None else None
    if named is not None:
        return named
    if gesture.kind is GestureKind.SWIPE:
        return fitted(_swept(gesture), size, reference)
    element = _element(sight, gesture.start) if sight is not None else None
    return fitted(element or _around(gesture.start, BOX_PX // 2), size, reference)


def action_at(sight: Sight, point: Point, kinds: tuple[ActionKind, ...]) -> ActionName | None:
    """Return the registry's action of one of `kinds` that holds `point`: the smallest of the likeliest kind."""
    if sight.screen is None or sight.variant is None:
        return None
    screen, variant = sight.screen, sight.variant
    held = [
        action
        for action in variant.actions
        if action.kind in kinds and screen.place_of(action, variant, sight.size).contains(point)
    ]
    best = min(held, key=lambda action: (kinds.index(action.kind), _area(action.rect)), default=None)
    return None if best is None else ActionName(sight.screen.key, best.name)


def fitted(rect: Rect, size: Size, reference: Size) -> Rect:
    """Return a rectangle of a display of `size`, as far as it lies on it, in pixels of `reference`."""
    scaled = rect.scaled(size, reference)
    x1, y1 = min(max(0, scaled.x1), reference.width - 1), min(max(0, scaled.y1), reference.height - 1)
    return Rect(x1, y1, max(x1 + 1, min(scaled.x2, reference.width)), max(y1 + 1, min(scaled.y2, reference.height)))


def _element(sight: Sight, point: Point) -> Rect | None:
    largest = _LARGEST_PART * sight.size.width * sight.size.height
    under = [
        node.bounds
        for node in sight.nodes()
        if node.bounds is not None and node.bounds.contains(point) and node.bounds.within(sight.size)
    ]
    fitting = [rect for rect in under if _area(rect) <= largest and min(rect.width, rect.height) >= _SMALLEST_SIDE]
    return min(fitting, key=_area, default=None)


def _swept(gesture: Gesture) -> Rect:
    """Return the rectangle whose middle 60 % the finger went over: a swipe is played over that much of its target."""
    start, end = gesture.start, gesture.end
    if gesture.direction in (Direction.UP, Direction.DOWN):
        margin = abs(end.y - start.y) // 3
        x, low, high = start.x, min(start.y, end.y), max(start.y, end.y)
        return Rect(x - BOX_PX // 2, low - margin, x + BOX_PX // 2, max(high + margin, low + 1))
    margin = abs(end.x - start.x) // 3
    y, low, high = start.y, min(start.x, end.x), max(start.x, end.x)
    return Rect(low - margin, y - BOX_PX // 2, max(high + margin, low + 1), y + BOX_PX // 2)


def _around(point: Point, reach: int) -> Rect:
    return Rect(point.x - reach, point.y - reach, point.x + reach, point.y + reach)


def _area(rect: Rect) -> int:
    return rect.width * rect.height
