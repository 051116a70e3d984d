"""Finding a picture: coarse at a quarter of the size, the best peaks looked at whole, then at other scales."""

from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Point, Rect
from drover.screens.finder.found import MOST, Found, NothingToFind, best_first
from drover.screens.matching.agreement import ENOUGH
from drover.screens.pictures import to_gray

SCALES: Final = (0.5, 2 / 3, 3 / 4, 0.85, 1.15, 4 / 3, 3 / 2, 2.0)
"""Tried where it is not there at its own size: phones of 720, 1080 and 1440 pixels of width, and font scales."""
ENOUGH_SCALED: Final = 0.85
"""Correlation of what is there at another scale: resampling costs some."""
LEAST_DEVIATION: Final = 4.0
"""Standard deviation in grey levels: what is more even than this is found anywhere."""
_COARSE: Final = 4
_LEAST_SIDE: Final = 8  # pixels of a coarse picture
_PROMISING: Final = 0.5
_PEAKS: Final = 3
_FINER: Final = (0.94, 0.97, 1.03, 1.06)
_CONTRAST: Final = (0.5, 2.0)


def find_picture(frame: Frame, crop: Pixels) -> tuple[Found, ...]:
    """Return where `crop`, RGBA, is on the frame, the best place first, at most MOST; empty where it is not.

    It is looked for at its own size, and at SCALES only where it is not there. Colours do not count. Raises
    NothingToFind for a picture that is even, or that is larger than the frame at any scale.
    """
    gray, wanted = to_gray(frame.pixels), to_gray(crop)
    if float(wanted.std()) < LEAST_DEVIATION:
        message = "the picture is of one colour, nearly"
        raise NothingToFind(message, hint="cut one that has an edge, a letter or an icon in it")
    scales = [scale for scale in (1.0, *SCALES) if _fits(wanted, scale, gray)]
    if not scales:
        message = f"the picture, {wanted.shape[1]}x{wanted.shape[0]}, is larger than the frame, {_size(gray)}"
        raise NothingToFind(message, hint="cut only what is to be found")
    coarse = _Coarse(gray, wanted, min(scales))
    if scales[0] == 1.0:
        same = best_first(each for each in _at(coarse, gray, wanted, 1.0, MOST) if each.score >= ENOUGH)
        if same:
            return same
        scales = scales[1:]
    rough = [each for scale in scales for each in _at(coarse, gray, wanted, scale, _PEAKS)]
    refined = (_refined(gray, wanted, each) for each in best_first(rough))
    return best_first(each for each in refined if each.score >= ENOUGH_SCALED)


class _Coarse:
    """A frame made small, as far as the least of what is looked for allows."""

    def __init__(self, gray: Pixels, wanted: Pixels, least_scale: float) -> None:
        least_side = min(wanted.shape) * least_scale
        self.factor = max(1, min(_COARSE, int(least_side // _LEAST_SIDE)))
        self._gray = _resized(gray, 1 / self.factor)

    def peaks(self, wanted: Pixels, most: int) -> Iterator[Point]:
        """Yield where it may be, the likeliest first, in pixels of the frame."""
        small = _resized(wanted, 1 / self.factor)
        height, width = small.shape
        if height > self._gray.shape[0] or width > self._gray.shape[1]:
            return
        scores = np.asarray(cv2.matchTemplate(self._gray, small, cv2.TM_CCOEFF_NORMED))
        for _ in range(most):
            y, x = divmod(int(scores.argmax()), scores.shape[1])
            if scores[y, x] < _PROMISING:
                return
            yield Point(x * self.factor, y * self.factor)
            top, left = max(0, y - height // 2), max(0, x - width // 2)
            scores[top : y + height // 2 + 1, left : x + width // 2 + 1] = -1


def _at(coarse: _Coarse, gray: Pixels, wanted: Pixels, scale: float, most: int) -> list[Found]:
    """Return how alike the likeliest places are, at one scale."""
    scaled = _resized(wanted, scale)
    around = 2 * coarse.factor
    places = (_best_near(gray, scaled, peak, around, scale) for peak in coarse.peaks(scaled, most))
    return [place for place in places if place is not None]


def _refined(gray: Pixels, wanted: Pixels, rough: Found) -> Found:
    """Return the place at the scale, near the one it was found at, that is most like it."""
    corner, around = Point(rough.rect.x1, rough.rect.y1), max(2, round(0.1 * rough.rect.width))
    scales: Sequence[float] = [rough.scale * finer for finer in _FINER]
    tried = (_best_near(gray, _resized(wanted, scale), corner, around, scale) for scale in scales)
    return max((rough, *(each for each in tried if each is not None)), key=lambda each: each.score)


def _best_near(gray: Pixels, wanted: Pixels, corner: Point, around: int, scale: float) -> Found | None:
    height, width = wanted.shape
    top, left = max(0, corner.y - around), max(0, corner.x - around)
    window = gray[top : corner.y + height + around, left : corner.x + width + around]
    if window.shape[0] < height or window.shape[1] < width:
        return None
    scores = np.asarray(cv2.matchTemplate(window, wanted, cv2.TM_CCOEFF_NORMED))
    y, x = divmod(int(scores.argmax()), scores.shape[1])
    rect = Rect(left + x, top + y, left + x + width, top + y + height)
    # Of an even patch the correlation says nothing, and may be anything.
    contrast = float(gray[rect.y1 : rect.y2, rect.x1 : rect.x2].std()) / max(float(wanted.std()), 1.0)
    if not _CONTRAST[0] <= contrast <= _CONTRAST[1]:
        return None
    return Found(rect, min(1.0, max(0.0, float(scores[y, x]))), scale=scale)


def _fits(wanted: Pixels, scale: float, gray: Pixels) -> bool:
    return all(1 < round(side * scale) <= most for side, most in zip(wanted.shape, gray.shape, strict=True))


def _resized(gray: Pixels, factor: float) -> Pixels:
    if factor == 1:
        return gray
    size = max(1, round(gray.shape[1] * factor)), max(1, round(gray.shape[0] * factor))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(gray, size, interpolation=method), dtype=np.uint8)


def _size(gray: Pixels) -> str:
    return f"{gray.shape[1]}x{gray.shape[0]}"
