"""Finding, among all screens, the few that a frame may be: one integral picture, all regions at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from drover.devices.geometry import Size
from drover.screens.matching.outline import ALIKE, Outline, Sums
from drover.screens.matching.outlining import Outlining
from drover.screens.matching.sieve import Sieve
from drover.screens.matching.verdict import Candidate, Probe
from drover.screens.matching.view import QUARTER, View, Views
from drover.screens.regions import Anchor

_UNKNOWN = 0
"""Of no region: the first of the numbered ones is none."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate whose outlines were looked up.

    `impossible` of its regions cannot be there; `likeness` is the sum of the grid correlations of those that can.
    `likeliest` is the one that correlates best; None where nothing is known of those that can be there.
    """

    candidate: Candidate
    impossible: int
    likeness: float
    likeliest: Probe | None


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
        self._probes: list[Probe | None] = [None]
        found: dict[tuple[Size, Anchor], tuple[list[int], list[int], list[Outline]]] = {}
        for number, candidate in enumerate(candidates):
            for probe in candidate.probes:
                if probe.region.absent:
                    continue
                if probe.template.outline is None:
                    self._possible_anywhere[number] += 1
                else:
                    place = candidate.reference, probe.region.anchor
                    owners, probes, outlines = found.setdefault(place, ([], [], []))
                    owners.append(number)
                    probes.append(len(self._probes))
                    outlines.append(probe.template.outline)
                    self._probes.append(probe)
        # The owners and probes are the numbers of the candidates and regions whose outlines are in the sieve.
        self._shelves = {
            place: (
                np.array(owners, dtype=np.intp),
                np.array(probes, dtype=np.intp),
                Sieve(outlines, place[0].width // QUARTER + 1),
            )
            for place, (owners, probes, outlines) in found.items()
        }

    def look_up(self, views: Views) -> list[Hit]:
        """Return every candidate of which at least one region is possible on the frame, in the registry's order.

        Only one without an impossible region can match. Regions that must be absent do not count; regions without an
        outline are possible anywhere.
        """
        count = len(self._candidates)
        sums, impossible = ALIKE * self._possible_anywhere, np.zeros(count, dtype=np.intp)
        best, likeliest = np.zeros(count), np.full(count, _UNKNOWN, dtype=np.intp)
        seen: dict[View, Sums] = {}
        for (reference, anchor), (owners, probes, sieve) in self._shelves.items():
            view = views.at(reference, anchor)
            if not view.comparable:
                continue
            if view not in seen:
                seen[view] = np.asarray(cv2.integral(view.quarter())).ravel()
            likeness = sieve.likeness(seen[view])
            sums += np.bincount(owners, weights=likeness, minlength=count)
            impossible += np.bincount(owners[likeness == 0], minlength=count)
            better = (likeness > best[owners]).nonzero()[0]
            better = better[likeness[better].argsort()]
            # Of several regions of one candidate the last, the likeliest, stays.
            best[owners[better]], likeliest[owners[better]] = likeness[better], probes[better]
        comparable = np.array([views.at(reference).comparable for reference in self._references], dtype=np.bool_)
        return [
            Hit(
                self._candidates[number],
                int(impossible[number]),
                float(sums[number]),
                self._probes[int(likeliest[number])],
            )
            for number in np.flatnonzero(sums * comparable[self._of_reference]).tolist()
        ]
