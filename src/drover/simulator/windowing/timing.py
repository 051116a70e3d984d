"""How long things take on a simulated phone, drawn from its generator."""

import random
from collections.abc import Mapping
from typing import Final

# What takes time -> shortest and longest, in seconds. Apps add their own.
SPANS_S: Final[Mapping[str, tuple[float, float]]] = {
    "slide": (0.20, 0.40),
    "fade": (0.15, 0.28),
    "keyboard": (0.15, 0.25),
}
SPINNER_TURN_S: Final = 0.9
CARET_S: Final = 0.53


class Timing:
    """Draws durations; the order of the draws decides them."""

    def __init__(self, rng: random.Random, spans_s: Mapping[str, tuple[float, float]] = SPANS_S) -> None:
        self._rng = rng
        self._spans_s = spans_s

    def draw_s(self, what: str) -> float:
        """Return a duration for a key of the spans."""
        return self._rng.uniform(*self._spans_s[what])


def step_of(elapsed_s: float, turn_s: float, steps: int) -> int:
    """Return which of `steps` a rotation that takes `turn_s` has reached; 0 before it began."""
    return int(max(0.0, elapsed_s) / turn_s * steps) % steps
