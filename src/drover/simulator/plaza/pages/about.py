"""About: what Plaza is, and its version."""

import functools

from drover.simulator.display.marks import DISPLAY, Box, Fill, Gradient, Label, Placed, Sheet, Symbol, Weight, rgb
from drover.simulator.display.palette import Palette
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.subpage import Head, head
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

_WORDS = (
    "A small square where friends meet.",
    "It lives on simulated phones only, and its",
    "people are made up.",
)


@functools.cache
def about(palette: Palette) -> View:
    """Return the page."""
    bar, bar_elements = head(palette, Head("About Plaza", returns_to="plaza.settings"))
    logo = Box(430, 480, 650, 700)
    name = Label(540, 830, "Plaza", 84, Weight.BOLD, palette.text, "centre")
    version = Label(540, 910, "Version 4.2.0", 42, Weight.REGULAR, palette.muted, "centre")
    words = tuple(
        Label(540, 1060 + row * 64, line, 44, Weight.REGULAR, palette.text, "centre") for row, line in enumerate(_WORDS)
    )
    marks = (
        Fill(DISPLAY, palette.surface),
        *bar,
        Gradient(logo, rgb(0x7A6BFF), rgb(0x4A38DD), 60),
        Symbol("plaza", *logo.middle, 140, rgb(0xFFFFFF)),
        name,
        version,
        *words,
    )
    elements = (
        *bar_elements,
        Element("logo", logo, Role.IMAGE, description="Plaza", steadiness=Steadiness.FIXED),
        fixed_text("name", name),
        fixed_text("version", version),
        *(fixed_text(f"words_{row + 1}", line) for row, line in enumerate(words)),
    )
    return View("plaza.about", PLAZA_PACKAGE, (Placed(Sheet(DISPLAY, marks)),), elements, ".AboutActivity")
