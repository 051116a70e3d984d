"""The outline of a region: what its quarter-scale picture must be like if the region is there, at any allowed shift.

Two tests, both by the means of cells of an integral picture. The first: the mean of the whole and of 4x2 cells lie
within bounds. The second: a grid of up to 16x6 cells correlates with the template's. The cells keep clear of the
region's border, so that the template itself tells what they become under every shift that the search allows: one look
at the unshifted place suffices, and no shifted screen is lost.
"""

from collections.abc import Iterator, Sequence
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
Spans = npt.NDArray[np.intp]
Sums = npt.NDArray[Any]
Totals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Rectangles between neighbouring edges, for each of n regions: `columns` is of shape (n, c), `rows` of (n, r).

    Edges never fall; cells between equal ones are empty, and their mean is 0.
    """

    columns: Edges
    rows: Edges

    def of(self, number: int) -> "Cells":
        """Return those of one region."""
        return Cells(self.columns[number : number + 1], self.rows[number : number + 1])

    def scaled(self, factor: int, x: Spans | int = 0, y: Spans | int = 0) -> "Cells":
        """Return the cells in pixels `factor` times finer, from (x, y), which may be given for each region, (n, 1)."""
        return Cells(self.columns * factor - x, self.rows * factor - y)

    def corners(self, stride: Spans | int) -> Edges:
        """Return where the crossings of the edges are in a flattened integral picture of that stride, (n, r, c).

        The stride may be given for each region, (n, 1, 1).
        """
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
    return outlines([(template, rect)])[0]


def outlines(regions: Sequence[tuple[Pixels, Rect]]) -> list[Outline | None]:
    """Return the outline of each region, as `outline` does. A few dozen at a time cost the least for each."""
    spans = [(_span(rect.x1, rect.x2), _span(rect.y1, rect.y2)) for _, rect in regions]
    large = [number for number, (across, down) in enumerate(spans) if across and down]
    found: list[Outline | None] = [None] * len(regions)
    if large:
        across, down = (np.array([spans[number][axis] for number in large]) for axis in range(2))
        for number, each in zip(large, _outlines([regions[number] for number in large], across, down), strict=True):
            found[number] = each
    return found


def _outlines(regions: Sequence[tuple[Pixels, Rect]], across: Spans, down: Spans) -> Iterator[Outline]:
    parts = Cells(_edges(across, PARTS[0], PARTS[0]), _edges(down, PARTS[1], PARTS[1]))
    columns, rows = ((span[:, 1:] - span[:, :1]) // _LEAST_CELL for span in (across, down))
    grid = Cells(
        _edges(across, np.minimum(GRID[0], columns), GRID[0]), _edges(down, np.minimum(GRID[1], rows), GRID[1])
    )
    x, y = (np.array([[rect.x1] for _, rect in regions]), np.array([[rect.y1] for _, rect in regions]))
    close_parts, close_grid = parts.scaled(SCALE, x, y), grid.scaled(SCALE, x, y)
    of_parts, of_grid = _shifted([template for template, _ in regions], close_parts, close_grid)
    means = np.array([[cv2.mean(template)[0]] for template, _ in regions])
    low, high = _bounds(of_parts, close_parts, means)
    patterns, scales, least = _patterns(of_grid, close_grid)
    for n, (_, rect) in enumerate(regions):
        yield Outline(
            rect, parts.of(n), low[n], high[n], grid.of(n), patterns[n], float(scales[n]), _least(float(least[n]))
        )


def _span(start: int, end: int) -> tuple[int, int] | None:
    """Return from where to where, in quarter-scale pixels, cells may lie between two borders."""
    first, last = -(-(start + _SHIFT) // SCALE), (end - _SHIFT) // SCALE
    return (first, last) if first < last else None


def _edges(spans: Spans, counts: Spans | int, room: int) -> Edges:
    """Return the edges of `counts` cells that divide each span, followed by those of empty ones up to `room`."""
    steps = np.minimum(np.arange(room + 1), counts)
    start, end = spans[:, :1], spans[:, 1:]
    return (start + np.rint((end - start) * steps / np.maximum(counts, 1))).astype(np.int32)


def _shifted(templates: Sequence[Pixels], parts: Cells, grid: Cells) -> tuple[Sums, Sums]:
    """Return the sums at the corners of each template's parts and grid under every shift, (n, shifts, r, c) each."""
    strides = np.array([[template.shape[1] + 2 * _SHIFT + 1] for template in templates])
    of_parts: list[Sums] = []
    of_grid: list[Sums] = []
    places = zip(_places(parts, strides, _COARSE_STEP), _places(grid, strides, _FINE_STEP), strict=True)
    for template, (at_parts, at_grid) in zip(templates, places, strict=True):
        padded = cv2.copyMakeBorder(template, _SHIFT, _SHIFT, _SHIFT, _SHIFT, cv2.BORDER_REPLICATE)
        sums: Sums = np.asarray(cv2.integral(padded)).ravel()
        of_parts.append(sums.take(at_parts))
        of_grid.append(sums.take(at_grid))
    return np.stack(of_parts), np.stack(of_grid)


