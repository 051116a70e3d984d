"""Where on a display, turned or not, the windows lie: between pixels of the display and reference pixels."""

from dataclasses import dataclass
from typing import Self

from drover.simulator.display.marks import REFERENCE_HEIGHT, REFERENCE_WIDTH, Box
from drover.simulator.handset import Look


@dataclass(frozen=True, slots=True)
class Viewport:
    """A display of `width` x `height` pixels after `quarter_turns`.

    Windows are always upright and higher than wide. On a display that lies on its side they stand in the middle, as
    Android shows an app that is made for portrait alone: as high as the display, with black at both sides.
    """

    width: int
    height: int
    quarter_turns: int = 0

    @classmethod
    def of(cls, look: Look, quarter_turns: int) -> Self:
        """Return the viewport of a display that was turned."""
        turned = quarter_turns % 4
        across, along = (look.height, look.width) if turned % 2 else (look.width, look.height)
        return cls(across, along, turned)

    @property
    def scale(self) -> float:
        """Display pixels per reference pixel."""
        upright = self.height >= self.width
        return self.width / REFERENCE_WIDTH if upright else self.height / REFERENCE_HEIGHT

    @property
    def left(self) -> int:
        """Where the windows begin, in display pixels."""
        return (self.width - round(REFERENCE_WIDTH * self.scale)) // 2

    def reference(self, x: float, y: float) -> tuple[float, float]:
        """Return a point of the display in reference pixels."""
        factor = REFERENCE_WIDTH / self.width if self.height >= self.width else 1 / self.scale
        return (x - self.left) * factor, y * factor

    def pixel(self, x: float, y: float) -> tuple[int, int]:
        """Return the pixel of the display at a point in reference pixels."""
        return self.left + round(x * self.scale), round(y * self.scale)

    def shown(self, box: Box) -> tuple[int, int, int, int]:
        """Return a box in display pixels, cut to the display."""
        x1, y1, x2, y2 = box.scaled(self.scale)
        right = self.left + round(REFERENCE_WIDTH * self.scale)
        return max(self.left, self.left + x1), max(0, y1), min(right, self.left + x2), min(self.height, y2)
