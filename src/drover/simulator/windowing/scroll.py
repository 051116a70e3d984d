"""Scrolling: the list follows the finger, then runs on and slows down."""

import math
from dataclasses import dataclass
from typing import Final

_SLOWING_S: Final = 0.32
_REST_S: Final = 2.0
_FASTEST: Final = 7000.0


@dataclass(frozen=True, slots=True)
class Scroll:
    """A swipe from `start` (reference pixels from the top) by `distance` in `seconds`; at most to `reach`."""

    start: float = 0.0
    distance: float = 0.0
    began_s: float = 0.0
    seconds: float = 0.0
    reach: float = 0.0

    def offset(self, now: float) -> int:
        """Return how far the list is scrolled."""
        elapsed = now - self.began_s
        if self.seconds <= 0:
            return round(self.start)
        if elapsed < self.seconds:
            return self._held(self.start + self.distance * max(0.0, elapsed) / self.seconds)
        speed = max(-_FASTEST, min(_FASTEST, self.distance / self.seconds))
        free = min(elapsed - self.seconds, _REST_S)
        return self._held(self.start + self.distance + speed * _SLOWING_S * (1 - math.exp(-free / _SLOWING_S)))

    def _held(self, offset: float) -> int:
        return round(min(self.reach, max(0.0, offset)))
