"""When a patch of a frame counts as the same picture as a reference crop."""

from dataclasses import dataclass

from drover.devices.geometry import Rect

ENOUGH = 0.90
"""Least normalised cross-correlation. The closest impostor of a distinctive region reached 0.72 over 430 screens."""
MAX_BRIGHTNESS = 10.0
"""Largest difference of means, in grey levels: correlation alone is blind to dimming."""
CONTRAST = (0.80, 1.25)
"""Bounds of the ratio of standard deviations."""
TRACE = 0.75
"""Least correlation of a trace of what must be absent, in whatever light.

Over the screenshots of `shared/screens` what was learned to be absent reached 0.50 on frames of the screen itself, in
25 harmless changes, and 0.81 at least where another screen was faded in by half and nothing else kept it off.
"""
FAINTEST = 0.25
"""Part of the contrast that a trace has at least: what nearly plain pixels resemble is chance."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well the best place, `rect` in pixels of the reference, agrees with a template."""

    correlation: float
    brightness: float
    contrast: float
    rect: Rect

    @property
    def good(self) -> bool:
        """Whether it is the same picture."""
        return (
            self.correlation >= ENOUGH
            and abs(self.brightness) <= MAX_BRIGHTNESS
            and CONTRAST[0] <= self.contrast <= CONTRAST[1]
        )

    @property
    def trace(self) -> bool:
        """Whether the picture shows, if only faded or dimmed: then nobody may say that it is not there."""
        return self.correlation >= TRACE and self.contrast >= FAINTEST


def nowhere(rect: Rect) -> Agreement:
    """Return how a frame agrees with what belongs at `rect` if it has no such place, or cannot be compared."""
    return Agreement(correlation=0.0, brightness=0.0, contrast=0.0, rect=rect)
