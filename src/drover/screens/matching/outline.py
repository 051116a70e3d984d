"""The outline of a region: its mean and the means of 4x2 cells, and how far they move within the search margin.

The means are those of a quarter-scale picture. The inner part of a template shows what its cells become under every
shift that the search allows, so that one look at the unshifted place suffices and no shifted screen is lost.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from drover.devices.frame import Pixels
from drover.devices.geometry import Rect

MEAN_TOLERANCE = 18.0
CELL_TOLERANCE = 48.0
SCALE = 4
CELLS = 9
_ACROSS, _DOWN = 4, 2
_SHIFT = 8
_STEP = 2
_LEAST_INNER = 16

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Sums = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Cells (x1, y1, x2, y2 in quarter-scale pixels; the whole first) and the bounds of their means, one row each."""

    cells: Ints
    low: Floats
    high: Floats

    def admits(self, patch: Pixels, rect: Rect) -> bool:
        """Whether `patch`, the grey pixels at `rect`, may show the region, at any allowed shift."""
        means = cell_means(cv2.integral(patch), self.cells * SCALE - np.array([rect.x1, rect.y1] * 2))
        return bool(np.all((means >= self.low) & (means <= self.high)))


def outline(template: Pixels, rect: Rect) -> Outline | None:
    """Return the outline of a region, or None for one that is too small to hold a quarter-scale pixel."""
    columns, rows = _edges(rect.x1, rect.x2, _ACROSS), _edges(rect.y1, rect.y2, _DOWN)
    if columns is None or rows is None:
        return None
    whole = [(columns[0], rows[0], columns[-1], rows[-1])]
    parts = [
        (columns[i], rows[j], columns[i + 1], rows[j + 1])
        for j in range(_DOWN)
        for i in range(_ACROSS)
        if columns[i] < columns[i + 1] and rows[j] < rows[j + 1]
    ]
    cells = np.array(whole + parts + whole * (CELLS - 1 - len(parts)), dtype=np.intp)
    tolerance = np.full(CELLS, CELL_TOLERANCE)
    tolerance[0] = MEAN_TOLERANCE
    means = _shifted_means(template, cells * SCALE - np.array([rect.x1, rect.y1] * 2))
    return Outline(cells, means.min(axis=0) - tolerance, means.max(axis=0) + tolerance)


def cell_means(sums: Sums, cells: Ints) -> Floats:
    """Return the mean of each cell from an integral picture (`cv2.integral`); cells are non-empty."""
    x1, y1, x2, y2 = cells.T
    total = sums[y2, x2] - sums[y1, x2] - sums[y2, x1] + sums[y1, x1]
    return total / ((x2 - x1) * (y2 - y1))


def _edges(start: int, end: int, parts: int) -> list[int] | None:
    inset = min(_SHIFT, max(0, (end - start - _LEAST_INNER) // 2))
    first, last = -(-(start + inset) // SCALE), (end - inset) // SCALE
    if last <= first:
        return None
    return [first + round((last - first) * part / parts) for part in range(parts + 1)]


def _shifted_means(template: Pixels, cells: Ints) -> Floats:
    padded = cv2.copyMakeBorder(template, _SHIFT, _SHIFT, _SHIFT, _SHIFT, cv2.BORDER_REPLICATE)
    steps = np.arange(0, 2 * _SHIFT + 1, _STEP)
    shifts = np.array([(x, y, x, y) for y in steps for x in steps], dtype=np.intp)
    moved = (cells[None, :, :] + shifts[:, None, :]).reshape(-1, 4)
    return cell_means(cv2.integral(padded), moved).reshape(len(shifts), CELLS)
