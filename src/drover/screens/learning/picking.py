"""Picking, among places, the few that together keep every rival off, and that lie far apart."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from drover.devices.geometry import Rect, Size
from drover.screens.learning.judge import GOAL
from drover.screens.learning.small import overlap

Margins = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]

_ENOUGH = 2 * GOAL
_THIRDS = 3
_FAR = 0.5
_SPREAD, _SOFT = 0.5, 0.25


def pick(margins: Margins, hard: npt.NDArray[np.bool_], rects: Sequence[Rect], size: Size, most: int) -> list[int]:
    """Return up to `most` rows of `margins`, by place (rows) and rival (columns).

    First counts how many of the `hard` rivals are kept off by the goal, then how well, and how far places lie from one
    another: a dialog covers the middle of a screen or its lower half, so that each third of the height has one where
    possible. No two overlap.
    """
    best = np.full(margins.shape[1], -1.0)
    chosen: list[int] = []
    while len(chosen) < most:
        left = [row for row in range(len(rects)) if not any(overlap(rects[row], rects[taken]) for taken in chosen)]
        if not left:
            break
        spread = {row: _spread(rects[row], [rects[taken] for taken in chosen], size) for row in left}
        row = max(left, key=lambda row: _worth(np.maximum(best, margins[row]), hard, spread[row]))
        best = np.maximum(best, margins[row])
        chosen.append(row)
    return chosen


def _worth(kept_off: Margins, hard: npt.NDArray[np.bool_], spread: float) -> tuple[int, float]:
    apart = int((kept_off[hard] >= GOAL).sum())
    return apart, _well(kept_off[hard]) + _SOFT * _well(kept_off[~hard]) + _SPREAD * spread


def _well(margins: Margins) -> float:
    """Return how well rivals are kept off, 0 to 2: on the average, and the closest one."""
    if not margins.size:
        return 0.0
    clipped = np.clip(margins, 0, _ENOUGH) / _ENOUGH
    return float(clipped.mean() + clipped.min())


def _spread(rect: Rect, taken: Sequence[Rect], size: Size) -> float:
    """Return how far a place is from those taken, 0 to 1, of which half is for a third of the height without any."""
    if not taken:
        return 0.0
    middle = rect.center
    apart = min(abs(middle.y - other.center.y) / size.height for other in taken)
    thirds = {other.center.y * _THIRDS // size.height for other in taken}
    return min(apart, _FAR) + (0.0 if middle.y * _THIRDS // size.height in thirds else 1 - _FAR)
