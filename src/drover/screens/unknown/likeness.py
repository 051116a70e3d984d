"""Whether two pictures show the same unknown screen, told by small versions of them."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from drover.devices.frame import Frame, Pixels
from drover.screens.learning.small import STATUS_BAR

COLUMNS: Final = 90
"""Width of a small picture: a cell is 12 pixels of 1080, so that a caret is one or two of them."""
HEAD: Final = 0.13
"""Part of the height, from the top, in which the title is: what differs there counts on its own."""
MOST_DIFFERENT: Final = 0.08
"""Part of the cells with something in them that may differ.

Plaza's pages with other content that only changes in places differ by at most 0.02, different ones by 0.16 and more, if
not in the title alone; of 2,520 pairs of real screens of one size, 7 differ by less: editions of one screen.
"""
MOST_DIFFERENT_HEAD: Final = 0.05
"""The same of the title's part: 0.005 and 0.07."""
_NOTICEABLE: Final = 12


def small_picture(frame: Frame) -> Pixels:
    """Return the frame in grey, uint8, COLUMNS wide, its status bar blackened."""
    size = frame.size
    rows = max(1, round(size.height * COLUMNS / size.width))
    small = cv2.resize(frame.pixels, (COLUMNS, rows), interpolation=cv2.INTER_AREA)
    gray = np.array(cv2.cvtColor(small, cv2.COLOR_RGBA2GRAY), dtype=np.uint8)
    gray[: max(1, round(rows * STATUS_BAR))] = 0
    return gray


def alike(one: Pixels, other: Pixels) -> bool:
    """Whether two small pictures show one screen: a clock, a caret, a figure may differ. Other sizes are not alike."""
    if one.shape != other.shape:
        return False
    head = max(1, round(one.shape[0] * HEAD))
    return _difference(one, other) <= MOST_DIFFERENT and _difference(one[:head], other[:head]) <= MOST_DIFFERENT_HEAD


def _difference(one: Pixels, other: Pixels) -> float:
    """Return which part of the cells that have something in them, on either picture, differ noticeably."""
    differs = cv2.absdiff(one, other) > _NOTICEABLE
    counted = filled(one) | filled(other) | differs
    return float(differs.sum()) / max(1, int(counted.sum()))


def filled(small: Pixels) -> NDArray[np.bool_]:
    """Return which cells of a small picture, uint8, have something in or beside them: edges, letters."""
    around = np.ones((3, 3), np.uint8)
    return cv2.subtract(cv2.dilate(small, around), cv2.erode(small, around)) > _NOTICEABLE
