"""Telling which regions a picture may show: by its sums over cells, many outlines at once, or a single one."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from drover.screens.matching.outline import (
    ALIKE,
    GRID,
    TOTALS,
    Cells,
    Means,
    Outline,
    Sums,
    between,
    with_whole,
)

_FLAT = 1.0
"""Relief, in squared grey levels a cell, under which a picture is flat: rounding would make it look like anything."""
_BLOCK = 64
"""Outlines whose patterns are compared at a time: as floating-point numbers they stay in the processor's cache."""

Numbers = npt.NDArray[np.intp]


class Sieve:
    """Outlines whose cells are in pixels of one picture, of which the flattened integral picture has that stride."""

    def __init__(self, outlines: Sequence[Outline], stride: int) -> None:
        count = len(outlines)
        parts, grid = _stacked([outline.parts for outline in outlines]), _stacked([o.grid for o in outlines])
        areas = with_whole(parts.areas())
        # Numbers that numpy need not convert whenever it looks there.
        self._parts = parts.corners(stride).reshape(count, -1).astype(np.intp)
        self._low = np.stack([outline.low for outline in outlines]).astype(np.float64) * areas
        self._high = np.stack([outline.high for outline in outlines]).astype(np.float64) * areas
        self._grid = grid.corners(stride).astype(np.intp)
        areas = grid.areas().reshape(count, -1)
        self._shares = (1 / np.maximum(areas, 1)).astype(np.float32)
        self._used = areas > 0
        self._counts = np.maximum(1, np.count_nonzero(areas, axis=1)).astype(np.float32)
        self._patterns = np.stack([outline.patterns for outline in outlines])
        self._middles = self._patterns[:, self._patterns.shape[1] // 2]
        self._scales = np.array([outline.scale for outline in outlines], dtype=np.float32)
        self._least = np.array([outline.least for outline in outlines], dtype=np.float32)

    def likeness(self, sums: Sums) -> Means:
        """Return for each outline the correlation with the best of its patterns, 0 where it cannot be there.

        ALIKE where it has no pattern. `sums` is the flattened integral picture.
        """
        totals = sums.take(self._parts) @ TOTALS
        rows = np.flatnonzero(((totals >= self._low) & (totals <= self._high)).all(axis=1))
        likeness = np.zeros(len(self._parts), dtype=np.float32)
        if len(rows):
            scores = self._correlation(self._relief(sums, rows), rows)
            likeness[rows] = np.where(scores >= ALIKE, scores, 0)
        return likeness

    def _relief(self, sums: Sums, rows: Numbers) -> Means:
        """Return by how much the means of the grids' cells differ from their average; 0 for empty cells."""
        cells = between(sums.take(self._grid[rows])).reshape(len(rows), GRID[0] * GRID[1])
        means = cells.astype(np.float32)
        means *= self._shares[rows]
        means -= (means.sum(axis=1) / self._counts[rows])[:, None]
        means *= self._used[rows]
        return means

    def _correlation(self, relief: Means, rows: Numbers) -> Means:
        """Return the correlation with the best pattern; 0 where it is certain that none reaches ALIKE."""
        scales = self._scales[rows]
        told = scales > 0
        squares = (relief * relief).sum(axis=1)
        lengths = scales / np.sqrt(np.maximum(squares, _FLAT * self._counts[rows]))
        middle = (self._middles[rows] * relief).sum(axis=1) * lengths
        likely = np.flatnonzero((middle >= self._least[rows]) & told)
        scores = np.where(told, np.float32(0), np.float32(ALIKE))
        for start in range(0, len(likely), _BLOCK):
            block = likely[start : start + _BLOCK]
            patterns = self._patterns[rows[block]].astype(np.float32)
            scores[block] = np.matmul(patterns, relief[block, :, None])[:, :, 0].max(axis=1) * lengths[block]
        return scores


def _stacked(cells: Sequence[Cells]) -> Cells:
    return Cells(np.concatenate([c.columns for c in cells]), np.concatenate([c.rows for c in cells]))
