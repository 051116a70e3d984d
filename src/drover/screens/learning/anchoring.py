"""Which edge of the screen a place keeps to."""

import cv2
import numpy as np

from drover.devices.geometry import Rect, Size
from drover.screens.domain import ScreenKind
from drover.screens.learning.small import Small
from drover.screens.regions import Anchor

_BAR_FROM = 0.80
"""Part of the height, from the top, below which a bar at the bottom begins: the tallest ones take a sixth."""
_LINE = 0.7
_STEP = 3
_MIDDLE = (0.25, 0.75)


def bottom_bar(reduced: Small) -> float | None:
    """Return from which part of the height, 0 to 1, a bar at the bottom reaches, or None where there is none.

    It begins with the first line across, in the lowest fifth: where 70 % of the columns change their brightness.
    """
    height = reduced.gray.shape[0]
    first = int(height * _BAR_FROM)
    steps = np.asarray(cv2.absdiff(reduced.gray[first:], reduced.gray[first - 1 : -1])) >= _STEP
    lines = np.flatnonzero(steps.mean(axis=1) >= _LINE)
    return (first + int(lines[0])) / height if lines.size else None


def anchor_of(rect: Rect, size: Size, kind: ScreenKind, bar: float | None) -> Anchor:
    """Return the edge that a place keeps to: the bottom in a bar there, the middle in a dialog, else the top."""
    if bar is not None and rect.y1 >= bar * size.height:
        return Anchor.BOTTOM
    middle = rect.center.y / size.height
    if kind is ScreenKind.INTERRUPT and _MIDDLE[0] <= middle <= _MIDDLE[1]:
        return Anchor.MIDDLE
    return Anchor.TOP
