"""Finding, among all screens, the few that a frame may be: one integral picture, all regions at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from drover.devices.geometry import Size
from drover.screens.matching.outline import ALIKE, Cells, Grids, Means, Outline, Sums, grid_means, part_means
from drover.screens.matching.verdict import Candidate
from drover.screens.matching.view import View, Views
from drover.screens.regions import Anchor


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate whose outlines were looked up.

    `impossible` of its regions cannot be there; `likeness` is the sum of the grid correlations of those that can.
    """

    candidate: Candidate
    impossible: int
    likeness: float


class Index:
    """The outlines of all candidates, grouped by reference and by the edge that regions keep to."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._candidates = candidates
        self._references = list(dict.fromkeys(candidate.reference for candidate in candidates))
        self._of_reference = np.array([self._references.index(c.reference) for c in candidates], dtype=np.intp)
        self._possible_anywhere = np.zeros(len(candidates))
        found: dict[tuple[Size, Anchor], tuple[list[int], list[Outline]]] = {}
        for number, candidate in enumerate(candidates):
            for probe in candidate.probes:
                if probe.region.absent:
                    continue
                if probe.template.outline is None:
                    self._possible_anywhere[number] += 1
                else:
                    owners, outlines = found.setdefault((candidate.reference, probe.region.anchor), ([], []))
                    owners.append(number)
                    outlines.append(probe.template.outline)
        self._shelves = {place: _Shelf(place[0], *gathered) for place, gathered in found.items()}

    def look_up(self, views: Views) -> list[Hit]:
        """Return every candidate of which at least one region is possible on the frame, in the registry's order.

        Only one without an impossible region can match. Regions that must be absent do not count; regions without an
        outline are possible anywhere.
        """
        count = len(self._candidates)
        sums, impossible = ALIKE * self._possible_anywhere, np.zeros(count, dtype=np.intp)
        seen: dict[View, Sums] = {}
        for (reference, anchor), shelf in self._shelves.items():
            view = views.at(reference, anchor)
            if not view.comparable:
                continue
            if view not in seen:
                seen[view] = np.asarray(cv2.integral(view.quarter())).ravel()
            likeness = shelf.likeness(seen[view])
            sums += np.bincount(shelf.owners, weights=likeness, minlength=count)
            impossible += np.bincount(shelf.owners[likeness == 0], minlength=count)
        comparable = np.array([views.at(reference).comparable for reference in self._references], dtype=np.bool_)
        return [
            Hit(self._candidates[number], int(impossible[number]), float(sums[number]))
            for number in np.flatnonzero(sums * comparable[self._of_reference]).tolist()
        ]


class _Shelf:
    """Outlines of one reference and edge; `owners` are the numbers of their candidates."""

    def __init__(self, reference: Size, owners: Sequence[int], outlines: Sequence[Outline]) -> None:
        self.owners = np.array(owners, dtype=np.intp)
        self._stride = reference.width // 4 + 1
        parts = _stacked([outline.parts for outline in outlines])
        self._corners = parts.corners(self._stride)
        self._areas = parts.areas()
        self._low = np.stack([outline.low for outline in outlines])
        self._high = np.stack([outline.high for outline in outlines])
        self._grid = _stacked([outline.grid for outline in outlines])
        self._grids = Grids(outlines)

    def likeness(self, sums: Sums) -> Means:
        """Return the grid correlation of each region, 0 where it cannot be there."""
        means = part_means(sums[self._corners], self._areas)
        rows = np.flatnonzero(np.logical_and.reduce((means >= self._low) & (means <= self._high), axis=1))
        grid = Cells(self._grid.columns[rows], self._grid.rows[rows])
        scores = self._grids.correlation(grid_means(sums, self._stride, grid), rows)
        likeness = np.zeros(len(self.owners), dtype=np.float32)
        likeness[rows] = np.where(scores >= ALIKE, scores, 0)
        return likeness


def _stacked(cells: Sequence[Cells]) -> Cells:
    return Cells(np.concatenate([c.columns for c in cells]), np.concatenate([c.rows for c in cells]))
