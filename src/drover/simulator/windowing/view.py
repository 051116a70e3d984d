"""A view: one window's picture, and its elements as they can be named, touched and read."""

from dataclasses import dataclass, replace
from enum import Enum

from drover.simulator.display.marks import DISPLAY, Box, Label, Layer
from drover.simulator.display.widgets import ink


class Role(Enum):
    """What an element is; the value is its Android class."""

    TEXT = "android.widget.TextView"
    BUTTON = "android.widget.Button"
    FIELD = "android.widget.EditText"
    IMAGE = "android.widget.ImageView"
    RADIO = "android.widget.RadioButton"
    SWITCH = "android.widget.Switch"
    LIST = "androidx.recyclerview.widget.RecyclerView"
    PANEL = "android.widget.FrameLayout"


class Steadiness(Enum):
    """Whether an element looks the same at every visit: what a registry may identify a page by, and what to mask."""

    FIXED = "fixed"
    CHANGING = "changing"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Element:
    """Something on a page. `action` names what a tap does, `leads_to` the page that comes of it at first hand.

    `hold` names what a long tap does; without it a long tap does what a tap does.
    """

    name: str
    box: Box
    role: Role
    text: str = ""
    description: str = ""
    action: str = ""
    leads_to: str | None = None
    steadiness: Steadiness = Steadiness.NEITHER
    password: bool = False
    focused: bool = False
    checked: bool = False
    hold: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A window: its page's name, its layers from the back, its elements in reading order.

    Touches outside of `window` are swallowed. `white_bar` is for a page that is dark in both themes: the status bar's
    writing is white on it.
    """

    page: str
    package: str
    layers: tuple[Layer, ...]
    elements: tuple[Element, ...]
    activity: str = ".MainActivity"
    window: Box = DISPLAY
    white_bar: bool = False

    def element_at(self, x: float, y: float) -> Element | None:
        """Return the front element that takes taps or long taps at a point in reference pixels, or None."""
        return next((e for e in reversed(self.elements) if (e.action or e.hold) and e.box.holds(x, y)), None)

    def element(self, name: str) -> Element | None:
        """Return the element of that name, or None."""
        return next((element for element in self.elements if element.name == name), None)

    def with_layers(self, *layers: Layer) -> "View":
        """Return the view with more layers in front."""
        return replace(self, layers=(*self.layers, *layers))


def fixed_text(name: str, label: Label) -> Element:
    """Return the element of a label that is the same at every visit."""
    return Element(name, ink(label).grown(6), Role.TEXT, label.text, steadiness=Steadiness.FIXED)


def changing_text(name: str, label: Label, width: int) -> Element:
    """Return the element of a label whose text varies; its box is as wide as the text may become."""
    box = ink(label)
    left = {"left": label.x, "centre": label.x - width // 2, "right": label.x - width}[label.align]
    return Element(
        name,
        Box(left - 6, label.y - label.size, left + width, max(box.y2, label.y + label.size // 3) + 2),
        Role.TEXT,
        label.text,
        steadiness=Steadiness.CHANGING,
    )
