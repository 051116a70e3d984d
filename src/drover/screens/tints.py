"""The mean colour of a piece of a screen: what tells a selected tab from one that is not."""

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect
from drover.devices.picture import encoded
from drover.screens.regions import Tint

TOLERANCE = 6.0
"""Largest difference of the means, in levels of each colour.

Measured on the tabs of Plaza in both themes: JPEG of quality 60 and other widths move a mean by at most 2 levels. The
whole button of a tab differs by 11 levels or more once another tab is selected, what is painted behind the icon of the
selected one by 34. A scrim of 20 % moves the means by 11 levels or more.
"""


def mean_colour(rgba: Pixels, mask: Pixels | None = None, png: bytes = b"") -> Tint:
    """Return the mean colour of a picture, of the pixels that are not 0 in `mask`; `png` is the picture's own file."""
    red, green, blue, _ = cv2.mean(rgba, mask=mask)
    return Tint(red, green, blue, png)


def tint_of(frame: Frame, rect: Rect) -> Tint:
    """Return the tint that `frame` shows at `rect`, which lies within it. Equal pixels give equal bytes."""
    rgba = frame.pixels[rect.y1 : rect.y2, rect.x1 : rect.x2]
    png = encoded(".png", cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return mean_colour(rgba, png=png)


def png_of(tint: Tint, rect: Rect) -> bytes:
    """Return the picture that a tint was taken from; without one, a picture of its colour, as large as `rect`."""
    if tint.png:
        return tint.png
    colour = [round(level) for level in (tint.blue, tint.green, tint.red)]
    return encoded(".png", np.full((rect.height, rect.width, 3), colour, dtype=np.uint8))


def apart(a: Tint, b: Tint) -> float:
    """Return the difference of two tints, in levels of the colour in which they differ most."""
    return max(abs(a.red - b.red), abs(a.green - b.green), abs(a.blue - b.blue))
