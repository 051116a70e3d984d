"""The field of rivals: how each place of one screen fares on every picture of the others."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from drover.devices.frame import Frame
from drover.screens.domain import ScreenKind
from drover.screens.learning.judge import CLEAR, Impostor, Judged, impostor
from drover.screens.learning.rivals import Rival, Rivals
from drover.screens.learning.small import Small
from drover.screens.matching.agreement import ENOUGH
from drover.screens.matching.view import Views

_SEEN = 3
"""How many rivals are seen in full size, at least, to tell which one comes closest to passing in a region."""


class Field:
    """The rivals of the screen `key`, in their order, and how regions of it, cut from the picture `own`, fare there."""

    def __init__(self, own: Small, rivals: Rivals, key: str, kind: ScreenKind) -> None:
        self.others: Sequence[Rival] = rivals.against(key)
        self.hard: npt.NDArray[np.bool_] = np.array(
            [kind is ScreenKind.INTERRUPT or each.kind is ScreenKind.STATE for each in self.others], dtype=np.bool_
        )
        self._own = own
        self._rivals = rivals
        self._fared: dict[Judged, list[Impostor]] = {}

    def look(self, regions: Iterable[Judged]) -> None:
        """See how the regions fare. Only pictures that are alike when small are looked at in full size."""
        new = [judged for judged in regions if judged not in self._fared]
        self._fared |= {judged: [] for judged in new}
        for rival in self.others:
            likenesses = [judged.likeness(self._own, rival.small) for judged in new]
            views = self.views(rival) if max(likenesses, default=-1.0) >= CLEAR else None
            for judged, likeness in zip(new, likenesses, strict=True):
                if views is not None and likeness >= CLEAR:
                    found = impostor(rival.key, rival.name, judged.check(views))
                else:
                    found = Impostor(rival.key, rival.name, likeness, 0.0, 0.0, ENOUGH - likeness, estimated=True)
                self._fared[judged].append(found)

    def fared(self, judged: Judged) -> Sequence[Impostor]:
        """Return how a region that was looked for fares, by rival."""
        return self._fared[judged]

    def margins(self, regions: Sequence[Judged]) -> npt.NDArray[np.float64]:
        """Return the margins of regions (rows) by rival (columns)."""
        rows = [[each.margin for each in self._fared[judged]] for judged in regions]
        return np.array(rows, dtype=np.float64).reshape(len(regions), len(self.others))

    def nearest(self, judged: Judged) -> Impostor | None:
        """Return what comes closest to passing in a region, as far as is known by now; None without rivals."""
        return min(self._fared[judged], key=lambda each: each.margin, default=None)

    def closest(self, judged: Judged) -> Impostor | None:
        """Return the same, of those that were seen in full size: the few most alike are, whatever they are."""
        fared = self._fared[judged]
        for number in sorted(range(len(fared)), key=lambda number: fared[number].margin)[:_SEEN]:
            if fared[number].estimated:
                rival = self.others[number]
                fared[number] = impostor(rival.key, rival.name, judged.check(self.views(rival)))
        return min((each for each in fared if not each.estimated), key=lambda each: each.margin, default=None)

    def frame(self, rival: Rival) -> Frame:
        """Return the rival's frame at full size."""
        return self._rivals.frame(rival)

    def views(self, rival: Rival) -> Views:
        """Return the rival's frame, ready to be compared."""
        return Views(self.frame(rival))
