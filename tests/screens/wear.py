"""What happens to a screen on its way: another width, compression, a few pixels of shift, light, contrast, a clock."""

from dataclasses import dataclass

import numpy as np

from drover.devices.frame import Pixels
from tests.screens.gallery import jpeg, scaled, shifted, with_another_clock


@dataclass(frozen=True)
class Wear:
    """`gain` and `offset` change grey levels, `x` and `y` shift by pixels of the reference; `width` 0 keeps it.

    `quality` is that of a JPEG; 100 compresses nothing.
    """

    x: int = 0
    y: int = 0
    width: int = 0
    quality: int = 100
    gain: float = 1.0
    offset: int = 0
    clock: bool = False

    def of(self, pixels: Pixels) -> Pixels:
        """Return the worn picture."""
        worn = with_another_clock(pixels) if self.clock else pixels
        worn = shifted(worn, self.x, self.y) if self.x or self.y else worn
        worn = lit(worn, self.gain, self.offset)
        worn = scaled(worn, self.width / pixels.shape[1]) if self.width else worn
        return worn if self.quality == 100 else jpeg(worn, self.quality)


def lit(pixels: Pixels, gain: float, offset: int) -> Pixels:
    """Return the picture with its contrast changed about the middle grey, and lightened or darkened."""
    if (gain, offset) == (1.0, 0):
        return pixels
    levels = np.clip((np.arange(256) - 128) * gain + 128 + offset, 0, 255).astype(np.uint8)
    changed = levels[pixels]
    changed[..., 3] = 255
    return changed
