"""A frame as the reference resolution sees it: grey patches of it, made from the raw pixels of the patch alone."""

from collections.abc import Hashable
from functools import cached_property

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect, Size
from drover.devices.uitree import UiNode
from drover.screens.matching.agreement import Agreement
from drover.screens.matching.outline import Sums
from drover.screens.matching.texts import Texts
from drover.screens.ocr import TextReader
from drover.screens.regions import Anchor, moved_down, placed, same_shape

_BLUR_FROM = 1.5
QUARTER = 4
SOFTNESS = 1 / 900
"""Standard deviation, as part of the reference's width, of the blur for frames of another resolution."""


class Patch:
    """What a view shows at one rectangle: `gray`, and what is worked out of it once, for all who look there."""

    def __init__(self, gray: Pixels) -> None:
        self.gray = gray

    @cached_property
    def mean_and_deviation(self) -> tuple[float, float]:
        """The mean and the standard deviation, in grey levels."""
        return mean_and_deviation(self.gray)

    @cached_property
    def sums(self) -> Sums:
        """The integral picture, flattened: one column and one row more than the patch has."""
        return np.asarray(cv2.integral(self.gray)).ravel()


class View:
    """A frame, looked at in pixels of `reference`. `compared` holds, by template, the best agreements found in it.

    A frame of another shape is seen as wide as the reference, from the edge that `anchor` names: it has rows that the
    reference has not, or lacks some. `extent` is what there is of it, in pixels of the reference.
    """

    def __init__(self, frame: Frame, reference: Size, anchor: Anchor = Anchor.TOP) -> None:
        self.frame = frame
        self.reference = reference
        self.anchor = anchor
        self.compared: dict[Hashable, Agreement] = {}
        self._patches: dict[Rect, Patch] = {}
        self._size = size = frame.size
        self._fx = size.width / reference.width
        self._fy = size.height / reference.height if same_shape(reference, size) else self._fx
        self._down = moved_down(anchor, reference, size)
        self.exact = self._fx == self._fy == 1
        """Whether the frame's pixels are those of the reference, so that they are compared as they are."""
        self.comparable = (size.width > size.height) == (reference.width > reference.height)
        """Whether the frame stands or lies as the reference does; a rotated one does not."""

    @cached_property
    def extent(self) -> Rect:
        """The part of the reference's plane that the frame shows; the reference itself for a frame of its shape."""
        top, bottom = -self._down / self._fy, (self._size.height - self._down) / self._fy
        return Rect(0, round(top), self.reference.width, round(bottom))

    def holds(self, rect: Rect) -> bool:
        """Whether `rect` lies on the frame, as a whole."""
        extent = self.extent
        return rect.y1 >= extent.y1 and rect.y2 <= extent.y2 and rect.x1 >= extent.x1 and rect.x2 <= extent.x2

    def patch(self, rect: Rect) -> Patch:
        """Return the patch at `rect`, which lies within `extent`: the looks of a screen often share their places."""
        found = self._patches.get(rect)
        if found is None:
            found = self._patches[rect] = Patch(self.gray(rect))
        return found

    def gray(self, rect: Rect) -> Pixels:
        """Return the grey patch at `rect`, of exactly its shape. `rect` lies within `extent`."""
        if self.exact:
            return _to_gray(self.frame.pixels[rect.y1 + self._down : rect.y2 + self._down, rect.x1 : rect.x2])
        return self.softened(_sampled(self.frame.pixels, rect, self._fx, self._fy, self._down), min(1.0, self._fx))

    def softened(self, gray: Pixels, resolution: float = 1.0) -> Pixels:
        """Return a patch blurred by so much that neither resampling nor text laid out in other pixels matters.

        `resolution`, up to 1, is the part of the reference's that the patch has: what it lacks is blur already.
        """
        sigma = SOFTNESS * self.reference.width * resolution
        return np.asarray(cv2.GaussianBlur(gray, (0, 0), sigmaX=sigma), dtype=np.uint8)

    def in_frame(self, rect: Rect) -> Rect:
        """Return `rect` in pixels of the frame."""
        return placed(rect, self.anchor, self.reference, self._size)

    def cut(self, rect: Rect) -> Pixels:
        """Return what the frame shows at `rect`, which lies within `extent`, as it is: RGBA, in the frame's pixels."""
        place = self.in_frame(rect)
        return self.frame.pixels[max(0, place.y1) : place.y2, max(0, place.x1) : place.x2]

    def quarter(self) -> Pixels:
        """Return the whole frame in grey at a quarter of the reference, whose last rows and columns may be cut.

        Rows of the reference that the frame does not have are black.
        """
        width, height = self.reference.width // QUARTER, self.reference.height // QUARTER
        size = self._size
        first = max(0, -(-self.extent.y1 // QUARTER))
        last = min(height, self.extent.y2 // QUARTER)
        across = min(size.width, round(QUARTER * width * self._fx))
        top = max(0, round(QUARTER * first * self._fy) + self._down)
        bottom = min(size.height, round(QUARTER * last * self._fy) + self._down)
        # Two exact halvings take a quarter of the time of one resize by four.
        half = cv2.resize(
            self.frame.pixels[top:bottom, :across], (2 * width, 2 * (last - first)), interpolation=cv2.INTER_AREA
        )
        quarter = cv2.resize(half, (width, last - first), interpolation=cv2.INTER_AREA)
        shown = _to_gray(np.asarray(quarter, dtype=np.uint8))
        return shown if last - first == height else np.pad(shown, ((first, height - last), (0, 0)))


class Views:
    """One frame's views, one for each reference and anchor, so that nothing is compared, or read, twice.

    `tree` is the UI tree at the time of the frame. `wants_tree` becomes true where a screen could not be told without.
    """

    def __init__(self, frame: Frame, *, tree: UiNode | None = None, reader: TextReader | None = None) -> None:
        self.frame = frame
        self.tree = tree
        self.texts = Texts(reader)
        self.wants_tree = False
        self._views: dict[tuple[Size, Anchor], View] = {}
        self._scaled: dict[Size, View] = {}

    def at(self, reference: Size, anchor: Anchor = Anchor.TOP) -> View:
        """Return the frame as that reference sees it from that edge; one view for all edges where it has its shape."""
        found = self._scaled.get(reference) or self._views.get((reference, anchor))
        if found is None:
            found = View(self.frame, reference, anchor)
            if same_shape(reference, self.frame.size):
                self._scaled[reference] = found
            else:
                self._views[reference, anchor] = found
        return found


def around(rect: Rect, margin: int, bounds: Rect) -> Rect:
    """Return `rect` widened by `margin` on all sides, as far as `bounds` go."""
    return Rect(
        max(bounds.x1, rect.x1 - margin),
        max(bounds.y1, rect.y1 - margin),
        min(bounds.x2, rect.x2 + margin),
        min(bounds.y2, rect.y2 + margin),
    )


def mean_and_deviation(gray: Pixels, mask: Pixels | None = None) -> tuple[float, float]:
    """Return the mean and the standard deviation of the pixels where `mask`, if there is one, is not 0."""
    mean, deviation = cv2.meanStdDev(gray, mask=mask)
    return float(mean[0, 0]), float(deviation[0, 0])


def _to_gray(rgba: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(rgba, cv2.COLOR_RGBA2GRAY), dtype=np.uint8)


def _sampled(pixels: Pixels, rect: Rect, fx: float, fy: float, down: int) -> Pixels:
    """Resample: pixel centres of the patch are mapped exactly, so that no rounding of its corners blurs the match."""
    height, width = pixels.shape[:2]
    x1, y1 = max(0, int(rect.x1 * fx) - 2), max(0, int(rect.y1 * fy) + down - 2)
    x2, y2 = min(width, int(rect.x2 * fx) + 3), min(height, int(rect.y2 * fy) + down + 3)
    source = _to_gray(pixels[y1:y2, x1:x2])
    if max(fx, fy) >= _BLUR_FROM:  # linear sampling would skip pixels
        source = cv2.GaussianBlur(source, (0, 0), sigmaX=0.3 * fx, sigmaY=0.3 * fy)
    to_source = np.array(
        [[fx, 0, fx * (rect.x1 + 0.5) - 0.5 - x1], [0, fy, fy * (rect.y1 + 0.5) - 0.5 + down - y1]], dtype=np.float64
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    patch = cv2.warpAffine(source, to_source, (rect.width, rect.height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(patch, dtype=np.uint8)
