"""Marks: what can be drawn, as values. All lengths are in reference pixels: the display is 1080 wide and 2400 high."""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum
from typing import Literal

REFERENCE_WIDTH = 1080
REFERENCE_HEIGHT = 2400

Colour = tuple[int, int, int, int]


def rgb(code: int, alpha: int = 255) -> Colour:
    """Return the colour of a number such as 0x5B4CF0, with `alpha` 0 to 255."""
    return (code >> 16 & 255, code >> 8 & 255, code & 255, alpha)


def faded(colour: Colour, alpha: float) -> Colour:
    """Return `colour` with its opacity multiplied by `alpha` (0 to 1)."""
    return (*colour[:3], round(colour[3] * alpha))


class Weight(Enum):
    """The weights of the one typeface; the value is the font file's stem."""

    REGULAR = "Roboto-Regular"
    MEDIUM = "Roboto-Medium"
    BOLD = "Roboto-Bold"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in reference pixels: x1 <= x < x2, y1 <= y < y2."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def width(self) -> int:
        """Width in reference pixels."""
        return self.x2 - self.x1

    @property
    def height(self) -> int:
        """Height in reference pixels."""
        return self.y2 - self.y1

    @property
    def middle(self) -> tuple[int, int]:
        """The middle, (x, y)."""
        return (self.x1 + self.x2) // 2, (self.y1 + self.y2) // 2

    def holds(self, x: float, y: float) -> bool:
        """Whether the point lies inside."""
        return self.x1 <= x < self.x2 and self.y1 <= y < self.y2

    def moved(self, dx: int = 0, dy: int = 0) -> "Box":
        """Return the box moved by (dx, dy)."""
        return Box(self.x1 + dx, self.y1 + dy, self.x2 + dx, self.y2 + dy)

    def grown(self, by: int) -> "Box":
        """Return the box with `by` added at every side."""
        return Box(self.x1 - by, self.y1 - by, self.x2 + by, self.y2 + by)

    def meet(self, other: "Box") -> "Box | None":
        """Return what both boxes cover, or None where they do not overlap."""
        x1, y1, x2, y2 = max(self.x1, other.x1), max(self.y1, other.y1), min(self.x2, other.x2), min(self.y2, other.y2)
        return Box(x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None

    def scaled(self, factor: float) -> tuple[int, int, int, int]:
        """Return x1, y1, x2, y2 in pixels of a display `factor` times as wide as the reference."""
        return round(self.x1 * factor), round(self.y1 * factor), round(self.x2 * factor), round(self.y2 * factor)


DISPLAY = Box(0, 0, REFERENCE_WIDTH, REFERENCE_HEIGHT)


@dataclass(frozen=True, slots=True)
class Fill:
    """A filled rectangle with round corners; `radius` is cut to half of the shorter side, so 9999 makes a pill."""

    box: Box
    colour: Colour
    radius: int = 0


@dataclass(frozen=True, slots=True)
class Outline:
    """The edge of a rounded rectangle, `width` thick, inside the box."""

    box: Box
    colour: Colour
    radius: int = 0
    width: int = 3


@dataclass(frozen=True, slots=True)
class Gradient:
    """A rounded rectangle whose colour runs from the top left to the bottom right."""

    box: Box
    start: Colour
    end: Colour
    radius: int = 0


@dataclass(frozen=True, slots=True)
class Shadow:
    """A soft shadow of a rounded rectangle."""

    box: Box
    radius: int
    blur: int
    colour: Colour


@dataclass(frozen=True, slots=True)
class Flow:
    """The paragraph of which a label is line `row`: at most `lines` lines, `leading` apart, no wider than `limit`."""

    text: str
    limit: int
    lines: int
    leading: int
    row: int


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text on the baseline `y`; `clip` cuts what lies outside of it.

    A `fixed` one keeps its size whatever size of text the phone's user wants.
    """

    x: int
    y: int
    text: str
    size: int
    weight: Weight
    colour: Colour
    align: Literal["left", "centre", "right"] = "left"
    clip: Box | None = None
    fixed: bool = False
    flow: Flow | None = None


@dataclass(frozen=True, slots=True)
class Symbol:
    """An icon by name (see icons.py), `size` wide and high, around a middle."""

    icon: str
    x: int
    y: int
    size: int
    colour: Colour


@dataclass(frozen=True, slots=True)
class Arc:
    """A part of a ring: from `start` degrees (0 at three o'clock, clockwise) over `sweep` degrees."""

    x: int
    y: int
    radius: int
    width: int
    start: int
    sweep: int
    colour: Colour


@dataclass(frozen=True, slots=True)
class Photo:
    """A made-up picture that depends on `seed` alone."""

    box: Box
    seed: int
    radius: int = 0


Mark = Fill | Outline | Gradient | Shadow | Label | Symbol | Arc | Photo


class Sheet:
    """Marks painted together within `box`, in order; transparent where nothing is painted. Hashed once."""

    __slots__ = ("_hash", "box", "marks")

    def __init__(self, box: Box, marks: tuple[Mark, ...]) -> None:
        self.box = box
        self.marks = marks
        self._hash = hash((box, marks))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Sheet)
            and self._hash == other._hash
            and self.box == other.box
            and self.marks == other.marks
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """A sheet, moved by (dx, dy), shown with `opacity` 0 to 1, cut to `clip`."""

    sheet: Sheet
    dx: int = 0
    dy: int = 0
    opacity: float = 1.0
    clip: Box | None = None


@dataclass(frozen=True, slots=True)
class Shade:
    """Darkens everything below by `strength` 0 to 1."""

    strength: float


Layer = Placed | Shade


@dataclass(frozen=True, slots=True)
class Group:
    """Layers that fill the display, composed first, then moved by (dx, dy) and laid over with `opacity`."""

    layers: tuple[Layer, ...]
    dx: int = 0
    dy: int = 0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class DisplayScene:
    """What a display of `width` x `height` pixels shows: layers from the back to the front, over black.

    The layers begin `left` pixels from its left edge, and end as far from the right one.
    """

    width: int
    height: int
    layers: tuple[Layer | Group, ...]
    left: int = 0

    @property
    def key(self) -> Hashable:
        """The scene is its own identity."""
        return self

    @property
    def scale(self) -> float:
        """Display pixels per reference pixel."""
        return (self.width - 2 * self.left) / REFERENCE_WIDTH
