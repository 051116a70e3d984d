"""How long things take on a simulated phone, drawn from its generator."""

import random
from collections.abc import Mapping
from typing import Final

# What takes time -> shortest and longest, in seconds.
SPANS_S: Final[Mapping[str, tuple[float, float]]] = {
    "slide": (0.20, 0.40),
    "fade": (0.15, 0.28),
    "keyboard": (0.15, 0.25),
    "feed": (0.30, 0.90),
    "banner": (0.40, 0.90),
    "profile": (0.30, 0.60),
    "profile_rest": (0.40, 0.70),
    "login": (0.30, 0.70),
    "save": (0.30, 0.60),
    "surprise": (0.20, 0.80),
}
SNACKBAR_S: Final = 1.5
SNACKBAR_FADE_S: Final = 0.2
SPINNER_TURN_S: Final = 0.9
CARET_S: Final = 0.53


class Timing:
    """Draws durations; the order of the draws decides them."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def draw_s(self, what: str) -> float:
        """Return a duration for a key of SPANS_S."""
        return self._rng.uniform(*SPANS_S[what])


def step_of(elapsed_s: float, turn_s: float, steps: int) -> int:
    """Return which of `steps` a rotation that takes `turn_s` has reached; 0 before it began."""
    return int(max(0.0, elapsed_s) / turn_s * steps) % steps
