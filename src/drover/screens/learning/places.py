"""Places of a picture that could identify a screen: pieces of text and icons, by their edges."""

import itertools
from collections.abc import Sequence

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect, Size
from drover.screens.learning.small import Small, small, status_bar
from drover.screens.matching.template import MARGIN
from drover.screens.parts import MIN_DEVIATION
from drover.screens.pictures import to_gray

MOST = 24
"""How many places of a picture are considered at most."""
_EDGE = 60
"""Least strength of an edge: the sum of both Sobel derivatives of the small picture."""
_GAP = (9, 3)
"""Edges closer than that, in pixels of the small picture, are one piece: letters of a word, an icon and its label."""
_WIDEST, _TALLEST = 0.45, 0.10
"""Parts of the frame that a place spans at most: a larger one is cut, as all of it would have to stay as it is."""
_LEAST_WIDTH, _LEAST_HEIGHT = 0.06, 0.02
_LEAST_SIDE = 24
"""Pixels: smaller regions have no outline in the index and are alike too easily."""
_PAD = 0.006
_TEXTURE = MIN_DEVIATION + 4
_BANDS = 6


def places(frame: Frame) -> list[Rect]:
    """Return up to MOST rectangles of the frame that have texture, largest contrast first, from all over the height.

    The status bar is left out, and so is the outermost margin that a shifted picture loses.
    """
    reduced = small(frame)
    return places_in(frame, [reduced.enlarged(piece) for piece in _pieces(reduced)])


def places_in(frame: Frame, pieces: Sequence[Rect]) -> list[Rect]:
    """Return the same for given pieces of the frame: widened to a useful size, and cut where they are too large."""
    gray = to_gray(frame.pixels)
    size = frame.size
    rects = dict.fromkeys(part for piece in pieces for part in _fitted(piece, size))
    textured = [(_texture(gray, rect), rect) for rect in rects]
    return _from_all_over([each for each in textured if each[0] >= _TEXTURE], size)


def _pieces(reduced: Small) -> list[Rect]:
    gray = reduced.gray
    across = cv2.Sobel(gray, cv2.CV_16S, 1, 0)
    down = cv2.Sobel(gray, cv2.CV_16S, 0, 1)
    edges = (np.abs(across) + np.abs(down) >= _EDGE).astype(np.uint8)
    closed = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, _GAP))
    boxes = cv2.connectedComponentsWithStats(closed)[2][1:, :4].tolist()
    return [Rect(x, y, x + width, y + height) for x, y, width, height in boxes]


def _fitted(piece: Rect, size: Size) -> list[Rect]:
    """Return the piece widened to a useful size, or cut where it is too large; nothing where it lies too near an edge.

    What is under the status bar is cut off.
    """
    pad = max(2, round(size.width * _PAD))
    least = max(_LEAST_SIDE, round(size.width * _LEAST_WIDTH)), max(_LEAST_SIDE, round(size.height * _LEAST_HEIGHT))
    left, right = _span(piece.x1 - pad, piece.x2 + pad, least[0], MARGIN, size.width - MARGIN)
    top, bottom = _span(piece.y1 - pad, piece.y2 + pad, least[1], status_bar(size).y2, size.height - MARGIN)
    if right - left < least[0] or bottom - top < least[1]:
        return []
    columns = _cuts(left, right, size.width * _WIDEST)
    rows = _cuts(top, bottom, size.height * _TALLEST)
    return [Rect(x1, y1, x2, y2) for y1, y2 in rows for x1, x2 in columns]


def _span(start: int, end: int, least: int, first: int, last: int) -> tuple[int, int]:
    lacking = max(0, least - (end - start))
    start, end = start - lacking // 2, end + lacking - lacking // 2
    return max(first, start), min(last, end)


def _cuts(start: int, end: int, most: float) -> list[tuple[int, int]]:
    count = max(1, int(-(-(end - start) // most)))
    edges = [start + round((end - start) * part / count) for part in range(count + 1)]
    return list(itertools.pairwise(edges))


def _texture(gray: Pixels, rect: Rect) -> float:
    return float(gray[rect.y1 : rect.y2, rect.x1 : rect.x2].std())


def _from_all_over(textured: list[tuple[float, Rect]], size: Size) -> list[Rect]:
    """Return the best of each band of the height in turn, so that no busy part crowds out the others."""
    bands: list[list[Rect]] = [[] for _ in range(_BANDS)]
    for _, rect in sorted(textured, key=lambda each: (-_worth(*each, size), each[1].y1, each[1].x1)):
        bands[rect.center.y * _BANDS // size.height].append(rect)
    turns = max((len(band) for band in bands), default=0)
    return [band[turn] for turn in range(turns) for band in bands if turn < len(band)][:MOST]


def _worth(deviation: float, rect: Rect, size: Size) -> float:
    """Order places: contrast, and area up to a hundredth of the frame, as a larger one is less easily like another."""
    area = rect.width * rect.height / (size.width * size.height)
    return min(deviation, 3 * MIN_DEVIATION) * min(area, 0.01) ** 0.5
