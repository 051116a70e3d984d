"""Whether the picture has come to rest: what differs between two frames, over the whole and at the worst place."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from drover.devices.frame import Frame, Rotation
from drover.devices.geometry import Rect, Size
from drover.screens.regions import Anchor, placed

SETTLED_PICTURE = 0.005
"""Largest part of the whole picture that may differ; the threshold of Maestro."""
SETTLED_WINDOW = 0.01
"""Largest part of any window, a ninth of the width square, that may differ: a spinner of a tenth of the width turning
by 30 degrees changes more, a blinking cursor less."""
APART_S = 0.08
"""Least time between the captures of two frames that are compared: closer ones are alike even while things move."""

_COLUMNS = 270
_WINDOW = _COLUMNS // 9
_NOTICEABLE = 12
_SLACK_S = 1e-6

Sample = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Change:
    """Parts (0 to 1) that differ noticeably: of the whole picture, and of the window where most differs."""

    picture: float
    window: float

    @property
    def small(self) -> bool:
        """Whether a picture that changed so little is at rest."""
        return self.picture < SETTLED_PICTURE and self.window < SETTLED_WINDOW


def change_between(a: Frame, b: Frame, masks: Sequence[Rect] = (), reference: Size | None = None) -> Change:
    """Return what differs between two frames of one size. `masks`, in pixels of `reference`, do not count.

    Every pixel of a grid of about 270 columns is compared; a pixel differs by more than 12 levels in a colour.
    Raises ValueError for frames of different sizes.
    """
    if a.size != b.size:
        message = f"frames of {a.size} and {b.size} cannot be compared"
        raise ValueError(message)
    return _change(_sample(a), _sample(b), masks, reference or a.size, a.size)


class Settle:
    """Fed with the frames of one wait, says when two successive ones, far enough apart in time, are alike.

    It keeps a small sample of a frame, never the frame's own buffer.
    """

    def __init__(self, apart_s: float = APART_S) -> None:
        self._apart_s = apart_s
        self._last: _Kept | None = None

    def forget(self) -> None:
        """Begin anew: the next frame is the first one."""
        self._last = None

    def add(self, frame: Frame, masks: Sequence[Rect] = (), reference: Size | None = None) -> bool:
        """Return whether the picture is at rest. A frame taken too soon after the one kept is passed over.

        `masks` are in pixels of `reference`. A rotation is a change.
        """
        last = self._last
        if last is not None and frame.captured_at - last.captured_at < self._apart_s - _SLACK_S:
            return False
        kept = self._last = _Kept(_sample(frame), frame.size, frame.rotation, frame.captured_at)
        if last is None or last.size != kept.size or last.rotation != kept.rotation:
            return False
        return _change(last.sample, kept.sample, masks, reference or frame.size, frame.size).small


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    sample: Sample
    size: Size
    rotation: Rotation
    captured_at: float


def _step(size: Size) -> int:
    return max(1, round(size.width / _COLUMNS))


def _sample(frame: Frame) -> Sample:
    step = _step(frame.size)
    whole_pixels = np.ascontiguousarray(frame.pixels).view(np.uint32)[:, :, 0]
    grid = np.ascontiguousarray(whole_pixels[::step, ::step])
    return grid.view(np.uint8).reshape(*grid.shape, 4)


def _covered(mask: Rect, reference: Size, size: Size, step: int) -> tuple[slice, slice]:
    """Return the rows and columns of a sample that a mask covers.

    On a frame of another shape those are all where what it covers may be: things keep to the top or to the bottom.
    """
    high, low = placed(mask, Anchor.TOP, reference, size), placed(mask, Anchor.BOTTOM, reference, size)
    top, bottom = max(0, min(high.y1, low.y1)), max(0, high.y2, low.y2)
    return slice(top // step, -(-bottom // step)), slice(high.x1 // step, -(-high.x2 // step))


def _change(a: Sample, b: Sample, masks: Sequence[Rect], reference: Size, size: Size) -> Change:
    """Return what differs between samples of two frames of `size`."""
    noticed = cv2.threshold(cv2.absdiff(a, b), _NOTICEABLE, 1, cv2.THRESH_BINARY)[1]
    differs = (np.ascontiguousarray(noticed).view(np.uint32)[:, :, 0] != 0).astype(np.uint8)
    step = _step(size)
    for mask in masks:
        differs[_covered(mask, reference, size, step)] = 0
    x, y, w, h = cv2.boundingRect(differs)
    if w == 0:
        return Change(picture=0.0, window=0.0)
    changed = differs[y : y + h, x : x + w].astype(np.float32)
    # A cursor is one grid column wide; what moves is wider, so that only pairs side by side count in a window.
    pairs = changed[:, 1:] * changed[:, :-1] if w > 1 else np.zeros((1, 1), np.float32)
    windows = cv2.boxFilter(pairs, -1, (_WINDOW, _WINDOW), borderType=cv2.BORDER_CONSTANT)
    return Change(picture=float(changed.sum()) / differs.size, window=float(windows.max()))
