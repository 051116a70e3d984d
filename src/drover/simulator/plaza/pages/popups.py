"""Popups: what covers a page and wants an answer first."""

import functools
from collections.abc import Callable, Mapping
from typing import Final

from drover.simulator.display.marks import (
    Box,
    Fill,
    Gradient,
    Label,
    Layer,
    Mark,
    Outline,
    Placed,
    Shade,
    Shadow,
    Sheet,
    Symbol,
    Weight,
    rgb,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import button, centred, paragraph
from drover.simulator.plaza.view import PLAZA_PACKAGE, Element, Role, Steadiness, View, fixed_text

_WHITE = rgb(0xFFFFFF)


def _answer(name: str, box: Box, text: str) -> Element:
    return Element(name, box, Role.BUTTON, text, "", f"answer:{name}", steadiness=Steadiness.FIXED)


def _body(labels: tuple[Label, ...]) -> tuple[Element, ...]:
    return tuple(fixed_text(f"words_{row + 1}", label) for row, label in enumerate(labels))


def _window(box: Box, marks: tuple[Mark, ...], *, dims: bool) -> tuple[Layer, ...]:
    sheet = Placed(Sheet(box.grown(60), marks))
    return (Shade(0.5), sheet) if dims else (sheet,)


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
        *_body(words),
        _answer("later", later, "Later"),
        _answer("update", update, "Update"),
    )
    return View("popup.update", PLAZA_PACKAGE, _window(box, marks, dims=True), elements, window=box)


def _permission(palette: Palette) -> View:
    box = Box(72, 1500, 1008, 2290)
    x = box.middle[0]
    heading = (
        Label(x, 1716, "Allow Plaza to send", 56, Weight.MEDIUM, palette.text, "centre"),
        Label(x, 1786, "you notifications?", 56, Weight.MEDIUM, palette.text, "centre"),
    )
    allow, deny = Box(132, 1880, 948, 2030), Box(132, 2050, 948, 2200)
    blue, back = (rgb(0xA8C7FA), rgb(0x0B305E)) if palette.text[0] > 128 else (rgb(0x0B57D0), rgb(0xE3EBFA))  # noqa: PLR2004  # light text: dark theme
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
        _answer("allow", allow, "Allow"),
        _answer("deny", deny, "Don't allow"),
    )
    package = "com.android.permissioncontroller"
    activity = "com.android.permissioncontroller.permission.ui.GrantPermissionsActivity"
    return View("popup.permission", package, _window(box, marks, dims=True), elements, activity, box)


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
    elements = (fixed_text("title", heading), *_body(words), _answer("ok", accept, "OK"))
    return View("popup.unknown", "com.vendor.offers", _window(box, marks, dims=False), elements, ".OfferActivity", box)


_POPUPS: Final[Mapping[str, Callable[[Palette], View]]] = {
    "update": _update,
    "permission": _permission,
    "unknown": _unknown,
}
POPUPS: Final = tuple(_POPUPS)


@functools.cache
def popup(palette: Palette, name: str) -> View:
    """Return the popup of a name in POPUPS."""
    return _POPUPS[name](palette)
