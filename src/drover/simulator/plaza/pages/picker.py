"""The picker: the phone's pictures and a few that come with Plaza, newest first, as a grid that scrolls."""

import functools
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import (
    REFERENCE_HEIGHT,
    REFERENCE_WIDTH,
    Box,
    Fill,
    Label,
    Layer,
    Mark,
    Photo,
    Placed,
    Sheet,
    Symbol,
    Weight,
    rgb,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN, centred
from drover.simulator.plaza.library import Picture
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.subpage import Head, plain, waiting
from drover.simulator.windowing.view import Element, Role, Steadiness, View, changing_text, fixed_text

GRID: Final = Box(0, 352, REFERENCE_WIDTH, REFERENCE_HEIGHT)
_COLUMNS: Final = 3
_GAP: Final = 9
_SIDE: Final = (REFERENCE_WIDTH - _GAP * (_COLUMNS - 1)) // _COLUMNS
_PITCH: Final = _SIDE + _GAP
_FOOT: Final = 60
_WHITE: Final = rgb(0xFFFFFF)


@dataclass(frozen=True, slots=True)
class PickerModel:
    """What the picker shows; `step` is the spinner's while nothing has come, `scroll` reference pixels from the top."""

    page: str
    heading: str
    next_page: str
    pictures: tuple[Picture, ...]
    scroll: int
    step: int | None


def picker_reach(count: int) -> int:
    """Return how far the grid can be scrolled with so many pictures in it."""
    rows = -(-(count + 1) // _COLUMNS)
    return max(0, rows * _PITCH + _FOOT - GRID.height)


@functools.lru_cache(maxsize=128)
def _tile(palette: Palette, seed: int, *, video: bool) -> Sheet:
    box = Box(0, 0, _SIDE, _SIDE)
    badge: tuple[Mark, ...] = ()
    if video:
        spot = Box(_SIDE - 84, _SIDE - 84, _SIDE - 20, _SIDE - 20)
        badge = (Fill(spot, (0, 0, 0, 150), 9999), Symbol("play", spot.middle[0] + 2, spot.middle[1], 40, _WHITE))
    return Sheet(box, (Fill(box, palette.field), Photo(box, seed), *badge))


@functools.cache
def _camera(palette: Palette) -> tuple[Sheet, Label]:
    x, y = _SIDE // 2, _SIDE // 2
    label = Label(x, y + 84, "Camera", 38, Weight.MEDIUM, palette.on_tint, "centre")
    box = Box(0, 0, _SIDE, _SIDE)
    return Sheet(box, (Fill(box, palette.tint), Symbol("camera", x, y - 30, 110, palette.on_tint), label)), label


def _place(number: int, scroll: int) -> tuple[int, int]:
    row, column = divmod(number, _COLUMNS)
    return column * _PITCH, GRID.y1 + row * _PITCH - scroll


@functools.lru_cache(maxsize=16)
def _album(palette: Palette, count: int) -> tuple[Sheet, tuple[Element, ...]]:
    y = 292
    name = Label(MARGIN, centred(y, 46), "Recents", 46, Weight.BOLD, palette.text)
    amount = Label(1026, centred(y, 38), f"{count} items", 38, Weight.REGULAR, palette.muted, "right")
    box = Box(0, 234, REFERENCE_WIDTH, GRID.y1)
    chevron = Symbol("chevron_down", 268, y + 2, 40, palette.text)
    marks = (Fill(box, palette.surface), name, chevron, amount)
    return Sheet(box, marks), (fixed_text("album", name), changing_text("count", amount, 260))


def picker(palette: Palette, model: PickerModel) -> View:
    """Return the picker. The album's bar comes with the pictures, so that an empty picker can be told."""
    sheet, elements = plain(palette, Head(model.heading, "close", returns_to="plaza.feed"))
    if model.step is not None:
        layers: tuple[Layer, ...] = (Placed(sheet), waiting(palette, model.step))
        return View(f"{model.page}.loading", PLAZA_PACKAGE, layers, elements, ".PickerActivity")
    album, album_elements = _album(palette, len(model.pictures))
    camera, word = _camera(palette)
    tiles: list[Layer] = [Placed(camera, 0, GRID.y1 - model.scroll, clip=GRID)]
    shown: list[Element] = []
    spot = Box(0, 0, _SIDE, _SIDE).moved(dy=GRID.y1 - model.scroll).meet(GRID)
    if spot is not None:
        steady = Steadiness.FIXED if model.scroll == 0 else Steadiness.NEITHER
        shown.append(Element("camera", spot, Role.BUTTON, word.text, steadiness=steady))
    for number, picture in enumerate(model.pictures):
        x, y = _place(number + 1, model.scroll)
        inside = Box(x, y, x + _SIDE, y + _SIDE).meet(GRID)
        if inside is None:
            continue
        tiles.append(Placed(_tile(palette, picture.seed, video=picture.video), x, y, clip=GRID))
        name, act = f"picture_{number + 1}", f"pick:{number}"
        shown.append(Element(name, inside, Role.IMAGE, "", picture.name, act, model.next_page, Steadiness.CHANGING))
    listing = Element("grid", GRID, Role.LIST, steadiness=Steadiness.CHANGING)
    layers = (Placed(sheet), Placed(album), *tiles)
    return View(model.page, PLAZA_PACKAGE, layers, (listing, *shown, *elements, *album_elements), ".PickerActivity")
