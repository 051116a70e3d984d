"""A frame as the reference resolution sees it: grey patches of it, made from the raw pixels of the patch alone."""

from collections.abc import Hashable

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect, Size
from drover.screens.matching.agreement import Agreement

_ASPECT_TOLERANCE = 0.1
_BLUR_FROM = 1.5
SOFTNESS = 1 / 900
"""Standard deviation, as part of the reference's width, of the blur for frames of another resolution."""


class View:
    """A frame, looked at in pixels of `reference`. `compared` holds, by template, the best agreements found in it."""

    def __init__(self, frame: Frame, reference: Size) -> None:
        self.frame = frame
        self.reference = reference
        self.compared: dict[Hashable, Agreement] = {}
        self._size = frame.size

    @property
    def comparable(self) -> bool:
        """Whether the frame has the reference's shape; a rotated one has not."""
        size = self._size
        shape = (size.width * self.reference.height) / (size.height * self.reference.width)
        return abs(shape - 1) <= _ASPECT_TOLERANCE

    @property
    def exact(self) -> bool:
        """Whether the frame is at the reference resolution, so that its pixels are compared as they are."""
        return self._size == self.reference

    def gray(self, rect: Rect) -> Pixels:
        """Return the grey patch at `rect`, of exactly its shape. `rect` lies within the reference."""
        size = self._size
        if self.exact:
            return _to_gray(self.frame.pixels[rect.y1 : rect.y2, rect.x1 : rect.x2])
        fx, fy = size.width / self.reference.width, size.height / self.reference.height
        return self.softened(_sampled(self.frame.pixels, rect, fx, fy), min(1.0, fx))

    def softened(self, gray: Pixels, resolution: float = 1.0) -> Pixels:
        """Return a patch blurred by so much that neither resampling nor text laid out in other pixels matters.

        `resolution`, up to 1, is the part of the reference's that the patch has: what it lacks is blur already.
        """
        sigma = SOFTNESS * self.reference.width * resolution
        return np.asarray(cv2.GaussianBlur(gray, (0, 0), sigmaX=sigma), dtype=np.uint8)

    def in_frame(self, rect: Rect) -> Rect:
        """Return `rect` in pixels of the frame."""
        return rect.scaled(self.reference, self._size)

    def quarter(self) -> Pixels:
        """Return the whole frame in grey at a quarter of the reference, whose last rows and columns may be cut."""
        width, height = self.reference.width // 4, self.reference.height // 4
        size = self._size
        across = min(size.width, round(4 * width * size.width / self.reference.width))
        down = min(size.height, round(4 * height * size.height / self.reference.height))
        pixels = self.frame.pixels[:down, :across]
        # Two exact halvings take a quarter of the time of one resize by four.
        half = cv2.resize(pixels, (2 * width, 2 * height), interpolation=cv2.INTER_AREA)
        quarter = cv2.resize(half, (width, height), interpolation=cv2.INTER_AREA)
        return _to_gray(np.asarray(quarter, dtype=np.uint8))


class Views:
    """One frame's views, one for each reference, so that nothing is compared twice."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._views: dict[Size, View] = {}

    def at(self, reference: Size) -> View:
        """Return the frame as that reference sees it."""
        if reference not in self._views:
            self._views[reference] = View(self.frame, reference)
        return self._views[reference]


def around(rect: Rect, margin: int, size: Size) -> Rect:
    """Return `rect` widened by `margin` on all sides, as far as `size` goes."""
    return Rect(
        max(0, rect.x1 - margin),
        max(0, rect.y1 - margin),
        min(size.width, rect.x2 + margin),
        min(size.height, rect.y2 + margin),
    )


def _to_gray(rgba: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(rgba, cv2.COLOR_RGBA2GRAY), dtype=np.uint8)


def _sampled(pixels: Pixels, rect: Rect, fx: float, fy: float) -> Pixels:
    """Resample: pixel centres of the patch are mapped exactly, so that no rounding of its corners blurs the match."""
    height, width = pixels.shape[:2]
    x1, y1 = max(0, int(rect.x1 * fx) - 2), max(0, int(rect.y1 * fy) - 2)
    x2, y2 = min(width, int(rect.x2 * fx) + 3), min(height, int(rect.y2 * fy) + 3)
    source = _to_gray(pixels[y1:y2, x1:x2])
    if max(fx, fy) >= _BLUR_FROM:  # linear sampling would skip pixels
        source = cv2.GaussianBlur(source, (0, 0), sigmaX=0.3 * fx, sigmaY=0.3 * fy)
    to_source = np.array(
        [[fx, 0, fx * (rect.x1 + 0.5) - 0.5 - x1], [0, fy, fy * (rect.y1 + 0.5) - 0.5 - y1]], dtype=np.float64
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    patch = cv2.warpAffine(source, to_source, (rect.width, rect.height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(patch, dtype=np.uint8)
