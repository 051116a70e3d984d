"""Parts of popups: the window over the dimmed page, its words, its buttons."""

from drover.simulator.display.marks import Box, Colour, Label, Layer, Mark, Placed, Shade, Sheet, rgb
from drover.simulator.display.palette import Palette
from drover.simulator.windowing.view import Element, Role, Steadiness, fixed_text

_SHADOW_REACH = 60
_BRIGHT = 128


def answer(name: str, box: Box, text: str) -> Element:
    """Return the button that answers a popup with `name`."""
    return Element(name, box, Role.BUTTON, text, "", f"answer:{name}", steadiness=Steadiness.FIXED)


def body(labels: tuple[Label, ...]) -> tuple[Element, ...]:
    """Return the elements `words_1`, `words_2`, ... of lines of text."""
    return tuple(fixed_text(f"words_{row + 1}", label) for row, label in enumerate(labels))


def window(box: Box, marks: tuple[Mark, ...], *, dims: bool = True) -> tuple[Layer, ...]:
    """Return a window's layers, with what is behind it darkened where it `dims`."""
    sheet = Placed(Sheet(box.grown(_SHADOW_REACH), marks))
    return (Shade(0.5), sheet) if dims else (sheet,)


def system_colours(palette: Palette) -> tuple[Colour, Colour]:
    """Return the system's own blue and what it lies on; an app's colours are others."""
    dark = palette.text[0] > _BRIGHT
    return (rgb(0xA8C7FA), rgb(0x0B305E)) if dark else (rgb(0x0B57D0), rgb(0xE3EBFA))
