"""What is done to a frame's pixels: previews, and telling a black one. Pure; previews belong in an image thread."""

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels, Preview
from drover.devices.geometry import Size

_GRID = 64


def is_black(pixels: Pixels) -> bool:
    """Whether no pixel of the frame has any colour. Costs nothing for a frame that is not black."""
    return not pixels[::_GRID, ::_GRID, :3].any() and not pixels[..., :3].any()


def preview(frame: Frame, max_width: int, quality: int) -> Preview:
    """Return a JPEG of the frame, at most `max_width` pixels wide."""
    size = frame.size
    pixels: np.ndarray = frame.pixels
    if size.width > max_width:
        size = Size(max_width, max(1, round(size.height * max_width / size.width)))
        pixels = cv2.resize(pixels, (size.width, size.height), interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return Preview(jpeg.tobytes(), size, frame.sequence, frame.captured_at)