def _places(cells: Cells, strides: Spans, step: int) -> Spans:
    """Return where the corners of the cells are under every shift, in integral pictures of those strides, (n, 1)."""
    shifts = np.arange(0, 2 * _SHIFT + 1, step)
    offsets = (shifts[:, None] * strides[:, :, None] + shifts).reshape(len(strides), -1, 1, 1)
    return offsets + cells.corners(strides[:, :, None])[:, None]


def between(sums: Sums) -> Sums:
    """Return the sums of cells from those at their corners."""
    rows = sums[:, 1:] - sums[:, :-1]
    return rows[:, :, 1:] - rows[:, :, :-1]


def _bounds(sums: Sums, parts: Cells, means: Totals) -> tuple[Means, Means]:
    """Return between what the means of the whole and of its parts lie, wherever and however the matcher accepts them.

    That is: under every shift, brightness and contrast. `means` are those of the templates, (n, 1).
    """
    count, shifts = sums.shape[:2]
    totals = with_whole(between(sums.reshape(-1, *sums.shape[2:]))).reshape(count, shifts, CELLS)
    areas = np.maximum(with_whole(parts.areas()), 1)
    low, high = totals.min(axis=1) / areas, totals.max(axis=1) / areas
    contrast = max(1 - CONTRAST[0], CONTRAST[1] - 1) * np.maximum(abs(low - means), abs(high - means))
    tolerance = np.maximum(_LEAST_TOLERANCE, MAX_BRIGHTNESS + contrast + _BLUR)
    return (low - tolerance).astype(np.float32), (high + tolerance).astype(np.float32)


def _patterns(sums: Sums, grid: Cells) -> tuple[Patterns, Totals, Totals]:
    """Return of each region the patterns, their scale, and how much the middle one is like the one least like it."""
    areas = grid.areas().reshape(len(sums), 1, -1)
    used = areas > 0
    counts = np.maximum(np.count_nonzero(used, axis=2), 1)
    rows = between(sums.reshape(-1, *sums.shape[2:])).reshape(len(sums), _SHIFTS, -1).astype(np.float32)
    rows *= (1 / np.maximum(areas, 1)).astype(np.float32)
    rows -= (rows.sum(axis=2) / counts).astype(np.float32)[:, :, None] * used
    lengths = np.sqrt(np.einsum("nsc,nsc->ns", rows, rows))
    told = (counts[:, 0] >= _LEAST_GRID) & (lengths.min(axis=1) >= _LEAST_RELIEF * counts[:, 0] ** 0.5)
    rows *= (told[:, None] / np.maximum(lengths, 1)).astype(np.float32)[:, :, None]
    apart = np.matmul(rows, rows[:, _SHIFTS // 2, :, None])[:, :, 0].min(axis=1)
    scales = np.maximum(rows.max(axis=(1, 2)), -rows.min(axis=(1, 2))) / _STEPS
    rows /= np.where(told, scales, 1).astype(np.float32)[:, None, None]
    return np.rint(rows, out=rows).astype(np.int8), scales, np.where(told, apart, -1.0)


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
