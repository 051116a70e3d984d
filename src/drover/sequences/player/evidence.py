"""What is kept of a look for the report: the frame as a small JPEG."""

from drover.devices.frame import Frame
from drover.devices.picture import preview
from drover.platform.blobs import Blobs
from drover.sequences.record import Evidence

EVIDENCE_WIDTH = 360
EVIDENCE_QUALITY = 75
"""About 20 KB and 1.6 ms of CPU a frame of 1080x2400."""


def keep_frame(frame: Frame, blobs: Blobs) -> Evidence:
    """Keep the frame as a JPEG of at most EVIDENCE_WIDTH pixels of width."""
    return Evidence(blobs.put(preview(frame, EVIDENCE_WIDTH, EVIDENCE_QUALITY).jpeg), frame.size)
