"""What is compared with a frame: places on it, and what must be seen there."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import Enum

from drover.devices.frame import Pixels
from drover.devices.geometry import Rect, Size

SAME_SHAPE = 0.003
"""How much the ratio of width to height may differ, as a part of it, for a frame to count as the reference scaled.

It allows for rounded sizes. Over a height of 2400 it moves things by 7 pixels, less than a region is looked for.
"""


class Anchor(Enum):
    """Which edge a rectangle keeps its distance from, on frames of another shape than the reference."""

    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


def same_shape(a: Size, b: Size) -> bool:
    """Whether one is the other scaled, as far as rounding allows."""
    return abs((a.width * b.height) / (a.height * b.width) - 1) <= SAME_SHAPE


def placed(rect: Rect, anchor: Anchor, reference: Size, size: Size) -> Rect:
    """Return where `rect`, in pixels of `reference`, lies on a frame of `size`.

    A frame of the reference's shape is the reference scaled. On any other one things keep their size by the width, and
    their distance from the edge that `anchor` names: then the rectangle may lie outside the frame.
    """
    if same_shape(reference, size):
        return rect.scaled(reference, size)
    by_width = Size(size.width, round(reference.height * size.width / reference.width))
    scaled = rect.scaled(reference, by_width)
    down = moved_down(anchor, reference, size)
    return Rect(scaled.x1, scaled.y1 + down, scaled.x2, scaled.y2 + down)


def moved_down(anchor: Anchor, reference: Size, size: Size) -> int:
    """Return by how many pixels of a frame of `size` things lie lower than if the frame were the reference scaled.

    Negative for a frame that is less tall. Zero for one of the reference's shape.
    """
    if same_shape(reference, size):
        return 0
    missing = size.height - round(reference.height * size.width / reference.width)
    return {Anchor.TOP: 0, Anchor.MIDDLE: missing // 2, Anchor.BOTTOM: missing}[anchor]


class Crop:
    """A reference picture: `gray`, uint8, of shape (height, width), as the region looks at the reference resolution.

    It is given as pixels, or as what makes them out of `png` each time they are needed: then they take no memory while
    nobody looks. `prepared` holds what was worked out of the picture, by whoever did, for as long as the crop.
    """

    __slots__ = ("_gray", "png", "prepared")

    def __init__(self, gray: Pixels | Callable[[bytes], Pixels], png: bytes) -> None:
        self._gray = gray
        self.png = png
        self.prepared: dict[Hashable, object] = {}

    @property
    def gray(self) -> Pixels:
        """Return the pixels."""
        return self._gray(self.png) if callable(self._gray) else self._gray


@dataclass(frozen=True, slots=True)
class ExpectedText:
    """What must be read: `source` is the text, or with `pattern` a pattern that must be found in what is read."""

    source: str
    pattern: bool = False


@dataclass(frozen=True, slots=True)
class NodeQuery:
    """Which element of the UI tree is meant: one that has all that is given. `text` is its text or description."""

    resource_id: str = ""
    text: ExpectedText | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle that identifies a screen: it must look like `crop`, or, with `absent`, must not.

    `text`, where given, must be read in it besides; it is read only where every picture of the variant passed.
    """

    name: str
    rect: Rect
    crop: Crop
    absent: bool = False
    anchor: Anchor = Anchor.TOP
    text: ExpectedText | None = None


@dataclass(frozen=True, slots=True)
class TextRegion:
    """A rectangle in which `text` must be read (with `absent`: must not), whatever it looks like."""

    name: str
    rect: Rect
    text: ExpectedText
    absent: bool = False
    anchor: Anchor = Anchor.TOP


@dataclass(frozen=True, slots=True)
class Tint:
    """The mean colour of a rectangle, red, green and blue from 0 to 255; `png` is the picture it was taken from."""

    red: float
    green: float
    blue: float
    png: bytes = field(default=b"", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TintRegion:
    """A rectangle whose mean colour must be `tint` (with `absent`: must not): what tells a selected tab from others."""

    name: str
    rect: Rect
    tint: Tint
    absent: bool = False
    anchor: Anchor = Anchor.TOP


@dataclass(frozen=True, slots=True)
class NodeRegion:
    """An element of the UI tree that must be there (with `absent`: must not), its middle in `rect` where one is given.

    Where the phone offers no UI tree the screen is not recognised.
    """

    name: str
    node: NodeQuery
    rect: Rect | None = None
    absent: bool = False
    anchor: Anchor = Anchor.TOP
