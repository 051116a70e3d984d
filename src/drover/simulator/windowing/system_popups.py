"""Popups that belong to no app: the system's own, and one of a vendor that nobody expects."""

import functools
from collections.abc import Mapping
from typing import Final

from drover.simulator.display.marks import Box, Fill, Gradient, Label, Outline, Shadow, Symbol, Weight, rgb
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import centred, paragraph
from drover.simulator.windowing.dialog import answer, body, system_colours, window
from drover.simulator.windowing.popups import Popup
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

_WHITE = rgb(0xFFFFFF)


@functools.cache
def _system_update(palette: Palette) -> View:
    box = Box(72, 1560, 1008, 2290)
    blue, back = system_colours(palette)
    left = box.x1 + 72
    heading = Label(left + 128, centred(1676, 48), "System update available", 48, Weight.MEDIUM, palette.text)
    words = tuple(
        Label(left, 1818 + row * 60, text, 42, Weight.REGULAR, palette.muted)
        for row, text in enumerate(("This update brings security fixes.", "Your phone restarts afterwards."))
    )
    size = Label(left, 1968, "Size: 412 MB", 40, Weight.MEDIUM, palette.text)
    later, install = Box(left, 2070, 516, 2202), Box(548, 2070, box.x2 - 72, 2202)
    icon = Box(left, 1628, left + 96, 1724)
    marks = (
        Shadow(box.moved(dy=10), 84, 50, palette.shadow),
        Fill(box, palette.raised, 84),
        Fill(icon, back, 9999),
        Symbol("download", *icon.middle, 58, blue),
        heading,
        *words,
        size,
        Fill(later, back, 9999),
        Label(later.middle[0], centred(2136, 44), "Later", 44, Weight.MEDIUM, blue, "centre"),
        Fill(install, blue, 9999),
        Label(install.middle[0], centred(2136, 44), "Install", 44, Weight.MEDIUM, palette.raised, "centre"),
    )
    elements = (
        Element("icon", icon, Role.IMAGE, steadiness=Steadiness.FIXED),
        fixed_text("title", heading),
        *body(words),
        fixed_text("size", size),
        answer("later", later, "Later"),
        answer("install", install, "Install"),
    )
    return View("popup.system_update", "android", window(box, marks), elements, ".SystemUpdateActivity", box)


@functools.cache
def _unknown(palette: Palette) -> View:
    box = Box(150, 1010, 1010, 1760)
    x = box.middle[0]
    heading = Label(x, 1374, "You have won a tote bag!", 58, Weight.BOLD, _WHITE, "centre")
    words = tuple(
        label
        for row, text in enumerate(("Only today, only for our most", "loyal visitors. While stocks last."))
        for label in paragraph(text, (250, 1452 + row * 58), (42, Weight.REGULAR, _WHITE), 700, lines=1, leading=58)
    )
    accept = Box(250, 1590, 910, 1706)
    marks = (
        Shadow(box.moved(dy=14), 36, 56, palette.shadow),
        Gradient(box, rgb(0xFF7A59), rgb(0xC2276B), 36),
        Outline(box, rgb(0xFFE2B8), 36, 8),
        Symbol("gift", x, 1186, 200, rgb(0xFFE9C7)),
        Symbol("spark", x - 220, 1120, 70, rgb(0xFFE9C7)),
        Symbol("spark", x + 240, 1240, 90, rgb(0xFFE9C7)),
        heading,
        *words,
        Fill(accept, _WHITE, 24),
        Label(x, centred(accept.middle[1], 48), "OK", 48, Weight.BOLD, rgb(0xB0245F), "centre"),
    )
    elements = (fixed_text("title", heading), *body(words), answer("ok", accept, "OK"))
    return View("popup.unknown", "com.vendor.offers", window(box, marks, dims=False), elements, ".OfferActivity", box)


SYSTEM_POPUPS: Final[Mapping[str, Popup]] = {
    "unknown": Popup(_unknown, back="ok"),
    "system_update": Popup(_system_update, back="later", everywhere=True),
}
"""The popups that every phone knows, by name."""
