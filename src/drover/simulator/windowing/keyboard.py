"""The on-screen keyboard's picture: one sheet for each layer of each layout."""

import functools
from collections.abc import Mapping
from typing import Final

from drover.simulator.display.marks import Box, Colour, Fill, Label, Mark, Sheet, Symbol, Weight
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import centred
from drover.simulator.handset import KeyboardName
from drover.simulator.windowing.layouts import AREA, LAYOUTS, Key, keys

_SHOWN: Final = {"symbols": "?123", "more": "=\\<"}
_ICONS: Final = {"shift": "shift", "unshift": "shift_full", "delete": "delete", "enter": "enter", "globe": "globe"}
_SUGGESTIONS: Final[Mapping[KeyboardName, tuple[str, str, str]]] = {
    "qwerty": ("I", "the", "and"),
    "qwertz": ("Ich", "und", "die"),
    "azerty": ("Je", "et", "les"),
    "jcuken": ("\u042f", "\u043d\u0435", "\u043a\u0430\u043a"),
}
_NARROW: Final = 100
"""Keys of less width have smaller letters."""


def _face(palette: Palette, layout: KeyboardName, key: Key) -> tuple[Mark, ...]:
    inset = 6 if key.box.width >= _NARROW else 4
    box = Box(key.box.x1 + inset, key.box.y1 + 9, key.box.x2 - inset, key.box.y2 - 9)
    x, y = box.middle
    back, front = _colours(palette, key)
    face = Fill(box, back, 9999 if key.name == "enter" else 20)
    if key.name in _ICONS and not key.character:
        return face, Symbol(_ICONS[key.name], x, y, 60 if key.box.width >= _NARROW else 52, front)
    shown = _word(layout, key)
    size, weight = (58 if key.box.width >= _NARROW else 52, Weight.REGULAR) if len(shown) == 1 else (40, Weight.MEDIUM)
    edge = Fill(box.moved(dy=4), palette.key_dark, 20)
    label = Label(x, centred(y, size), shown, size, weight, front, "centre")
    return (edge, face, label) if key.character else (face, label)


def _word(layout: KeyboardName, key: Key) -> str:
    """Return what is written on a key."""
    if key.name == "space":
        return LAYOUTS[layout].language
    return LAYOUTS[layout].letters if key.name == "lower" else _SHOWN.get(key.name, key.name)


def _colours(palette: Palette, key: Key) -> tuple[Colour, Colour]:
    if key.name == "enter":
        return palette.primary, palette.on_primary
    if key.name == "space":
        return palette.key, palette.muted
    return (palette.key, palette.text) if key.character else (palette.key_dark, palette.text)


@functools.cache
def keyboard(palette: Palette, layout: KeyboardName, layer: str) -> Sheet:
    """Return the keyboard's sheet; it covers AREA wholly."""
    marks: list[Mark] = [Fill(AREA, palette.keyboard)]
    for place, word in enumerate(_SUGGESTIONS[layout]):
        x = 180 + place * 360
        marks.append(Label(x, centred(1614, 42), word, 42, Weight.REGULAR, palette.text, "centre"))
        if place:
            marks.append(Fill(Box(place * 360 - 1, 1590, place * 360 + 1, 1640), palette.key_dark))
    for key in keys(layout, layer):
        marks.extend(_face(palette, layout, key))
    marks.append(Fill(Box(420, 2364, 660, 2376), palette.faint, 9999))
    return Sheet(AREA, tuple(marks))
