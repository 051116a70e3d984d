"""What is kept of a look for the report: the frame as a small JPEG, and what differed as pictures."""

import cv2

from drover.devices.frame import Frame
from drover.kernel.errors import DroverError, Kind
from drover.platform.blobs import Blobs
from drover.sequences.record import Evidence

EVIDENCE_WIDTH = 360
EVIDENCE_QUALITY = 75  # about 20 KB a frame, 1.6 ms (knowledge of image costs: linear resize 1.1, JPEG 0.53)


class PictureFailed(DroverError):
    """A picture could not be encoded."""

    kind = Kind.FAILED


def keep_frame(frame: Frame, blobs: Blobs) -> Evidence:
    """Keep the frame as a JPEG of EVIDENCE_WIDTH pixels."""
    width = min(EVIDENCE_WIDTH, frame.size.width)
    height = round(frame.size.height * width / frame.size.width)
    small = cv2.resize(frame.pixels, (width, height), interpolation=cv2.INTER_LINEAR)
    jpeg = encode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGBA2BGR), [cv2.IMWRITE_JPEG_QUALITY, EVIDENCE_QUALITY])
    return Evidence(blobs.put(jpeg), frame.size)


def encode(suffix: str, pixels: cv2.typing.MatLike, options: list[int]) -> bytes:
    """Return the picture encoded. Raises PictureFailed."""
    done, content = cv2.imencode(suffix, pixels, options)
    if not done:
        raise PictureFailed(f"a picture of shape {pixels.shape} cannot be written as {suffix}")
    return content.tobytes()
