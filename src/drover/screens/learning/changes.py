"""What differs between pictures of one size: what changes on a screen, and what tells two screens apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from drover.devices.frame import Pixels
from drover.devices.geometry import Rect
from drover.screens.learning.small import STATUS_BAR, Small, status_bar

NOTICEABLE = 14
"""Levels of a colour by which a pixel of the small picture must differ: recompressing changes less."""
MOST_MASKS = 30
_JOIN = 5
_FILLED = 0.5
"""Part of a box that must differ: a ring of changes around a popup that stays the same does not take it away."""
_FILLED_BEHIND = 0.9, 0.7
"""The same of a popup's captures: all around it differs, which may be most of the frame."""
_SOFT = 2.0
_CELL = 15
_TEXTURED = 6.0
_LEAST_CORRELATION = 0.8
_MEANS_APART = 14.0
SAME_GROUND = 0.6
_SAME_TEXTURE = 0.15
_FRONT = 0.05
"""Least part of the cells that are a popup's plain ones, and that have its writing: over the demo pages it is 8 %."""
_INVERTED = 0.07
"""Part of the cells that show the same in another light at most: 5 % behind a popup, 11 % and more in another theme."""

Floats = npt.NDArray[np.float32]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Cells:
    """How the cells of two pictures compare, each array one value a cell, row by row.

    `alike_lit`: about equally bright. `textured`: in one picture at least.
    """

    alike_lit: Truths
    textured: Truths
    both_textured: Truths
    correlation: Floats


def changed(pictures: Sequence[Small], *, behind: bool = False) -> list[Rect]:
    """Return the rectangles, in pixels of the first picture's frame, where any other one differs from it.

    At most MOST_MASKS: what lies close together is joined. The status bar is left out. `behind` a popup so much differs
    that the rectangles are cut closer.
    """
    if len(pictures) == 1:
        return []
    first = pictures[0]
    differs = np.maximum.reduce([_difference(first, other) for other in pictures[1:]])
    differs[: status_bar(first.shape).y2] = 0
    join = _JOIN
    parts = _FILLED_BEHIND if behind else (_FILLED,)
    while not (few := [boxes for part in parts if len(boxes := _boxes(differs, join, part)) <= MOST_MASKS]):
        join *= 2
    return [first.enlarged(box) for box in min(few, key=lambda boxes: sum(box.width * box.height for box in boxes))]


def same_look(a: Small, b: Small) -> bool:
    """Whether two pictures show one look of a screen, so that only parts of it differ.

    Both are cut into cells. Of the plain ones 60 % must be equally bright (else it is another theme), and of the cells
    with texture 15 % must agree (else it is another language, or nothing is the same). Pictures of another shape are
    another look.
    """
    if abs(a.gray.shape[0] - b.gray.shape[0]) > 1:
        return False
    ground, texture = alikeness(a, b)
    return ground >= SAME_GROUND and texture >= _SAME_TEXTURE


def same_front(a: Small, b: Small) -> bool:
    """Whether two pictures of one popup show one look of it, however little the screens behind it are alike.

    In one piece, 5 % of the cells must be plain and agree, and 5 % have texture and agree: a card and its writing. A
    picture that two themes share may be as large; so at most 7 % of the cells may show the same in another light, as a
    popup's writing does in another theme. Pictures of another shape are another look.
    """
    if abs(a.gray.shape[0] - b.gray.shape[0]) > 1:
        return False
    cells = _compared(a, b)
    agree = np.where(cells.textured, cells.alike_lit & (cells.correlation >= _LEAST_CORRELATION), cells.alike_lit)
    columns = a.gray.shape[1] // _CELL
    count, labels = cv2.connectedComponents(agree.reshape(-1, columns).astype(np.uint8), connectivity=4)
    pieces = np.asarray(labels).ravel()
    plain = np.bincount(pieces[agree & ~cells.textured], minlength=count)
    written = np.bincount(pieces[agree & cells.textured], minlength=count)
    front = np.minimum(plain, written).max()
    inverted = (np.abs(cells.correlation) >= _LEAST_CORRELATION) & cells.both_textured & ~agree
    return bool(front >= _FRONT * agree.size and inverted.sum() <= _INVERTED * agree.size)


def alikeness(a: Small, b: Small) -> tuple[float, float]:
    """Return which parts of the plain and of the textured cells agree, 0 to 1; 1 where there is none of them."""
    cells = _compared(a, b)
    correlated = cells.correlation >= _LEAST_CORRELATION
    return _part(cells.alike_lit[~cells.textured]), _part((cells.alike_lit & correlated)[cells.textured])


