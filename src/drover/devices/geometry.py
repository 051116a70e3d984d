"""Points, sizes and rectangles, in pixels, with the origin at the top left."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """A pixel."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height of a picture."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Rect:
    """Pixels with x1 <= x < x2 and y1 <= y < y2. Never empty."""

    x1: int
    y1: int
    x2: int
    y2: int

    def __post_init__(self) -> None:
        """Raise ValueError for an empty or inverted rectangle."""
        if self.x2 <= self.x1 or self.y2 <= self.y1:
            message = f"rectangle [{self.x1}, {self.y1}, {self.x2}, {self.y2}] is empty: x1 < x2 and y1 < y2 are needed"
            raise ValueError(message)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.x2 - self.x1

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.y2 - self.y1

    @property
    def center(self) -> Point:
        """The middle pixel."""
        return Point((self.x1 + self.x2) // 2, (self.y1 + self.y2) // 2)

    def contains(self, point: Point) -> bool:
        """Whether `point` lies inside."""
        return self.x1 <= point.x < self.x2 and self.y1 <= point.y < self.y2

    def within(self, size: Size) -> bool:
        """Whether the whole rectangle lies in a picture of `size`."""
        return self.x1 >= 0 and self.y1 >= 0 and self.x2 <= size.width and self.y2 <= size.height

    def scaled(self, source: Size, target: Size) -> "Rect":
        """Return the rectangle that covers in `target` what this one covers in `source`."""
        fx, fy = target.width / source.width, target.height / source.height
        x1, y1 = round(self.x1 * fx), round(self.y1 * fy)
        return Rect(x1, y1, max(x1 + 1, round(self.x2 * fx)), max(y1 + 1, round(self.y2 * fy)))
