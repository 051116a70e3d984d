"""Popups of Plaza's: a newer version, how one likes it, and the system's question for a permission."""

import functools
from collections.abc import Mapping
from typing import Final

from drover.simulator.display.marks import Box, Fill, Gradient, Label, Shadow, Symbol, Weight, rgb
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import button, centred
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.windowing.dialog import answer, body, system_colours, window
from drover.simulator.windowing.popups import Popup
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

_WHITE = rgb(0xFFFFFF)


@functools.cache
def _update(palette: Palette) -> View:
    box = Box(90, 790, 990, 1590)
    x = box.middle[0]
    heading = Label(x, 1130, "Update available", 62, Weight.BOLD, palette.text, "centre")
    words = tuple(
        Label(x, 1214 + row * 62, text, 42, Weight.REGULAR, palette.muted, "centre")
        for row, text in enumerate(("A new version of Plaza is ready,", "faster and with fresh colours."))
    )
    later, update = Box(150, 1400, 520, 1520), Box(560, 1400, 930, 1520)
    marks = (
        Shadow(box.moved(dy=12), 64, 56, palette.shadow),
        Fill(box, palette.raised, 64),
        Gradient(Box(x - 90, 860, x + 90, 1040), rgb(0x7A6BFF), rgb(0x4A38DD), 9999),
        Symbol("download", x, 950, 104, _WHITE),
        heading,
        *words,
        *button(palette, later, "Later", filled=False),
        *button(palette, update, "Update"),
    )
    icon = Element("icon", Box(x - 90, 860, x + 90, 1040), Role.IMAGE, steadiness=Steadiness.FIXED)
    elements = (
        icon,
        fixed_text("title", heading),
        *body(words),
        answer("later", later, "Later"),
        answer("update", update, "Update"),
    )
    return View("popup.update", PLAZA_PACKAGE, window(box, marks), elements, window=box)


@functools.cache
def _rating(palette: Palette) -> View:
    box = Box(90, 820, 990, 1560)
    x = box.middle[0]
    heading = Label(x, 966, "Enjoying Plaza?", 62, Weight.BOLD, palette.text, "centre")
    words = tuple(
        Label(x, 1050 + row * 60, text, 42, Weight.REGULAR, palette.muted, "centre")
        for row, text in enumerate(("Tap the stars to tell others", "what you think of it."))
    )
    stars = Box(x - 320, 1170, x + 320, 1290)
    not_now, rate = Box(150, 1372, 520, 1492), Box(560, 1372, 930, 1492)
    marks = (
        Shadow(box.moved(dy=12), 64, 56, palette.shadow),
        Fill(box, palette.raised, 64),
        heading,
        *words,
        *(Symbol("star", x + place * 132, stars.middle[1], 104, rgb(0xF2A93B)) for place in range(-2, 3)),
        *button(palette, not_now, "Not now", filled=False),
        *button(palette, rate, "Rate"),
    )
    elements = (
        fixed_text("title", heading),
        *body(words),
        Element("stars", stars, Role.IMAGE, description="Five stars", steadiness=Steadiness.FIXED),
        answer("not_now", not_now, "Not now"),
        answer("rate", rate, "Rate"),
    )
    return View("popup.rating", PLAZA_PACKAGE, window(box, marks), elements, window=box)


@functools.cache
def _permission(palette: Palette) -> View:
    box = Box(72, 1500, 1008, 2290)
    x = box.middle[0]
    heading = (
        Label(x, 1716, "Allow Plaza to send", 56, Weight.MEDIUM, palette.text, "centre"),
        Label(x, 1786, "you notifications?", 56, Weight.MEDIUM, palette.text, "centre"),
    )
    allow, deny = Box(132, 1880, 948, 2030), Box(132, 2050, 948, 2200)
    blue, back = system_colours(palette)
    marks = (
        Shadow(box.moved(dy=10), 84, 50, palette.shadow),
        Fill(box, palette.raised, 84),
        Symbol("bell", x, 1604, 96, blue),
        *heading,
        Fill(allow, back, 56),
        Label(x, centred(1955, 46), "Allow", 46, Weight.MEDIUM, blue, "centre"),
        Fill(deny, back, 56),
        Label(x, centred(2125, 46), "Don't allow", 46, Weight.MEDIUM, blue, "centre"),
    )
    elements = (
        Element("icon", Box(x - 50, 1554, x + 50, 1654), Role.IMAGE, steadiness=Steadiness.FIXED),
        fixed_text("title_1", heading[0]),
        fixed_text("title_2", heading[1]),
        answer("allow", allow, "Allow"),
        answer("deny", deny, "Don't allow"),
    )
    package = "com.android.permissioncontroller"
    activity = "com.android.permissioncontroller.permission.ui.GrantPermissionsActivity"
    return View("popup.permission", package, window(box, marks), elements, activity, box)


PLAZA_POPUPS: Final[Mapping[str, Popup]] = {
    "update": Popup(_update, back="later"),
    "permission": Popup(_permission, back="deny"),
    "rating": Popup(_rating, back="not_now"),
}
"""Plaza's own popups, by name."""
