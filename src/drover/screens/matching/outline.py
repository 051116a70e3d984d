"""The outline of a region: what its quarter-scale picture must be like if the region is there, at any allowed shift.

Two tests, both by the means of cells of an integral picture. The first: the mean of the whole and of 4x2 cells lie
within bounds. The second: a grid of up to 16x6 cells correlates with the template's. The cells keep clear of the
region's border, so that the template itself tells what they become under every shift that the search allows: one look
at the unshifted place suffices, and no shifted screen is lost.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from drover.devices.frame import Pixels
from drover.devices.geometry import Rect

MEAN_TOLERANCE = 18.0
CELL_TOLERANCE = 48.0
ALIKE = 0.88
"""Least correlation of the grids. Over 85 real screens, perturbed, a region that is there never fell below 0.92."""
SCALE = 4
CELLS = 9
GRID = 96
_COARSE = (4, 2)
_FINE = (16, 6)
_LEAST_CELL = 5
_LEAST_GRID = 8
_SHIFT = 8
_COARSE_STEP = 2
_FINE_STEP = 4
SHIFTS = (2 * _SHIFT // _FINE_STEP + 1) ** 2
_LEAST_RELIEF = 4.0
_FLAT = 1e-3

Floats = npt.NDArray[np.float64]
Patterns = npt.NDArray[np.float32]
Ints = npt.NDArray[np.intp]
Sums = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Outline:
    """Cells are x1, y1, x2, y2 in quarter-scale pixels, one row each.

    `cells` are the whole and its parts, whose means lie between `low` and `high`. `grid` are the finer cells, of which
    the first `used` count; `patterns` has a row of zero mean and unit length for each shift. A region without relief
    in its grid has no patterns (`used` is 0): the grid says nothing about it.
    """

    rect: Rect
    cells: Ints
    low: Floats
    high: Floats
    grid: Ints
    used: int
    patterns: Patterns

    def admits(self, patch: Pixels) -> bool:
        """Whether `patch`, the grey pixels at `rect`, may show the region, at any allowed shift."""
        sums = np.asarray(cv2.integral(patch)).ravel()
        cells, grid = self._lookups
        means = cells.means(sums)
        if not np.all((means >= self.low) & (means <= self.high)):
            return False
        grid = grid.means(sums)
        return bool(grid_correlation(grid[None], np.array([self.used]), self.patterns[None])[0] >= ALIKE)

    @cached_property
    def _lookups(self) -> tuple["Lookup", "Lookup"]:
        """Where the cells and the grid are in the integral picture of a full-scale patch."""
        origin, stride = np.array([self.rect.x1, self.rect.y1] * 2), self.rect.width + 1
        return Lookup(self.cells * SCALE - origin, stride), Lookup(self.grid * SCALE - origin, stride)


class Lookup:
    """Where in a flattened integral picture (`cv2.integral`) of that `stride` the corners of cells are.

    `cells` has any shape whose last axis is x1, y1, x2, y2; none is empty.
    """

    def __init__(self, cells: Ints, stride: int) -> None:
        x1, y1, x2, y2 = np.moveaxis(cells, -1, 0)
        self._corners = (y2 * stride + x2, y1 * stride + x2, y2 * stride + x1, y1 * stride + x1)
        self._areas = ((x2 - x1) * (y2 - y1)).astype(np.float64)

    def means(self, sums: Sums, rows: slice | Ints = slice(None)) -> Floats:
        """Return the means of the cells, or of some rows of them."""
        end, top, left, start = (sums[corner[rows]] for corner in self._corners)
        return (end - top - left + start) / self._areas[rows]


def grid_correlation(grids: Floats, used: Ints, patterns: Patterns) -> Floats:
    """Return, for each row of `grids`, the correlation with the best of its patterns; ALIKE where none is used."""
    cells = grids.astype(np.float32)
    cells *= np.arange(GRID) < used[:, None]
    # The patterns have a mean of zero over the used cells, so that the cells' own mean matters for their length only.
    squares = np.einsum("rc,rc->r", cells, cells) - cells.sum(axis=1) ** 2 / np.maximum(used, 1)
    scores = np.matmul(patterns, cells[:, :, None])[:, :, 0].max(axis=1) / np.sqrt(np.maximum(squares, _FLAT))
    return np.where(used == 0, ALIKE, scores)


def outline(template: Pixels, rect: Rect) -> Outline | None:
    """Return the outline of a region, or None for one that is too small: at least 23 pixels a side are enough."""
    columns, rows = _span(rect.x1, rect.x2), _span(rect.y1, rect.y2)
    if columns is None or rows is None:
        return None
    whole = (columns[0], rows[0], columns[1], rows[1])
    parts = _parts(columns, rows, *_COARSE)
    fine = _parts(
        columns,
        rows,
        min(_FINE[0], (whole[2] - whole[0]) // _LEAST_CELL),
        min(_FINE[1], (whole[3] - whole[1]) // _LEAST_CELL),
    )
    cells = _filled([whole, *parts], whole, CELLS)
    grid = _filled(fine, whole, GRID)
    origin = np.array([rect.x1, rect.y1] * 2)
    means = _shifted_means(template, cells * SCALE - origin, _COARSE_STEP)
    tolerance = np.array([MEAN_TOLERANCE] + [CELL_TOLERANCE] * (CELLS - 1))
    used, patterns = _patterns(_shifted_means(template, grid * SCALE - origin, _FINE_STEP), len(fine))
    return Outline(rect, cells, means.min(axis=0) - tolerance, means.max(axis=0) + tolerance, grid, used, patterns)


def _span(start: int, end: int) -> tuple[int, int] | None:
    """Return from where to where, in quarter-scale pixels, cells may lie between two borders."""
    first, last = -(-(start + _SHIFT) // SCALE), (end - _SHIFT) // SCALE
    return (first, last) if first < last else None


def _parts(columns: tuple[int, int], rows: tuple[int, int], across: int, down: int) -> list[tuple[int, int, int, int]]:
    """Divide a rectangle into `across` x `down` cells; cells that would be empty are left out."""
    x = [columns[0] + round((columns[1] - columns[0]) * part / max(1, across)) for part in range(across + 1)]
    y = [rows[0] + round((rows[1] - rows[0]) * part / max(1, down)) for part in range(down + 1)]
    return [
        (x[i], y[j], x[i + 1], y[j + 1])
        for j in range(down)
        for i in range(across)
        if x[i] < x[i + 1] and y[j] < y[j + 1]
    ]


def _filled(cells: list[tuple[int, int, int, int]], filler: tuple[int, int, int, int], count: int) -> Ints:
    return np.array(cells + [filler] * (count - len(cells)), dtype=np.intp)


def _shifted_means(template: Pixels, cells: Ints, step: int) -> Floats:
    """Return the means of the cells of the template, one row for each shift."""
    padded = cv2.copyMakeBorder(template, _SHIFT, _SHIFT, _SHIFT, _SHIFT, cv2.BORDER_REPLICATE)
    steps = range(0, 2 * _SHIFT + 1, step)
    shifts = np.array([(x, y, x, y) for y in steps for x in steps], dtype=np.intp)
    lookup = Lookup(cells[None, :, :] + shifts[:, None, :], padded.shape[1] + 1)
    return lookup.means(np.asarray(cv2.integral(padded)).ravel())


def _patterns(means: Floats, used: int) -> tuple[int, Patterns]:
    """Return rows of zero mean and unit length over the used cells, or none used where there is too little relief."""
    if used < _LEAST_GRID:
        return 0, np.zeros(means.shape, dtype=np.float32)
    centred = means - means[:, :used].mean(axis=1, keepdims=True)
    centred[:, used:] = 0
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    if lengths.min() < _LEAST_RELIEF * used**0.5:
        return 0, np.zeros(means.shape, dtype=np.float32)
    return used, (centred / lengths).astype(np.float32)
