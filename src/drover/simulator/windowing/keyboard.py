"""The on-screen keyboard: layouts as data, keys as rectangles, one sheet per layout."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import Box, Colour, Fill, Label, Mark, Sheet, Symbol, Weight
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import centred

AREA: Final = Box(0, 1560, 1080, 2400)
_TOP: Final = 1668
_PITCH: Final = 158
_UNIT: Final = 104
_LEFT: Final = 20

# Rows of keys, separated by blanks. `{name}` or `{name:width}` is a special key, in units of a letter's width.
_LAYOUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "letters": (
        "q w e r t y u i o p",
        "{gap:.5} a s d f g h j k l",
        "{shift:1.5} z x c v b n m {delete:1.5}",
        "{symbols:1.5} , {space:5} . {enter:1.5}",
    ),
    "capitals": (
        "Q W E R T Y U I O P",
        "{gap:.5} A S D F G H J K L",
        "{unshift:1.5} Z X C V B N M {delete:1.5}",
        "{symbols:1.5} , {space:5} . {enter:1.5}",
    ),
    "symbols": (
        "1 2 3 4 5 6 7 8 9 0",
        "@ # $ _ & - + ( ) /",
        "{more:1.5} * \" ' : ; ! ? {delete:1.5}",
        "{letters:1.5} , {space:5} . {enter:1.5}",
    ),
    "more": (
        "~ ` | % ^ = < > [ ]",
        "\u20ac \u00a3 { } \\ \u00b0 \u00a9 \u00a7 \u00ab \u00bb",
        "{symbols:1.5} * \" ' : ; ! ? {delete:1.5}",
        "{letters:1.5} , {space:5} . {enter:1.5}",
    ),
}
_SHOWN: Final = {"symbols": "?123", "letters": "ABC", "more": "=\\<", "space": "English"}
_ICONS: Final = {"shift": "shift", "unshift": "shift_full", "delete": "delete", "enter": "enter"}


@dataclass(frozen=True, slots=True)
class Key:
    """A key: `character` is what it types, empty for a special one, which `name` tells."""

    name: str
    box: Box
    character: str


def _word(word: str) -> tuple[str, float, str]:
    """Return name, width and character of a key as written in a layout."""
    if len(word) == 1:
        return word, 1.0, word
    name, _, width = word.strip("{}").partition(":")
    return name, float(width), " " if name == "space" else ""


@functools.cache
def keys(layout: str) -> tuple[Key, ...]:
    """Return the keys of `letters`, `capitals`, `symbols` or `more`, in reference pixels."""
    found: list[Key] = []
    for row, words in enumerate(_LAYOUTS[layout]):
        x, y = float(_LEFT), _TOP + row * _PITCH
        for name, width, character in map(_word, words.split()):
            right = x + width * _UNIT
            if name != "gap":
                found.append(Key(name, Box(round(x), y, round(right), y + _PITCH), character))
            x = right
    return tuple(found)


def key_at(layout: str, x: float, y: float) -> Key | None:
    """Return the key at a point, or None between and above them."""
    return next((key for key in keys(layout) if key.box.holds(x, y)), None)


def next_layout(layout: str, key: Key) -> str:
    """Return the layout shown after `key`: capitals last for one letter."""
    named = {"shift": "capitals", "unshift": "letters", "symbols": "symbols", "letters": "letters", "more": "more"}
    if key.name in named and not key.character:
        return named[key.name]
    return "letters" if layout == "capitals" and key.character.isalpha() else layout


def _face(palette: Palette, key: Key) -> tuple[Mark, ...]:
    box = Box(key.box.x1 + 6, key.box.y1 + 9, key.box.x2 - 6, key.box.y2 - 9)
    x, y = box.middle
    back, front = _colours(palette, key)
    face = Fill(box, back, 9999 if key.name == "enter" else 20)
    if key.name in _ICONS and not key.character:
        return face, Symbol(_ICONS[key.name], x, y, 60, front)
    shown = _SHOWN.get(key.name, key.name)
    size, weight = (58, Weight.REGULAR) if len(shown) == 1 else (40, Weight.MEDIUM)
    edge = Fill(box.moved(dy=4), palette.key_dark, 20)
    label = Label(x, centred(y, size), shown, size, weight, front, "centre")
    return (edge, face, label) if key.character else (face, label)


def _colours(palette: Palette, key: Key) -> tuple[Colour, Colour]:
    if key.name == "enter":
        return palette.primary, palette.on_primary
    if key.name == "space":
        return palette.key, palette.muted
    return (palette.key, palette.text) if key.character else (palette.key_dark, palette.text)


@functools.cache
def keyboard(palette: Palette, layout: str) -> Sheet:
    """Return the keyboard's sheet; it covers AREA wholly."""
    marks: list[Mark] = [Fill(AREA, palette.keyboard)]
    for place, word in enumerate(("I", "the", "and")):
        x = 180 + place * 360
        marks.append(Label(x, centred(1614, 42), word, 42, Weight.REGULAR, palette.text, "centre"))
        if place:
            marks.append(Fill(Box(place * 360 - 1, 1590, place * 360 + 1, 1640), palette.key_dark))
    for key in keys(layout):
        marks.extend(_face(palette, key))
    marks.append(Fill(Box(420, 2364, 660, 2376), palette.faint, 9999))
    return Sheet(AREA, tuple(marks))
