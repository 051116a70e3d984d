"""Finding, among all screens, the few that a frame may be: one integral picture, all regions at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from drover.devices.frame import Pixels
from drover.devices.geometry import Size
from drover.screens.matching.outline import ALIKE, CELLS, GRID, SHIFTS, Floats, Ints, Lookup, Outline, grid_correlation
from drover.screens.matching.verdict import Candidate
from drover.screens.matching.view import Views


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate whose outlines were looked up.

    `impossible` of its regions cannot be there; `likeness` is the sum of the grid correlations of those that can.
    """

    candidate: Candidate
    impossible: int
    likeness: float


class Index:
    """The outlines of all candidates, grouped by reference."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        references = dict.fromkeys(candidate.screen.reference for candidate in candidates)
        self._shelves = [
            _Shelf(reference, [c for c in candidates if c.screen.reference == reference]) for reference in references
        ]

    def look_up(self, views: Views) -> list[Hit]:
        """Return every candidate of which at least one region is possible on the frame, in the registry's order.

        Only one without an impossible region can match. Regions that must be absent do not count; regions without an
        outline are possible anywhere.
        """
        return [hit for shelf in self._shelves for hit in shelf.look_up(views)]


class _Shelf:
    """Candidates of one reference."""

    def __init__(self, reference: Size, candidates: Sequence[Candidate]) -> None:
        self._reference = reference
        self._candidates = candidates
        outlines: list[Outline] = []
        owners: list[int] = []
        self._possible_anywhere = np.zeros(len(candidates), dtype=np.intp)
        for number, candidate in enumerate(candidates):
            for probe in candidate.probes:
                if probe.region.absent:
                    continue
                if probe.template.outline is None:
                    self._possible_anywhere[number] += 1
                else:
                    outlines.append(probe.template.outline)
                    owners.append(number)
        stride = reference.width // 4 + 1
        self._owners = np.array(owners, dtype=np.intp)
        self._low = np.array([o.low for o in outlines]).reshape(-1, CELLS)
        self._high = np.array([o.high for o in outlines]).reshape(-1, CELLS)
        self._cells = Lookup(_stacked([o.cells for o in outlines], CELLS), stride)
        self._grids = Lookup(_stacked([o.grid for o in outlines], GRID), stride)
        self._used = np.array([o.used for o in outlines], dtype=np.intp)
        self._patterns = np.array([o.patterns for o in outlines], dtype=np.float32).reshape(-1, SHIFTS, GRID)

    def look_up(self, views: Views) -> list[Hit]:
        view = views.at(self._reference)
        if not view.comparable:
            return []
        likeness = self._likeness(view.quarter())
        count = len(self._candidates)
        sums = np.bincount(self._owners, weights=likeness, minlength=count) + ALIKE * self._possible_anywhere
        impossible = np.bincount(self._owners[likeness == 0], minlength=count)
        return [
            Hit(self._candidates[number], int(impossible[number]), float(sums[number]))
            for number in np.flatnonzero(sums).tolist()
        ]

    def _likeness(self, quarter: Pixels) -> Floats:
        """Return the grid correlation of each region, 0 where it cannot be there."""
        sums = np.asarray(cv2.integral(quarter)).ravel()
        means = self._cells.means(sums)
        rows = np.flatnonzero(np.logical_and.reduce((means >= self._low) & (means <= self._high), axis=1))
        scores = grid_correlation(self._grids.means(sums, rows), self._used[rows], self._patterns[rows])
        likeness = np.zeros(len(self._owners))
        likeness[rows] = np.where(scores >= ALIKE, scores, 0)
        return likeness


def _stacked(cells: Sequence[Ints], count: int) -> Ints:
    return np.array(cells, dtype=np.intp).reshape(-1, count, 4)
