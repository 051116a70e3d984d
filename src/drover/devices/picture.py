"""What is done to pixels: encoding, previews, telling a black frame. Pure; encoding belongs in an image thread."""

from collections.abc import Sequence

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels, Preview
from drover.devices.geometry import Size
from drover.kernel.errors import DroverError, Kind

_GRID = 64


class PictureNotEncoded(DroverError):
    """A picture could not be encoded."""

    kind = Kind.FAILED


def is_black(pixels: Pixels) -> bool:
    """Whether no pixel of the frame has any colour. Costs nothing for a frame that is not black."""
    return not pixels[::_GRID, ::_GRID, :3].any() and not pixels[..., :3].any()


def preview(frame: Frame, max_width: int, quality: int) -> Preview:
    """Return a JPEG of the frame, at most `max_width` pixels wide."""
    size = frame.size
    pixels: np.ndarray = frame.pixels
    if size.width > max_width:
        size = Size(max_width, max(1, round(size.height * max_width / size.width)))
        pixels = cv2.resize(pixels, (size.width, size.height), interpolation=cv2.INTER_LINEAR)
    jpeg = encoded(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return Preview(jpeg, size, frame.sequence, frame.captured_at)


def encoded(suffix: str, bgr: cv2.typing.MatLike, options: Sequence[int] = ()) -> bytes:
    """Return the picture, BGR or grey, in the format of `suffix`. Raises PictureNotEncoded."""
    done, content = cv2.imencode(suffix, bgr, list(options))
    if not done:
        raise PictureNotEncoded(f"a picture of shape {bgr.shape} cannot be written as {suffix}")
    return content.tobytes()
