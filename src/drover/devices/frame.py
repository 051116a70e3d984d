"""What a phone's screen showed at one moment."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from drover.devices.geometry import Size

Pixels = npt.NDArray[np.uint8]


class Rotation(IntEnum):
    """Quarter turns of the display, as Android counts them."""

    PORTRAIT = 0
    LANDSCAPE = 1
    UPSIDE_DOWN = 2
    REVERSE_LANDSCAPE = 3


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Frame:
    """One capture.

    `pixels` is RGBA, uint8, of shape (height, width, 4), and is not to be written to. `captured_at` is when the
    capture was asked for, in seconds of the monotonic clock; `sequence` counts the captures of one attachment from 1.
    """

    pixels: Pixels
    sequence: int
    captured_at: float
    rotation: Rotation = Rotation.PORTRAIT

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return Size(width=int(self.pixels.shape[1]), height=int(self.pixels.shape[0]))


@dataclass(frozen=True, slots=True)
class Preview:
    """A small JPEG of a frame, for showing it to a person."""

    jpeg: bytes
    size: Size
    sequence: int
    captured_at: float
