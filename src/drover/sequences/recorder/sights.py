"""What a recording knows: what was seen between touches, and what was touched."""

from collections.abc import Iterator
from dataclasses import dataclass

from drover.devices.geometry import Point, Rect, Size
from drover.devices.ports import Key
from drover.devices.uitree import UiNode
from drover.screens.domain import Screen, ScreenKind, Variant
from drover.sequences.recorder.gestures import Gesture


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key of the phone's frame, by the phone's clock."""

    key: Key
    at_s: float


Touched = Gesture | Pressed


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What the phone showed while it was at rest and nobody touched it. All of it was taken between two touches.

    `screen` and `variant` are None where the registry does not know it; `why` says so in a sentence. `tree` is None
    where the phone did not tell it. `keyboard` is what the on-screen keyboard covers, in pixels of a frame of `size`.
    `jpeg` is the frame, small; `png` the whole frame of a screen that is not known.
    """

    screen: Screen | None
    variant: Variant | None
    why: str
    size: Size
    tree: UiNode | None = None
    keyboard: Rect | None = None
    jpeg: bytes = b""
    png: bytes = b""

    @property
    def key(self) -> str | None:
        """The whole key of a state of the registry; None for an interrupt, or where the screen is not known."""
        return self.screen.key if self.screen is not None and self.screen.kind is ScreenKind.STATE else None

    @property
    def interrupt(self) -> str | None:
        """The whole key of an interrupt of the registry that is shown."""
        return self.screen.key if self.screen is not None and self.screen.kind is ScreenKind.INTERRUPT else None

    @property
    def package(self) -> str:
        """The app whose elements the UI tree tells; empty where it tells none."""
        return next((node.package for node in self.nodes() if node.package), "")

    def nodes(self) -> Iterator[UiNode]:
        """Yield the elements of the UI tree, parents first."""
        return iter(()) if self.tree is None else self.tree.walk()

    def fields(self) -> Iterator[UiNode]:
        """Yield the text fields of the UI tree."""
        return (node for node in self.nodes() if node.class_name.endswith("EditText") and node.bounds is not None)

    def field_at(self, point: Point) -> UiNode | None:
        """Return the text field under `point`, or None where there is none."""
        return None if self.tree is None else self.tree.field_at(point)

    def on_keyboard(self, point: Point) -> bool:
        """Whether `point` lies on the on-screen keyboard."""
        return self.keyboard is not None and self.keyboard.contains(point)
