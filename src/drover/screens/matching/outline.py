"""The outline of a region: what its quarter-scale picture must be like if the region is there, at any allowed shift.

Two tests, both by the means of cells of an integral picture. The first: the mean of the whole and of 4x2 cells lie
within bounds. The second: a grid of up to 16x6 cells correlates with the template's. The cells keep clear of the
region's border, so that the template itself tells what they become under every shift that the search allows: one look
at the unshifted place suffices, and no shifted screen is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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
_FLAT = 1.0
"""Relief, in squared grey levels a cell, under which a picture is flat: rounding would make it look like anything."""
_BLUR = 8.0
"""Grey levels by which compression, resampling and a little of something else change the mean of a cell."""

Means = npt.NDArray[np.float32]
Patterns = npt.NDArray[np.int8]
Numbers = npt.NDArray[np.intp]
Edges = npt.NDArray[np.int32]
Sums = npt.NDArray[Any]


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

    def admits(self, patch: Pixels) -> bool:
        """Whether `patch`, the grey pixels at `rect`, may show the region, at any allowed shift."""
        sums, stride = np.asarray(cv2.integral(patch)).ravel(), self.rect.width + 1
        parts = self.parts.scaled(SCALE, self.rect.x1, self.rect.y1)
        means = part_means(sums[parts.corners(stride)], parts.areas())[0]
        if not np.all((means >= self.low) & (means <= self.high)):
            return False
        grid = self.grid.scaled(SCALE, self.rect.x1, self.rect.y1)
        return bool(Grids([self]).correlation(grid_means(sums, stride, grid), np.array([0]))[0] >= ALIKE)


class Grids:
    """The patterns of many outlines, to be compared with the means of the cells of their grids."""

    def __init__(self, outlines: Sequence[Outline]) -> None:
        self._patterns = [outline.patterns for outline in outlines]
        self._used = np.array([max(1, np.count_nonzero(outline.grid.areas())) for outline in outlines])
        self._scales = np.array([outline.scale for outline in outlines], dtype=np.float32)
        self._least = np.array([outline.least for outline in outlines], dtype=np.float32)
        self._middles = np.stack([outline.patterns[len(outline.patterns) // 2] for outline in outlines])
        self._middle_sums = self._middles.sum(axis=1, dtype=np.float32)

    def correlation(self, means: Means, rows: Numbers) -> Means:
        """Return, for each of these outlines, the correlation with the best of its patterns.

        ALIKE where it has none; 0 where it is certain that none reaches ALIKE.
        """
        # Over the used cells the patterns have a mean of zero, but for their rounding; elsewhere both are 0.
        average = means.sum(axis=1) / self._used[rows]
        squares = np.einsum("rc,rc->r", means, means) - average**2 * self._used[rows]
        scales = self._scales[rows] / np.sqrt(np.maximum(squares, _FLAT * self._used[rows]))
        middle = np.einsum("rc,rc->r", self._middles[rows], means, dtype=np.float32)
        middle = (middle - self._middle_sums[rows] * average) * scales
        likely = np.flatnonzero((middle >= self._least[rows]) & (scales > 0))
        scores = np.where(scales > 0, np.float32(0), np.float32(ALIKE))
        if len(likely):
            numbers: list[int] = rows[likely].tolist()
            patterns = np.stack([self._patterns[number] for number in numbers]).astype(np.float32)
            products = np.matmul(patterns, means[likely, :, None])[:, :, 0]
            products -= patterns.sum(axis=2) * average[likely, None]
            scores[likely] = products.max(axis=1) * scales[likely]
        return scores


def part_means(sums: Sums, areas: Edges) -> Means:
    """Return the means of the whole and of its parts, from the `sums` at the corners of the parts: (n, CELLS)."""
    parts = _between(sums).reshape(len(sums), -1)
    areas = areas.reshape(len(sums), -1)
    whole = parts.sum(axis=1, keepdims=True) / areas.sum(axis=1, keepdims=True)
    return np.concatenate([whole, parts / np.maximum(areas, 1)], axis=1, dtype=np.float32)


def grid_means(sums: Sums, stride: int, grid: Cells) -> Means:
    """Return the means of the cells of grids, 0 for empty ones, from a flattened integral picture of that stride."""
    areas = grid.areas().reshape(-1, GRID[0] * GRID[1])
    cells = _between(sums[grid.corners(stride)]).reshape(areas.shape)
    return (cells / np.maximum(areas, 1)).astype(np.float32)


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
    low, high = _bounds(sums, parts.scaled(SCALE, rect.x1, rect.y1), cv2.mean(template)[0])
    return Outline(rect, parts, low, high, grid, *_patterns(sums, grid.scaled(SCALE, rect.x1, rect.y1)))


def _span(start: int, end: int) -> tuple[int, int] | None:
    """Return from where to where, in quarter-scale pixels, cells may lie between two borders."""
    first, last = -(-(start + _SHIFT) // SCALE), (end - _SHIFT) // SCALE
    return (first, last) if first < last else None


def _edges(span: tuple[int, int], count: int, room: int) -> Edges:
    """Return the edges of `count` cells that divide the span, followed by those of empty ones up to `room`."""
    start, end = span
    edges = [start + round((end - start) * part / count) for part in range(count + 1)] if count else [start]
    return np.array([edges + [edges[-1]] * (room + 1 - len(edges))], dtype=np.int32)


def _shifted(sums: Sums, cells: Cells, step: int) -> Sums:
    """Return the sums of the cells under every shift, of shape (shifts down, r - 1, shifts across, c - 1)."""
    shifts = np.arange(0, 2 * _SHIFT + 1, step)[:, None]
    rows, columns = cells.rows + shifts, cells.columns + shifts
    at = sums.take(rows.ravel(), axis=0).take(columns.ravel(), axis=1).reshape(*rows.shape, *columns.shape)
    strips = at[:, 1:] - at[:, :-1]
    return strips[..., 1:] - strips[..., :-1]


def _between(sums: Sums) -> Sums:
    """Return the sums of cells from those at their corners."""
    rows = sums[:, 1:] - sums[:, :-1]
    return rows[:, :, 1:] - rows[:, :, :-1]


def _bounds(sums: Sums, parts: Cells, mean: float) -> tuple[Means, Means]:
    """Return between what the means of the whole and of its parts lie, wherever and however the matcher accepts them.

    That is: under every shift, brightness and contrast. `mean` is that of the template.
    """
    every, areas = _shifted(sums, parts, _COARSE_STEP), parts.areas()[0]
    whole = every.sum(axis=(1, 3)) / areas.sum()
    means = every / np.maximum(areas, 1)[:, None, :]
    low = np.concatenate([[whole.min()], means.min(axis=(0, 2)).ravel()])
    high = np.concatenate([[whole.max()], means.max(axis=(0, 2)).ravel()])
    contrast = max(1 - CONTRAST[0], CONTRAST[1] - 1) * np.maximum(abs(low - mean), abs(high - mean))
    tolerance = np.maximum(_LEAST_TOLERANCE, MAX_BRIGHTNESS + contrast + _BLUR)
    return (low - tolerance).astype(np.float32), (high + tolerance).astype(np.float32)


def _patterns(sums: Sums, grid: Cells) -> tuple[Patterns, float, float]:
    """Return the patterns, their scale and how much what is like one of them is like the middle one at least."""
    areas = grid.areas()[0]
    down, across = int(np.count_nonzero(areas[:, 0])), int(np.count_nonzero(areas[0]))
    nothing = np.zeros((_SHIFTS, GRID[0] * GRID[1]), dtype=np.int8), 0.0, -1.0
    if down * across < _LEAST_GRID:
        return nothing
    used = Cells(grid.columns[:, : across + 1], grid.rows[:, : down + 1])
    means = _shifted(sums, used, _FINE_STEP) / areas[:down, None, :across]
    centred = means - means.mean(axis=(1, 3), keepdims=True)
    lengths = np.sqrt(np.einsum("yrxc,yrxc->yx", centred, centred))
    if lengths.min() < _LEAST_RELIEF * (down * across) ** 0.5:
        return nothing
    units = np.zeros((*lengths.shape, GRID[1], GRID[0]))
    units[:, :, :down, :across] = (centred / lengths[:, None, :, None]).transpose(0, 2, 1, 3)
    rows = units.reshape(_SHIFTS, -1)
    scale = float(np.abs(rows).max()) / _STEPS
    return np.rint(rows / scale).astype(np.int8), scale, _least(float((rows @ rows[_SHIFTS // 2]).min()))


def _least(apart: float) -> float:
    """Return the least correlation with the middle pattern of what correlates with any by ALIKE.

    Angles add up at most; `apart` is the correlation of the middle pattern with the one that is least like it.
    """
    angle = np.arccos(ALIKE) + np.arccos(np.clip(apart, -1, 1))
    return float(np.cos(min(angle, np.pi))) - _PRECISION
