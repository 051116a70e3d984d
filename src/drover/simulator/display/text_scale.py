"""Text as large as its reader wants it: labels grow around their middle as far as there is room, paragraphs wrap anew.

Pages are laid out once, for text at its normal size. What a reader's setting changes is decided here, sheet by sheet:
each kind of label on a sheet gets the largest factor up to the wanted one at which none of its labels leaves what it
stands on or meets a neighbour. Smaller text always has room. A label that is `fixed` keeps its size.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from drover.simulator.display import typeface
from drover.simulator.display.marks import (
    REFERENCE_WIDTH,
    Arc,
    Box,
    Colour,
    Fill,
    Gradient,
    Label,
    Mark,
    Outline,
    Photo,
    Shadow,
    Sheet,
    Symbol,
    Weight,
)
from drover.simulator.display.widgets import CAP_SHARE, ink

_STEP = 0.05
_EDGE = 14
"""Least distance, in reference pixels, between text and the edge of what it stands on."""
_DISPLAY_EDGE = 40
"""The same, where it stands on what goes from side to side of the display."""
_GAP = 6
"""Least distance between text and its neighbours."""

Kind = tuple[int, Weight, Colour, str]


@dataclass(frozen=True, slots=True)
class Scaled:
    """A sheet whose text has another size, and where the ink of each of its labels has gone."""

    sheet: Sheet
    moves: Mapping[Box, Box]


@functools.lru_cache(maxsize=1024)
def scaled(sheet: Sheet, factor: float) -> Scaled:
    """Return the sheet with its text `factor` times as large as normal, as far as there is room."""
    room = _Room(sheet)
    chosen: dict[Kind, float] = {}
    for label in room.labels:
        fitting = next(each for each in _factors(factor) if each <= 1 or room.holds(label, each))
        chosen[_kind(label)] = min(fitting, chosen.get(_kind(label), fitting))
    marks: list[Mark] = []
    moves: dict[Box, Box] = {}
    for mark in sheet.marks:
        if not isinstance(mark, Label) or not _grows(mark):
            marks.append(mark)
            continue
        drawn = _drawn(mark, chosen[_kind(mark)])
        marks.extend(drawn)
        moves.update({ink(mark): _around(drawn)} if drawn else {})
    return Scaled(Sheet(sheet.box, tuple(marks)), moves)


def _grows(label: Label) -> bool:
    return not label.fixed and bool(label.text.strip())


def _kind(label: Label) -> Kind:
    return label.size, label.weight, label.colour, label.align


def _factors(wanted: float) -> Iterator[float]:
    """Yield the factors to be tried, the wanted one first, down to what needs no room."""
    yield wanted
    steps = int((wanted - 1) / _STEP)
    for step in range(steps, 0, -1):
        if 1 + step * _STEP < wanted:
            yield 1 + step * _STEP
    yield 1.0


def _drawn(label: Label, factor: float) -> tuple[Label, ...]:
    """Return a label in its new size; the first line of a paragraph returns all of them, the others none."""
    size = round(label.size * factor)
    middle = label.y - label.size * CAP_SHARE
    if label.flow is None:
        return (replace(label, size=size, y=round(middle + size * CAP_SHARE)),)
    if label.flow.row:
        return ()
    flow = label.flow
    parts = typeface.paragraph(flow.text, label.weight, size, flow.limit, lines=flow.lines)
    leading = round(flow.leading * factor)
    first = round(middle + size * CAP_SHARE)
    return tuple(
        replace(label, text=part, size=size, y=first + row * leading, flow=replace(flow, row=row))
        for row, part in enumerate(parts)
    )


def _around(labels: Sequence[Label]) -> Box:
    boxes = [ink(label) for label in labels]
    return Box(
        min(box.x1 for box in boxes),
        min(box.y1 for box in boxes),
        max(box.x2 for box in boxes),
        max(box.y2 for box in boxes),
    )


class _Room:
    """What is on a sheet besides a label: what it stands on, and what it must not meet."""

    def __init__(self, sheet: Sheet) -> None:
        self.labels = [mark for mark in sheet.marks if isinstance(mark, Label) and _grows(mark)]
        self._sheet = sheet.box
        self._grounds = [mark.box for mark in sheet.marks if isinstance(mark, Fill | Outline | Gradient | Photo)]
        self._things = [*self._grounds, *(_box(mark) for mark in sheet.marks if isinstance(mark, Symbol | Arc))]
        self._fixed = [ink(mark) for mark in sheet.marks if isinstance(mark, Label) and mark.fixed]

    def holds(self, label: Label, factor: float) -> bool:
        """Whether the label, `factor` times as large, stays where it stands and meets nothing it did not meet before.

        Other labels are taken to grow by as much.
        """
        drawn = _drawn(label, factor)
        if not drawn:
            return True
        if label.flow is not None and _cut(drawn) and not _cut(_drawn(label, 1.0)):
            return False
        before, after = _around(_drawn(label, 1.0)), _around(drawn)
        ground = min((box for box in self._grounds if _inside(before, box)), key=_area, default=self._sheet)
        if not _inside(after, _shrunk(ground, before)):
            return False
        return not any(_meets(after, other) for other in self._neighbours(label, before, factor))

    def _neighbours(self, label: Label, before: Box, factor: float) -> Iterator[Box]:
        for box in (*self._things, *self._fixed):
            if box.meet(before) is None:
                yield box
        for other in self.labels:
            same = other.flow is not None and label.flow is not None and other.flow.text == label.flow.text
            if other is not label and not same and ink(other).meet(before) is None:
                lines = _drawn(other, factor)
                yield from (ink(line) for line in lines)


def _cut(labels: Sequence[Label]) -> bool:
    return labels[-1].text.endswith("\u2026")


def _box(mark: Mark) -> Box:
    match mark:
        case Symbol(_, x, y, size):
            return Box(x - size // 2, y - size // 2, x + size // 2, y + size // 2)
        case Arc(x, y, radius):
            return Box(x - radius, y - radius, x + radius, y + radius)
        case Label():
            return ink(mark)
        case Fill(box) | Outline(box) | Gradient(box) | Shadow(box) | Photo(box):
            return box


def _shrunk(ground: Box, before: Box) -> Box:
    """Return what text may cover of its ground: all but the edges, and never less than it covers already."""
    edge = _DISPLAY_EDGE if ground.width >= REFERENCE_WIDTH else _EDGE
    left, right = min(ground.x1 + edge, before.x1), max(ground.x2 - edge, before.x2)
    return Box(left, min(ground.y1, before.y1), right, max(ground.y2, before.y2))


def _inside(box: Box, ground: Box) -> bool:
    return ground.x1 <= box.x1 and ground.y1 <= box.y1 and box.x2 <= ground.x2 and box.y2 <= ground.y2


def _area(box: Box) -> int:
    return box.width * box.height


def _meets(box: Box, other: Box) -> bool:
    """Whether text in `box` comes too near to `other`: beside it by a gap, above or below it by ink alone."""
    return Box(box.x1 - _GAP, box.y1, box.x2 + _GAP, box.y2).meet(other) is not None
