"""Round pictures in a row: the stories above the feed, the highlights of a profile."""

import functools
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import (
    REFERENCE_WIDTH,
    Box,
    Colour,
    Fill,
    Gradient,
    Label,
    Mark,
    Outline,
    Photo,
    Sheet,
    Symbol,
    Weight,
    rgb,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import avatar

HEIGHT: Final = 244
MOST: Final = 5
_LEFT: Final = 30
_PITCH: Final = 204
_RADIUS: Final = 74
_Y: Final = 100
_LABEL_Y: Final = 226
_LIVELY: Final = (rgb(0xFF8A5C), rgb(0xC13CC8))


@dataclass(frozen=True, slots=True)
class Ring:
    """One of the row: a picture by `photo`, else an avatar of `name`, or an empty ring with a plus (`empty`).

    `lively` has something new to see, `plus` bears a small plus to add something.
    """

    shown: str
    name: str = ""
    tone: int = 0
    photo: int | None = None
    lively: bool = False
    plus: bool = False
    empty: bool = False


def ring_box(place: int) -> Box:
    """Return where the ring of a place (from 0) is, in a row whose upper edge is at 0."""
    x = _LEFT + place * _PITCH
    return Box(x, 8, x + _PITCH, HEIGHT)


def plus_box(place: int) -> Box:
    """Return where a ring's small plus is touched."""
    x, y = ring_box(place).middle[0] + 52, _Y + 52
    return Box(x - 44, y - 44, x + 44, y + 44)


def _around(x: int, y: int, radius: int) -> Box:
    return Box(x - radius, y - radius, x + radius, y + radius)


def _inside(palette: Palette, ring: Ring, x: int) -> tuple[Mark, ...]:
    spot = _around(x, _Y, _RADIUS)
    if ring.photo is not None:
        return (Outline(spot.grown(9), palette.outline, 9999, 4), Photo(spot, ring.photo, 9999))
    if ring.empty:
        edge = Outline(spot, palette.outline, 9999, 5)
        return Fill(spot, palette.field, 9999), edge, Symbol("plus", x, _Y, 64, palette.text)
    return avatar(x, _Y, _RADIUS, ring.name, ring.tone)


def _marks(palette: Palette, ring: Ring, place: int, ground: Colour) -> tuple[Mark, ...]:
    box = ring_box(place)
    x = box.middle[0]
    label = Label(x, _LABEL_Y, ring.shown, 33, Weight.REGULAR, palette.text, "centre", clip=box.grown(-6))
    lively = (
        Gradient(_around(x, _Y, _RADIUS + 14), *_LIVELY, 9999),
        Fill(_around(x, _Y, _RADIUS + 7), ground, 9999),
    )
    spot = plus_box(place).middle
    plus = (
        Fill(_around(*spot, 34), ground, 9999),
        Fill(_around(*spot, 27), palette.primary, 9999),
        Symbol("plus", *spot, 34, palette.on_primary),
    )
    return (
        *(lively if ring.lively else ()),
        *_inside(palette, ring, x),
        *(plus if ring.plus else ()),
        label,
    )


@functools.lru_cache(maxsize=64)
def ring_row(palette: Palette, rings: tuple[Ring, ...], ground: Colour) -> Sheet:
    """Return the first MOST rings side by side on `ground`, over the display's width."""
    box = Box(0, 0, REFERENCE_WIDTH, HEIGHT)
    marks = [mark for place, ring in enumerate(rings[:MOST]) for mark in _marks(palette, ring, place, ground)]
    return Sheet(box, (Fill(box, ground), *marks))
