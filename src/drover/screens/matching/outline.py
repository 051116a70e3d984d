"""The outline of a region: what its quarter-scale picture must be like if the region is there, at any allowed shift.

Two tests, both by the means of cells of an integral picture. The first: the mean of the whole and of 4x2 cells lie
within bounds. The second: a grid of up to 16x6 cells correlates with the template's. The cells keep clear of the
region's border, so that the template itself tells what they become under every shift that the search allows: one look
at the unshifted place suffices, and no shifted screen is lost.
"""

from dataclasses import dataclass, replace
from math import acos, cos, pi
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from drover.devices.frame import Pixels
from drover.devices.geometry import Rect
from drover.screens.matching.agreement import CONTRAST, MAX_BRIGHTNESS

MEAN_TOLERANCE = 18.0
CELL_TOLERANCE = 48.0
ALIKE = 0.80
"""Least correlation of the grids. A region that is there never fell below 0.92 over 85 real screens, perturbed, and
below 0.88 over the demo apps at 720 pixels: their faint, small print in a grid of few cells is the hardest."""
SCALE = 4
PARTS = (4, 2)
CELLS = PARTS[0] * PARTS[1] + 1
GRID = (16, 6)
_LEAST_CELL = 5
_LEAST_GRID = 8
_SHIFT = 8
_LEAST_TOLERANCE = np.array([MEAN_TOLERANCE] + [CELL_TOLERANCE] * (CELLS - 1))
_COARSE_STEP = 2
_FINE_STEP = 4
_SHIFTS = (2 * _SHIFT // _FINE_STEP + 1) ** 2
_STEPS = 127
_PRECISION = 0.01
"""How far a correlation may be off because patterns are kept in whole steps; it is an eighth of that at most."""
_LEAST_RELIEF = 4.0
_BLUR = 8.0
"""Grey levels by which compression, resampling and a little of something else change the mean of a cell."""

Means = npt.NDArray[np.float32]
Patterns = npt.NDArray[np.int8]
Edges = npt.NDArray[np.int32]
Sums = npt.NDArray[Any]
Totals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Rectangles between neighbouring edges, for each of n regions: `columns` is of shape (n, c), `rows` of (n, r).

    Edges never fall; cells between equal ones are empty, and their mean is 0.
    """

    columns: Edges
    rows: Edges

    def scaled(self, factor: int, x: int = 0, y: int = 0) -> "Cells":
        """Return the cells in pixels `factor` times finer, from (x, y)."""
        return Cells(self.columns * factor - x, self.rows * factor - y)

    def corners(self, stride: int) -> Edges:
        """Return where the crossings of the edges are in a flattened integral picture of that stride, (n, r, c)."""
        return self.rows[:, :, None] * stride + self.columns[:, None, :]

    def areas(self) -> Edges:
        """Return how many pixels each cell has, (n, r - 1, c - 1)."""
        heights, widths = self.rows[:, 1:] - self.rows[:, :-1], self.columns[:, 1:] - self.columns[:, :-1]
        return heights[:, :, None] * widths[:, None, :]


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """What is expected where, in quarter-scale pixels; a few kilobytes.

    The means of the whole and of its `parts` lie between `low` and `high`. `patterns`, times `scale`, has a row of zero
    mean and unit length over the cells of `grid` for each shift. A region without relief has a scale of 0: the grid
    says nothing about it. What is like any row is as much like the middle one, that of no shift, as `least` says.
    """

    rect: Rect
    parts: Cells
    low: Means
    high: Means
    grid: Cells
    patterns: Patterns
    scale: float
    least: float

    def close_up(self) -> "Outline":
        """Return it with its cells in pixels of the reference, from the region's corner."""
        x, y = self.rect.x1, self.rect.y1
        return replace(self, parts=self.parts.scaled(SCALE, x, y), grid=self.grid.scaled(SCALE, x, y))


def outline(template: Pixels, rect: Rect) -> Outline | None:
    """Return the outline of a region, or None for one that is too small: at least 23 pixels a side are enough."""
    across, down = _span(rect.x1, rect.x2), _span(rect.y1, rect.y2)
    if across is None or down is None:
        return None
    parts = Cells(_edges(across, PARTS[0], PARTS[0]), _edges(down, PARTS[1], PARTS[1]))
    columns, rows = ((span[1] - span[0]) // _LEAST_CELL for span in (across, down))
    grid = Cells(_edges(across, min(GRID[0], columns), GRID[0]), _edges(down, min(GRID[1], rows), GRID[1]))
    padded = cv2.copyMakeBorder(template, _SHIFT, _SHIFT, _SHIFT, _SHIFT, cv2.BORDER_REPLICATE)
    sums = np.asarray(cv2.integral(padded))
    stride = sums.shape[1]
    low, high = _bounds(sums.ravel(), stride, parts.scaled(SCALE, rect.x1, rect.y1), cv2.mean(template)[0])
    patterns = _patterns(sums.ravel(), stride, grid.scaled(SCALE, rect.x1, rect.y1))
    return Outline(rect, parts, low, high, grid, *patterns)


def _span(start: int, end: int) -> tuple[int, int] | None:
    """Return from where to where, in quarter-scale pixels, cells may lie between two borders."""
    first, last = -(-(start + _SHIFT) // SCALE), (end - _SHIFT) // SCALE
    return (first, last) if first < last else None


def _edges(span: tuple[int, int], count: int, room: int) -> Edges:
    """Return the edges of `count` cells that divide the span, followed by those of empty ones up to `room`."""
    start, end = span
    edges = [start + round((end - start) * part / count) for part in range(count + 1)] if count else [start]
    return np.array([edges + [edges[-1]] * (room + 1 - len(edges))], dtype=np.int32)


def _shifted(sums: Sums, stride: int, cells: Cells, step: int) -> Sums:
    """Return the sums at the corners of one region's cells under every shift, of shape (shifts, r, c)."""
    shifts = np.arange(0, 2 * _SHIFT + 1, step, dtype=np.int32)
    offsets = (shifts[:, None] * stride + shifts).reshape(-1, 1, 1)
    return sums.take(offsets + cells.corners(stride))


def between(sums: Sums) -> Sums:
    """Return the sums of cells from those at their corners."""
    rows = sums[:, 1:] - sums[:, :-1]
    return rows[:, :, 1:] - rows[:, :, :-1]


def _bounds(sums: Sums, stride: int, parts: Cells, mean: float) -> tuple[Means, Means]:
    """Return between what the means of the whole and of its parts lie, wherever and however the matcher accepts them.

    That is: under every shift, brightness and contrast. `mean` is that of the template.
    """
    totals = _shifted(sums, stride, parts, _COARSE_STEP).reshape(-1, len(TOTALS)) @ TOTALS
    areas = np.maximum(with_whole(parts.areas()), 1)
    low, high = totals.min(axis=0) / areas[0], totals.max(axis=0) / areas[0]
    contrast = max(1 - CONTRAST[0], CONTRAST[1] - 1) * np.maximum(abs(low - mean), abs(high - mean))
    tolerance = np.maximum(_LEAST_TOLERANCE, MAX_BRIGHTNESS + contrast + _BLUR)
    return (low - tolerance).astype(np.float32), (high + tolerance).astype(np.float32)


def _patterns(sums: Sums, stride: int, grid: Cells) -> tuple[Patterns, float, float]:
    """Return the patterns, their scale and how much what is like one of them is like the middle one at least."""
    areas = grid.areas().reshape(-1)
    used = areas > 0
    count = int(np.count_nonzero(used))
    nothing = np.zeros((_SHIFTS, GRID[0] * GRID[1]), dtype=np.int8), 0.0, -1.0
    if count < _LEAST_GRID:
        return nothing
    means = between(_shifted(sums, stride, grid, _FINE_STEP)).reshape(_SHIFTS, -1) / np.maximum(areas, 1)
    rows = means - (means.sum(axis=1) / count)[:, None] * used
    lengths = np.sqrt(np.einsum("sc,sc->s", rows, rows))
    if lengths.min() < _LEAST_RELIEF * count**0.5:
        return nothing
    rows /= lengths[:, None]
    scale = max(float(rows.max()), -float(rows.min())) / _STEPS
    least = _least(float((rows @ rows[_SHIFTS // 2]).min()))
    rows /= scale
    return np.rint(rows, out=rows).astype(np.int8), scale, least


def _least(apart: float) -> float:
    """Return the least correlation with the middle pattern of what correlates with any by ALIKE.

    Angles add up at most; `apart` is the correlation of the middle pattern with the one that is least like it.
    """
    angle = acos(ALIKE) + acos(max(-1.0, min(1.0, apart)))
    return cos(min(angle, pi)) - _PRECISION


def with_whole(parts: Sums) -> Sums:
    """Return what is known of the parts, (n, r, c), with the sum of all before them: (n, 1 + r * c)."""
    flat = parts.reshape(len(parts), -1)
    return np.concatenate([flat.sum(axis=1, keepdims=True), flat], axis=1)


def _totals() -> Totals:
    corners = (PARTS[0] + 1) * (PARTS[1] + 1)
    return with_whole(between(np.eye(corners).reshape(corners, PARTS[1] + 1, PARTS[0] + 1)))


TOTALS = _totals()
"""What turns the sums at the corners of the parts, in one row, into those of the whole and of each part."""
