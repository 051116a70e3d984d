"""Finding, among all screens, the few that a frame may be: one integral picture, all regions at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from drover.devices.geometry import Size
from drover.screens.matching.outline import ALIKE, Outline, Sums
from drover.screens.matching.outlining import Outlining
from drover.screens.matching.sieve import Sieve
from drover.screens.matching.verdict import Candidate
from drover.screens.matching.view import QUARTER, View, Views
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
        outlining = Outlining()
        for candidate in candidates:
            for probe in candidate.probes:
                outlining.add(probe.template)
        outlining.finish()
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
        # The owners are the numbers of the candidates whose outlines are in the sieve.
        self._shelves = {
            place: (np.array(owners, dtype=np.intp), Sieve(outlines, place[0].width // QUARTER + 1))
            for place, (owners, outlines) in found.items()
        }

    def look_up(self, views: Views) -> list[Hit]:
        """Return every candidate of which at least one region is possible on the frame, in the registry's order.

        Only one without an impossible region can match. Regions that must be absent do not count; regions without an
        outline are possible anywhere.
        """
        count = len(self._candidates)
        sums, impossible = ALIKE * self._possible_anywhere, np.zeros(count, dtype=np.intp)
        seen: dict[View, Sums] = {}
        for (reference, anchor), (owners, sieve) in self._shelves.items():
            view = views.at(reference, anchor)
            if not view.comparable:
                continue
            if view not in seen:
                seen[view] = np.asarray(cv2.integral(view.quarter())).ravel()
            likeness = sieve.likeness(seen[view])
            sums += np.bincount(owners, weights=likeness, minlength=count)
            impossible += np.bincount(owners[likeness == 0], minlength=count)
        comparable = np.array([views.at(reference).comparable for reference in self._references], dtype=np.bool_)
        return [
            Hit(self._candidates[number], int(impossible[number]), float(sums[number]))
            for number in np.flatnonzero(sums * comparable[self._of_reference]).tolist()
        ]
