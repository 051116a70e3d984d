"""Small pictures of frames for people who look on: made in an image thread, and only where something has changed."""

import zlib
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from drover.devices.frame import Frame
from drover.devices.picture import encoded
from drover.protocol.frames import MOST_JPEG

_QUALITY_STEP: Final = 15
_LEAST_QUALITY: Final = 25
_SHRINK: Final = 0.8


@dataclass(frozen=True, slots=True)
class Tile:
    """A JPEG of a frame; `sum` tells it from one with other pixels. `width`, `height` are those of the frame."""

    jpeg: bytes
    sum: int
    width: int
    height: int


def tile(frame: Frame, width: int, quality: int, known: Tile | None) -> Tile:
    """Return a picture of the frame, at most `width` pixels wide, MOST_JPEG bytes long; `known` where it is the same.

    Where it is too long, first its quality is lowered, then its size.
    """
    size = frame.size
    shown_width = min(width, size.width)
    shown = _resized(frame.pixels, shown_width)
    total = zlib.crc32(np.ascontiguousarray(shown).data, shown_width)
    if known is not None and known.sum == total and (known.width, known.height) == (size.width, size.height):
        return known
    bgr = cv2.cvtColor(shown, cv2.COLOR_RGBA2BGR)
    while len(jpeg := encoded(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])) > MOST_JPEG:
        if quality > _LEAST_QUALITY:
            quality = max(_LEAST_QUALITY, quality - _QUALITY_STEP)
        else:
            bgr = _resized(bgr, max(1, int(bgr.shape[1] * _SHRINK)))
    return Tile(jpeg, total, size.width, size.height)


def _resized(pixels: cv2.typing.MatLike, width: int) -> cv2.typing.MatLike:
    height, whole = pixels.shape[:2]
    if width == whole:
        return pixels
    return cv2.resize(pixels, (width, max(1, round(height * width / whole))), interpolation=cv2.INTER_AREA)
