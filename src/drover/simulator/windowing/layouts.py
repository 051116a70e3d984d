"""Keyboard layouts as data: rows of keys for every layer, and where each key lies.

A layer is one face of a layout: `lower` and `upper` letters, `symbols`, and `more` symbols.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import Box
from drover.simulator.handset import KeyboardName

AREA: Final = Box(0, 1560, 1080, 2400)
KEYS: Final = Box(20, 1668, 1060, 2300)
LAYERS: Final = ("lower", "upper", "symbols", "more")
FIRST_LAYER: Final = "lower"

# Rows of keys, separated by blanks. `{name}` or `{name:width}` is a special key, in units of a letter's width;
# `*` is what the other keys leave of the row.
_BOTTOM: Final = "{%s:1.5} {globe} , {space:*} . {enter:1.5}"
_SYMBOLS: Final = (
    "1 2 3 4 5 6 7 8 9 0",
    "@ # $ _ & - + ( ) /",
    "{more:1.5} * \" ' : ; ! ? {delete:1.5}",
    _BOTTOM % "lower",
)
_MORE: Final = (
    "~ ` | % ^ = < > [ ]",
    "\u20ac \u00a3 { } \\ \u00b0 \u00a9 \u00a7 \u00ab \u00bb",
    "{symbols:1.5} \u2013 \u2014 \u2026 \u201e \u201c \u201d \u2022 {delete:1.5}",
    _BOTTOM % "lower",
)
_CAPITALS: Final = {"\u00df": "\u1e9e"}  # what Python's upper() turns into two letters


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout: the language shown on its space key, its locale, what leads back to its letters, its rows of letters.

    The third row of letters has the shift key before and the delete key after it.
    """

    name: KeyboardName
    language: str
    locale: str
    letters: str
    rows: tuple[str, ...]


LAYOUTS: Final[Mapping[KeyboardName, Layout]] = {
    layout.name: layout
    for layout in (
        Layout("qwerty", "English", "en_US", "ABC", ("q w e r t y u i o p", "a s d f g h j k l", "z x c v b n m")),
        Layout(
            "qwertz",
            "Deutsch",
            "de",
            "ABC",
            ("q w e r t z u i o p \u00fc", "a s d f g h j k l \u00f6 \u00e4", "y x c v b n m \u00df"),
        ),
        Layout(
            "azerty",
            "Fran\u00e7ais",
            "fr",
            "ABC",
            (
                "\u00e9 \u00e8 \u00ea \u00eb \u00e0 \u00e2 \u00e7 \u00f9 \u00fb \u00ee \u00ef \u00f4",
                "a z e r t y u i o p",
                "q s d f g h j k l m",
                "w x c v b n '",
            ),
        ),
        Layout(
            "jcuken",
            "\u0420\u0443\u0441\u0441\u043a\u0438\u0439",
            "ru",
            "\u0410\u0411\u0412",
            (
                "\u0439 \u0446 \u0443 \u043a \u0435 \u043d \u0433 \u0448 \u0449 \u0437 \u0445 \u044a",
                "\u0444 \u044b \u0432 \u0430 \u043f \u0440 \u043e \u043b \u0434 \u0436 \u044d \u0451",
                "\u044f \u0447 \u0441 \u043c \u0438 \u0442 \u044c \u0431 \u044e",
            ),
        ),
    )
}
ENABLED: Final = tuple(LAYOUTS)
"""The layouts that are switched on, in the order in which the globe key goes round them."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key: `character` is what it types, empty for a special one, which `name` tells."""

    name: str
    box: Box
    character: str


@functools.cache
def keys(layout: KeyboardName, layer: str) -> tuple[Key, ...]:
    """Return the keys of a layer of a layout, in reference pixels. Raises KeyError where there is none."""
    rows = [row.split() for row in _rows(LAYOUTS[layout], layer)]
    unit = KEYS.width / max(_units(row) for row in rows)
    pitch = KEYS.height // len(rows)
    found: list[Key] = []
    for place, words in enumerate(rows):
        given = _units(words)
        rest = KEYS.width / unit - given if any(word.endswith(":*}") for word in words) else 0.0
        x, y = KEYS.x1 + (KEYS.width - (given + rest) * unit) / 2, KEYS.y1 + place * pitch
        for name, width, character in map(_word, words):
            right = x + (width or rest) * unit
            found.append(Key(name, Box(round(x), y, round(right), y + pitch), character))
            x = right
    return tuple(found)


def key_at(layout: KeyboardName, layer: str, x: float, y: float) -> Key | None:
    """Return the key at a point, or None between and above them."""
    return next((key for key in keys(layout, layer) if key.box.holds(x, y)), None)


def next_layer(layer: str, key: Key) -> str:
    """Return the layer shown after `key`: capitals last for one letter."""
    if key.character:
        return FIRST_LAYER if layer == "upper" and key.character.isalpha() else layer
    named = {"shift": "upper", "unshift": FIRST_LAYER, "globe": FIRST_LAYER}
    return named.get(key.name, key.name if key.name in LAYERS else layer)


def next_layout(layout: KeyboardName, key: Key) -> KeyboardName:
    """Return the layout shown after `key`: the globe goes round those that are switched on."""
    turned = key.name == "globe" and not key.character
    return ENABLED[(ENABLED.index(layout) + 1) % len(ENABLED)] if turned else layout


def _rows(layout: Layout, layer: str) -> tuple[str, ...]:
    if layer in {"symbols", "more"}:
        return _SYMBOLS if layer == "symbols" else _MORE
    shift = {"lower": "shift", "upper": "unshift"}[layer]
    letters = [row if layer == "lower" else _upper(row) for row in layout.rows]
    return (*letters[:-1], f"{{{shift}:1.5}} {letters[-1]} {{delete:1.5}}", _BOTTOM % "symbols")


def _upper(row: str) -> str:
    return " ".join(_CAPITALS.get(letter, letter.upper()) for letter in row.split())


def _units(words: list[str]) -> float:
    return sum(width for _, width, _ in map(_word, words))


def _word(word: str) -> tuple[str, float, str]:
    """Return name, width (0 for what is left of the row) and character of a key as written in a row."""
    if len(word) == 1:
        return word, 1.0, word
    name, _, width = word.strip("{}").partition(":")
    return name, 0.0 if width == "*" else float(width or 1), " " if name == "space" else ""
