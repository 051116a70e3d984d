"""Telling a screen from one that shows all of it: by what must be absent, or by a tint alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from drover.devices.frame import Frame
from drover.devices.geometry import Rect, Size
from drover.screens.domain import ScreenKind
from drover.screens.learning.anchoring import anchor_of, bottom_bar
from drover.screens.learning.changes import differing
from drover.screens.learning.judge import GOAL, Judged, absence
from drover.screens.learning.places import places, places_in
from drover.screens.learning.small import Small, overlap
from drover.screens.matching.view import Views
from drover.screens.pictures import crop_of
from drover.screens.regions import Region, Tint, TintRegion

_LEAST_TINT = 24.0
"""Levels by which a colour's mean must differ from the rival's."""
_STEADY_TINT = 6.0
"""Levels by which it may differ between captures."""
_LEAST_SIDE = 16


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The captures of a screen of that kind, and the picture of a rival; `own` is the first capture made small."""

    captures: Sequence[Frame]
    own: Small
    rival: Frame
    rival_small: Small
    kind: ScreenKind

    @property
    def size(self) -> Size | None:
        """The size of both, or None where they differ: what is seen in one is then not looked for in the other."""
        size = self.captures[0].size
        return size if self.rival.size == size else None


def absent_part(pair: Pair) -> Judged | None:
    """Return the part of the rival that is clearest there and in no capture, to be absent; None without one."""
    size = pair.size
    if size is None:
        return None
    apart = differing(pair.own, pair.rival_small)
    bar = bottom_bar(pair.rival_small)
    captures = [Views(capture) for capture in pair.captures]
    best: tuple[float, Judged] | None = None
    for rect in dict.fromkeys((*places(pair.rival), *places_in(pair.rival, apart))):
        if not any(overlap(rect, each) for each in apart):
            continue
        crop = crop_of(pair.rival, rect)
        judged = Judged(Region("", rect, crop, absent=True, anchor=anchor_of(rect, size, pair.kind, bar)), size)
        clear = min(absence(judged.check(views)) for views in captures)
        if clear >= GOAL and (best is None or clear > best[0]):
            best = clear, judged
    return best[1] if best is not None else None


def tinted_part(pair: Pair) -> Judged | None:
    """Return the part whose mean colour differs most from the rival's, and not between captures; None without one."""
    size = pair.size
    if size is None:
        return None
    captures = [capture for capture in pair.captures if capture.size == size]
    best: tuple[float, Rect] | None = None
    for rect in _solid(differing(pair.own, pair.rival_small)):
        colours = [_mean(capture, rect) for capture in captures]
        wobble = max(float(np.abs(colour - colours[0]).max()) for colour in colours)
        apart = float(np.abs(_mean(pair.rival, rect) - colours[0]).max())
        if wobble <= _STEADY_TINT and apart >= _LEAST_TINT and (best is None or apart > best[0]):
            best = apart, rect
    if best is None:
        return None
    rect = best[1]
    red, green, blue = (float(value) for value in _mean(captures[0], rect))
    tint = Tint(red, green, blue, crop_of(captures[0], rect).png)
    anchor = anchor_of(rect, size, pair.kind, bottom_bar(pair.own))
    return Judged(TintRegion("", rect, tint, anchor=anchor), size)


def _solid(rects: Iterable[Rect]) -> list[Rect]:
    """Return the rectangles that are large enough, without the border by which they were widened."""
    wide = [rect for rect in rects if min(rect.width, rect.height) >= 2 * _LEAST_SIDE]
    return [Rect(r.x1 + r.width // 6, r.y1 + r.height // 6, r.x2 - r.width // 6, r.y2 - r.height // 6) for r in wide]


def _mean(frame: Frame, rect: Rect) -> np.ndarray:
    return np.array(cv2.mean(frame.pixels[rect.y1 : rect.y2, rect.x1 : rect.x2])[:3])
