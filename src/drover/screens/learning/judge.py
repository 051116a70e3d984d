"""How far a region is from being taken for something else, by the matcher's own rules."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from drover.devices.frame import Frame
from drover.devices.geometry import Size
from drover.devices.picture import preview
from drover.screens.domain import RegionCheck, RegionKind, Screen, ScreenKind, Variant
from drover.screens.learning.small import Small
from drover.screens.matching.agreement import CONTRAST, ENOUGH, FAINTEST, MAX_BRIGHTNESS, TRACE
from drover.screens.matching.index import Index
from drover.screens.matching.template import MARGIN
from drover.screens.matching.verdict import Candidate
from drover.screens.matching.view import Views
from drover.screens.pictures import decode_picture
from drover.screens.regions import Region, TintRegion, placed

LEAST_MARGIN = 0.10
"""What must keep a screen from its closest impostor: a correlation of at most 0.80, or as much of another rule."""
GOAL = 0.15
"""What is striven for."""
CLEAR = 0.60
"""Correlation of small pictures below which a place shows something else for certain: worth no look at full size."""
_STEADY = -0.03
"""Margin that a region keeps on the screen's own captures: a correlation of 0.93, or as much of another rule."""
_LEVELS = 100
"""Grey levels that count as much as a whole correlation: ten too many are a margin of 0.1."""
_WORN_WIDTH, _WORN_QUALITY = 2 / 3, 60
_NARROWEST = 360
"""Pixels of width below which no frame is made narrower: phones are that wide at least, and thinner writing is lost."""
_LARGER = 4 / 3
_MOVED = 8 / 1080
_ROUNDING = 1.001
_OTHER_LIGHT = 60.0
_UNLIKE = 0.40
"""Stands for a correlation where 60 grey levels keep something off as far as that would."""


@dataclass(frozen=True, slots=True)
class Impostor:
    """How a region fares on another screen's picture `name`. `margin` is how far it is from passing; below 0 it does.

    A margin of 0.1 is a correlation 0.1 too low, a contrast 0.1 outside its bounds, or ten grey levels (of a tint:
    levels of a colour) more than are allowed. It is `estimated` where small pictures told enough.
    """

    key: str
    name: str
    correlation: float
    brightness: float
    contrast: float
    margin: float
    estimated: bool = False


class Judged:
    """One region, prepared to be looked for in many frames."""

    def __init__(self, region: Region | TintRegion, reference: Size) -> None:
        self.region = region
        self.reference = reference
        pictures = (region,) if isinstance(region, Region) else ()
        tints = (region,) if isinstance(region, TintRegion) else ()
        variant = Variant("", pictures, tints=tints)
        self.candidate = Candidate(Screen("", "", "", None, ScreenKind.STATE, reference, (variant,)), variant)

    def check(self, views: Views) -> RegionCheck:
        """Return how the region fares on a frame."""
        return self.candidate.checks(views)[0]

    def steady(self, views: Views) -> bool:
        """Whether it passes with room to spare."""
        check = self.check(views)
        return check.passed and margin(check) <= _STEADY

    def likeness(self, own: Small, other: Small) -> float:
        """Return the best correlation of the small pictures at the region's place, as far off as is searched.

        -1 where the place lies outside the other picture, 1 where too little is left to tell. What is far too light or
        too dark is not compared at all: that alone keeps it off.
        """
        cut = self.region.rect.scaled(self.reference, own.shape)
        there = placed(self.region.rect, self.region.anchor, self.reference, other.size)
        if not there.within(other.size):
            return -1.0
        scale = other.shape.width / other.size.width
        slack = int(MARGIN * scale) + 2
        x, y = round(there.x1 * scale), round(there.y1 * scale)
        template = own.gray[cut.y1 : cut.y2, cut.x1 : cut.x2]
        rows = slice(max(0, y - slack), y + template.shape[0] + slack)
        area = other.gray[rows, max(0, x - slack) : x + template.shape[1] + slack]
        if area.shape[0] < template.shape[0] or area.shape[1] < template.shape[1]:
            return 1.0
        patch = other.gray[y : y + template.shape[0], x : x + template.shape[1]]
        if abs(cv2.mean(patch)[0] - cv2.mean(template)[0]) > _OTHER_LIGHT:
            return _UNLIKE
        scores = np.asarray(cv2.matchTemplate(area, template, cv2.TM_CCOEFF_NORMED))
        usable = np.where(np.isfinite(scores) & (np.abs(scores) <= _ROUNDING), scores, 0)  # else one of them is flat
        return float(usable.max())


def findable(regions: Iterable[Judged], views: Views) -> set[Judged]:
    """Return the regions that the matcher's index finds on a frame: it looks at no screen without them."""
    by_candidate = {judged.candidate: judged for judged in regions}
    hits = Index(list(by_candidate)).look_up(views) if by_candidate else []
    return {by_candidate[hit.candidate] for hit in hits if hit.impossible == 0}


def margin(check: RegionCheck) -> float:
    """Return how far what is seen is from looking like the region's picture; below 0 it does."""
    low, high = CONTRAST
    return max(
        ENOUGH - check.correlation,
        (abs(check.brightness) - MAX_BRIGHTNESS) / _LEVELS,
        low - check.contrast,
        check.contrast - high,
    )


def absence(check: RegionCheck) -> float:
    """Return how far what is seen is from being a trace of a picture that must be absent; below 0 it is one."""
    return max(TRACE - check.correlation, FAINTEST - check.contrast)


def surely_failed(check: RegionCheck) -> bool:
    """Whether a region that must be absent, or a tint, tells another screen for certain."""
    if check.kind is RegionKind.TINT:
        return not check.passed
    return not check.passed and margin(check) <= _STEADY


def impostor(key: str, name: str, check: RegionCheck) -> Impostor:
    """Return what a check on another screen's picture says."""
    return Impostor(key, name, check.correlation, check.brightness, check.contrast, margin(check))


def worn(frame: Frame, *, moved_by: float = _MOVED) -> tuple[Frame, ...]:
    """Return the frame as others may capture it: narrower and as a coarse JPEG; wider and moved, both ways.

    `moved_by` is a part of its width.
    """
    size = frame.size
    narrow = preview(frame, max(min(size.width, _NARROWEST), round(size.width * _WORN_WIDTH)), _WORN_QUALITY)
    wide = round(size.width * _LARGER), round(size.height * _LARGER)
    off = moved_by * wide[0]
    moved = [
        cv2.warpAffine(
            frame.pixels,
            np.array([[_LARGER, 0, by], [0, _LARGER, by]], dtype=np.float64),
            wide,
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for by in dict.fromkeys((-off, off))
    ]
    return tuple(Frame(np.asarray(pixels, dtype=np.uint8), 1, 0.0) for pixels in (decode_picture(narrow.jpeg), *moved))