def difference_sentence(a: Small, b: Small) -> str:
    """Return in what two pictures differ, for a person."""
    if abs(a.gray.shape[0] - b.gray.shape[0]) > 1:
        return "they differ in shape"
    differs = _difference(a, b)
    differs[: status_bar(a.shape).y2] = 0
    boxes = _boxes(differs, _JOIN)
    if not boxes:
        return "the pictures are identical"
    whole = a.enlarged(
        Rect(min(b.x1 for b in boxes), min(b.y1 for b in boxes), max(b.x2 for b in boxes), max(b.y2 for b in boxes))
    )
    share = 100 * float(differs.mean())
    places = f"at {whole.x1},{whole.y1},{whole.x2},{whole.y2}"
    return f"they differ in {share:.1f} % of the picture only, {places}, in nothing that can be told for certain"


def differing(a: Small, b: Small) -> list[Rect]:
    """Return the rectangles, in pixels of the first picture's frame, where two pictures of one shape differ."""
    return changed((a, b)) if abs(a.gray.shape[0] - b.gray.shape[0]) <= 1 else []


def _difference(a: Small, b: Small) -> npt.NDArray[np.uint8]:
    """Return 1 where a colour differs noticeably; the shape is the first picture's."""
    rows = min(a.gray.shape[0], b.gray.shape[0])
    differs = np.zeros(a.gray.shape, dtype=np.uint8)
    first, second = (
        (a.rgb[:rows], b.rgb[:rows]) if a.size == b.size else (_blurred(a.rgb[:rows]), _blurred(b.rgb[:rows]))
    )
    differs[:rows] = np.asarray(cv2.absdiff(first, second)).max(axis=2) > NOTICEABLE
    return differs


def _blurred(rgb: Pixels) -> Pixels:
    """Return a small picture so soft that it does not matter from which width it was made."""
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigmaX=_SOFT), dtype=np.uint8)


def _boxes(differs: npt.NDArray[np.uint8], join: int, filled: float = _FILLED) -> list[Rect]:
    """Return boxes of what differs, what lies closer than `join` in one; what it surrounds is in none."""
    grown = cv2.dilate(differs, cv2.getStructuringElement(cv2.MORPH_RECT, (join, join)))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(grown)
    boxes = [Rect(x, y, x + width, y + height) for x, y, width, height in stats[1:, :4].tolist()]
    return [part for number, box in enumerate(boxes, 1) for part in _cut(np.asarray(labels == number), box, filled)]


def _cut(piece: npt.NDArray[np.bool_], box: Rect, filled: float) -> list[Rect]:
    """Return the box of a piece, cut in halves where less of it than the part `filled` is the piece's own."""
    inside = piece[box.y1 : box.y2, box.x1 : box.x2]
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not rows.size:
        return []
    top, left = box.y1 + int(rows[0]), box.x1 + int(columns[0])
    bottom, right = box.y1 + int(rows[-1]) + 1, box.x1 + int(columns[-1]) + 1
    tight = Rect(left, top, right, bottom)
    if inside.sum() >= filled * tight.width * tight.height or max(tight.width, tight.height) < 2 * _CELL:
        return [tight]
    if tight.width > tight.height:
        middle = tight.center.x
        halves = Rect(left, top, middle, bottom), Rect(middle, top, right, bottom)
    else:
        middle = tight.center.y
        halves = Rect(left, top, right, middle), Rect(left, middle, right, bottom)
    return [part for half in halves for part in _cut(piece, half, filled)]


def _compared(a: Small, b: Small) -> _Cells:
    first, second = _cells(a.gray, b.gray), _cells(b.gray, a.gray)
    deviations = first.std(axis=1), second.std(axis=1)
    covariance = (first * second).mean(axis=1) - first.mean(axis=1) * second.mean(axis=1)
    return _Cells(
        alike_lit=np.abs(first.mean(axis=1) - second.mean(axis=1)) <= _MEANS_APART,
        textured=np.maximum(*deviations) >= _TEXTURED,
        both_textured=np.minimum(*deviations) >= _TEXTURED,
        correlation=covariance / np.maximum(deviations[0] * deviations[1], 1e-3),
    )


def _cells(gray: Pixels, other: Pixels) -> Floats:
    """Return a row of pixels for each cell, below the status bar."""
    top = round(gray.shape[0] * STATUS_BAR)
    rows = (min(gray.shape[0], other.shape[0]) - top) // _CELL
    columns = gray.shape[1] // _CELL
    whole = gray[top : top + rows * _CELL, : columns * _CELL].astype(np.float32)
    return whole.reshape(rows, _CELL, columns, _CELL).swapaxes(1, 2).reshape(-1, _CELL * _CELL)


def _part(agree: npt.NDArray[np.bool_]) -> float:
    return float(agree.mean()) if agree.size else 1.0
