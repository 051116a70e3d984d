"""Finding, among all screens, the few that a frame may be: one integral picture, all regions at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Size
from drover.screens.matching.outline import CELLS, Floats, Ints, Outline
from drover.screens.matching.verdict import Candidate
from drover.screens.matching.view import View


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate whose outlines were looked up: how many of its regions may be there, and how many cannot."""

    candidate: Candidate
    possible: int
    impossible: int


class Index:
    """The outlines of all candidates, grouped by reference."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        references = dict.fromkeys(candidate.screen.reference for candidate in candidates)
        self._shelves = [
            _Shelf(reference, [c for c in candidates if c.screen.reference == reference]) for reference in references
        ]

    def look_up(self, frame: Frame) -> list[Hit]:
        """Return every candidate of which at least one region is possible on `frame`, in the registry's order.

        Only one without an impossible region can match. Regions that must be absent do not count; regions without an
        outline are possible anywhere.
        """
        return [hit for shelf in self._shelves for hit in shelf.look_up(frame)]


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
        self._owners = np.array(owners, dtype=np.intp)
        self._low = _stacked([o.low for o in outlines])
        self._high = _stacked([o.high for o in outlines])
        self._corners, self._areas = _lookups([o.cells for o in outlines], reference.width // 4 + 1)

    def look_up(self, frame: Frame) -> list[Hit]:
        view = View(frame, self._reference)
        if not view.comparable:
            return []
        possible = self._possible_regions(view.quarter())
        count = len(self._candidates)
        yes = np.bincount(self._owners[possible], minlength=count) + self._possible_anywhere
        no = np.bincount(self._owners[~possible], minlength=count)
        return [
            Hit(self._candidates[number], int(yes[number]), int(no[number])) for number in np.flatnonzero(yes).tolist()
        ]

    def _possible_regions(self, quarter: Pixels) -> npt.NDArray[np.bool_]:
        sums = np.asarray(cv2.integral(quarter)).ravel()
        bottom_right, top_right, bottom_left, top_left = (sums[corner] for corner in self._corners)
        means = (bottom_right - top_right - bottom_left + top_left) / self._areas
        inside = (means >= self._low) & (means <= self._high)
        return np.logical_and.reduce(inside, axis=1)


def _stacked(rows: Sequence[Floats]) -> Floats:
    return np.array(rows, dtype=np.float64).reshape(-1, CELLS)


def _lookups(cells: Sequence[Ints], stride: int) -> tuple[tuple[Ints, ...], Floats]:
    """Return where the four corners of each cell are in a flat integral picture of that width, and the areas."""
    x1, y1, x2, y2 = np.moveaxis(np.array(cells, dtype=np.intp).reshape(-1, CELLS, 4), 2, 0)
    corners = (y2 * stride + x2, y1 * stride + x2, y2 * stride + x1, y1 * stride + x1)
    return corners, ((x2 - x1) * (y2 - y1)).astype(np.float64)
