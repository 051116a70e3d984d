"""A frame made small: what is searched, compared and cut up cheaply before anything is judged at full size."""

from dataclasses import dataclass

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect, Size

COLUMNS = 270
"""Width of a small picture: a quarter of the usual 1080."""
STATUS_BAR = 0.04
"""Part of the height, from the top, that a status bar takes at most: nothing there identifies a screen."""


@dataclass(frozen=True, slots=True, eq=False)
class Small:
    """A frame of `size`, COLUMNS wide: `gray` uint8 of shape (height, COLUMNS), `rgb` of (height, COLUMNS, 3)."""

    size: Size
    gray: Pixels
    rgb: Pixels

    @property
    def shape(self) -> Size:
        """Return the size of the small picture."""
        return Size(self.gray.shape[1], self.gray.shape[0])

    def enlarged(self, rect: Rect) -> Rect:
        """Return a rectangle of the small picture in pixels of the frame."""
        return rect.scaled(self.shape, self.size)


def small(frame: Frame) -> Small:
    """Return the frame made small; one that is narrower is made larger."""
    size = frame.size
    rows = max(1, round(size.height * COLUMNS / size.width))
    method = cv2.INTER_AREA if size.width > COLUMNS else cv2.INTER_LINEAR
    pixels = np.asarray(cv2.resize(frame.pixels, (COLUMNS, rows), interpolation=method), dtype=np.uint8)
    gray = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGBA2GRAY), dtype=np.uint8)
    return Small(size, gray, np.ascontiguousarray(pixels[:, :, :3]))


def status_bar(size: Size) -> Rect:
    """Return the rectangle in which the status bar of a frame of `size` lies."""
    return Rect(0, 0, size.width, max(1, round(size.height * STATUS_BAR)))


def overlap(a: Rect, b: Rect) -> bool:
    """Whether two rectangles share a pixel."""
    return a.x1 < b.x2 and b.x1 < a.x2 and a.y1 < b.y2 and b.y1 < a.y2
