"""Which known screen an unknown one lies over: what of it is still seen around, dimmed or not."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from drover.devices.frame import Frame, Pixels
from drover.screens.domain import ScreenKind
from drover.screens.learning.rivals import Rival
from drover.screens.unknown.likeness import filled, small_picture

DIMMED: Final = (0.0, 0.1, 0.2, 0.32, 0.4, 0.5, 0.6, 0.7)
"""Parts of the light that a scrim may take: what phones and apps use."""
LEAST_AROUND: Final = 0.15
"""Part of what a screen shows that must be seen around something that dims it."""
LEAST_AROUND_UNDIMMED: Final = 0.6
"""The same where nothing is dimmed: screens of one app share their bars."""
COVERED: Final = (0.05, 0.85)
"""Part of the picture that what lies over it takes, at least and at most."""
_NEAR: Final = 8.0


@dataclass(frozen=True, slots=True)
class Beneath:
    """A known screen, and which part of what it shows is still seen, 0 to 1."""

    key: str
    seen: float


def beneath(frame: Frame, known: Iterable[Rival]) -> Beneath | None:
    """Return the known state that the frame shows behind something, the one of which most is seen; None for none."""
    small = small_picture(frame)
    states = (rival for rival in known if rival.kind is ScreenKind.STATE)
    found = [each for rival in states if (each := _beneath(small, rival)) is not None]
    return max(found, key=lambda each: each.seen, default=None)


def _beneath(small: Pixels, rival: Rival) -> Beneath | None:
    own = small_picture(Frame(_rgba(rival.small.gray), sequence=1, captured_at=0.0))
    if own.shape != small.shape:
        return None
    texture = filled(own)
    seen = max(_seen_around(small, own, texture, dimmed) for dimmed in DIMMED)
    return Beneath(rival.key, seen) if seen > 0 else None


def _seen_around(small: Pixels, own: Pixels, texture: NDArray[np.bool_], dimmed: float) -> float:
    """Return which part of a screen's texture is there, dimmed so much, outside the one box that hides the rest."""
    same = np.abs(small.astype(np.float32) - own.astype(np.float32) * (1 - dimmed)) <= _NEAR
    hidden = cv2.morphologyEx((~same).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    x, y, width, height = cv2.boundingRect(hidden)
    if not COVERED[0] <= width * height / own.size <= COVERED[1]:
        return 0.0
    around = texture & same
    around[y : y + height, x : x + width] = False
    seen = float(around.sum()) / max(1, int(texture.sum()))
    return seen if seen >= (LEAST_AROUND if dimmed else LEAST_AROUND_UNDIMMED) else 0.0


def _rgba(gray: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGBA), dtype=np.uint8)
