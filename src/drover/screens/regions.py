"""What is compared with a frame: rectangles, and how they look."""

from dataclasses import dataclass

from drover.devices.frame import Pixels
from drover.devices.geometry import Rect


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """A reference picture: grey, uint8, of shape (height, width), as the region looks at the reference resolution."""

    gray: Pixels
    png: bytes


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle that identifies a screen: it must look like `crop`, or, with `absent`, must not."""

    name: str
    rect: Rect
    crop: Crop
    absent: bool = False
