"""Highlights: which story, into which highlight, under which name."""

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
    Outline,
    Photo,
    Placed,
    Sheet,
    Symbol,
    Weight,
    rgb,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN, FieldLook, centred, field, spinner
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.subpage import ACT, ROW_HEIGHT, Head, blank_state, plain, waiting
from drover.simulator.windowing.text_input import Entry
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

STORIES: Final = Box(0, 352, REFERENCE_WIDTH, REFERENCE_HEIGHT)
_COLUMNS, _GAP, _TILE_HEIGHT = 3, 9, 600
_TILE_WIDTH: Final = (REFERENCE_WIDTH - _GAP * (_COLUMNS - 1)) // _COLUMNS
_ROWS_TOP: Final = 352
_SHOWN: Final = 9
_NAME: Final = Box(MARGIN, 850, 1026, 974)
_COVER: Final = Box(370, 320, 710, 660)


@dataclass(frozen=True, slots=True)
class StoryTile:
    """A story to choose: its picture's seed, what is written on it, the day it was shared."""

    photo: int
    text: str
    day: str


def stories_reach(count: int) -> int:
    """Return how far the grid of so many stories can be scrolled."""
    return max(0, -(-count // _COLUMNS) * (_TILE_HEIGHT + _GAP) - STORIES.height)


@functools.lru_cache(maxsize=128)
def _tile(tile: StoryTile) -> Sheet:
    box = Box(0, 0, _TILE_WIDTH, _TILE_HEIGHT)
    day = Box(20, 20, 150, 84)
    words: tuple[Mark, ...] = ()
    if tile.text:
        plate = Box(0, _TILE_HEIGHT - 96, _TILE_WIDTH, _TILE_HEIGHT)
        words = (
            Fill(plate, rgb(0x12101A, 170)),
            Label(20, centred(plate.middle[1], 36), tile.text, 36, Weight.MEDIUM, rgb(0xFFFFFF), clip=plate.grown(-8)),
        )
    label = Label(*_centre(day, 32), tile.day, 32, Weight.MEDIUM, rgb(0x17151F), "centre")
    return Sheet(box, (Photo(box, tile.photo), Fill(day, rgb(0xFFFFFF, 235), 16), label, *words))


def _centre(box: Box, size: int) -> tuple[int, int]:
    return box.middle[0], centred(box.middle[1], size)


@functools.cache
def _advice(palette: Palette, text: str) -> tuple[Sheet, tuple[Element, ...]]:
    label = Label(MARGIN, centred(292, 42), text, 42, Weight.REGULAR, palette.muted)
    box = Box(0, 234, REFERENCE_WIDTH, 352)
    return Sheet(box, (Fill(box, palette.surface), label)), (fixed_text("advice", label),)


def highlight_stories(
    palette: Palette, stories: tuple[StoryTile, ...], scroll: int, step: int | None, next_page: str
) -> View:
    """Return the page to choose a story on; `step` is the spinner's while they have not come."""
    sheet, elements = plain(palette, Head("New highlight", "close", returns_to="plaza.profile"))
    if step is not None:
        layers: tuple[Layer, ...] = (Placed(sheet), waiting(palette, step))
        return View("plaza.highlight_stories.loading", PLAZA_PACKAGE, layers, elements, ".HighlightActivity")
    if not stories:
        blank, words = blank_state(
            palette, "camera", ("No stories yet", "Share a story first, then keep it here."), 1000
        )
        layers = (Placed(sheet), Placed(blank))
        return View("plaza.highlight_none", PLAZA_PACKAGE, layers, (*elements, *words), ".HighlightActivity")
    advice, advice_elements = _advice(palette, "Choose a story to keep on your profile")
    tiles: list[Layer] = []
    shown: list[Element] = [Element("grid", STORIES, Role.LIST, steadiness=Steadiness.CHANGING)]
    for number, tile in enumerate(stories):
        row, column = divmod(number, _COLUMNS)
        x, y = column * (_TILE_WIDTH + _GAP), STORIES.y1 + row * (_TILE_HEIGHT + _GAP) - scroll
        inside = Box(x, y, x + _TILE_WIDTH, y + _TILE_HEIGHT).meet(STORIES)
        if inside is not None:
            tiles.append(Placed(_tile(tile), x, y, clip=STORIES))
            name, act = f"story_{number + 1}", f"choose_story:{number}"
            shown.append(Element(name, inside, Role.IMAGE, tile.text, "", act, next_page, Steadiness.CHANGING))
    layers = (Placed(sheet), Placed(advice), *tiles)
    every = (*shown, *elements, *advice_elements)
    return View("plaza.highlight_stories", PLAZA_PACKAGE, layers, every, ".HighlightActivity")


@functools.lru_cache(maxsize=64)
def _choice(palette: Palette, name: str, second: str, photo: int | None) -> Sheet:
    box = Box(0, 0, REFERENCE_WIDTH, ROW_HEIGHT)
    y = ROW_HEIGHT // 2
    spot = Box(MARGIN, y - 68, MARGIN + 136, y + 68)
    inside: tuple[Mark, ...] = (
        (Fill(spot, palette.tint, 9999), Symbol("plus", *spot.middle, 64, palette.on_tint))
        if photo is None
        else (Outline(spot.grown(8), palette.outline, 9999, 4), Photo(spot, photo, 9999))
    )
    marks = (
        Fill(box, palette.surface),
        *inside,
        Label(230, y - 12, name, 46, Weight.MEDIUM, palette.text, clip=Box(220, 0, 940, ROW_HEIGHT)),
        Label(230, y + 48, second, 38, Weight.REGULAR, palette.muted),
        Symbol("chevron_right", 1000, y, 48, palette.faint),
    )
    return Sheet(box, marks)


def highlight_choose(palette: Palette, highlights: tuple[tuple[str, int, int], ...], step: int | None) -> View:
    """Return the page to choose a highlight on: each a name, how many stories, the picture's seed.

    `step` is the spinner's while the story is being added.
    """
    sheet, elements = plain(palette, Head("Add to highlight", returns_to="plaza.highlight_stories"))
    advice, advice_elements = _advice(palette, "Put it in a new highlight or an older one")
    fresh = Box(0, _ROWS_TOP, REFERENCE_WIDTH, _ROWS_TOP + ROW_HEIGHT)
    layers: list[Layer] = [Placed(sheet), Placed(advice)]
    layers.append(Placed(_choice(palette, "New highlight", "With a name of its own", None), dy=fresh.y1))
    spot = Box(40, fresh.y1 + 20, 900, fresh.y2 - 20)
    new = "new_highlight"
    shown = [
        Element(new, spot, Role.BUTTON, "New highlight", "", new, "plaza.highlight_name", Steadiness.FIXED),
    ]
    for place, (name, count, photo) in enumerate(highlights[:_SHOWN]):
        box = fresh.moved(dy=(place + 1) * ROW_HEIGHT)
        second = f"{count} {'story' if count == 1 else 'stories'}"
        layers.append(Placed(_choice(palette, name, second, photo), dy=box.y1))
        act = f"add_to_highlight:{place}"
        shown.append(
            Element(f"highlight_{place + 1}", box, Role.BUTTON, name, "", act, "plaza.profile", Steadiness.CHANGING)
        )
    if step is not None:
        layers.append(waiting(palette, step))
    every = (*elements, *advice_elements, *shown)
    page = "plaza.highlight_choose" if step is None else "plaza.highlight_choose.loading"
    return View(page, PLAZA_PACKAGE, tuple(layers), every, ".HighlightActivity")


@dataclass(frozen=True, slots=True)
class HighlightNameModel:
    """What the page to name a highlight shows; `step` is the spinner's while it is being saved."""

    photo: int
    entry: Entry
    focused: bool
    caret: bool
    error: str
    step: int | None


@functools.lru_cache(maxsize=64)
def _cover(palette: Palette, photo: int, error: str) -> tuple[Sheet, tuple[Element, ...]]:
    words = Label(540, 724, "Cover", 40, Weight.MEDIUM, palette.primary, "centre")
    label = Label(MARGIN + 6, _NAME.y1 - 26, "Name", 38, Weight.MEDIUM, palette.muted)
    note = Label(MARGIN + 6, _NAME.y2 + 62, "Everybody sees it on your profile.", 38, Weight.REGULAR, palette.muted)
    notice = Label(1020, _NAME.y1 - 26, error, 36, Weight.REGULAR, palette.error, "right")
    marks = (
        Outline(_COVER.grown(16), palette.outline, 9999, 5),
        Photo(_COVER, photo, 9999),
        words,
        label,
        note,
        *((notice,) if error else ()),
    )
    elements = (
        Element("cover", _COVER, Role.IMAGE, steadiness=Steadiness.CHANGING),
        fixed_text("label_cover", words),
        fixed_text("label_name", label),
        fixed_text("note", note),
        *((Element("error", Box(320, _NAME.y1 - 64, 1026, _NAME.y1 - 8), Role.TEXT, error),) if error else ()),
    )
    return Sheet(Box(0, 240, REFERENCE_WIDTH, _NAME.y2 + 90), marks), elements


def highlight_name(palette: Palette, model: HighlightNameModel) -> View:
    """Return the page."""
    busy = model.step is not None
    sheet, elements = plain(
        palette, Head("Name highlight", "back", "Save", "save_highlight", "plaza.profile", busy=busy)
    )
    cover, cover_elements = _cover(palette, model.photo, model.error)
    cursor = model.entry.cursor if model.focused and model.caret else None
    look = FieldLook(_NAME, model.entry.text, "Summer, Friends\u2026", cursor, model.focused, bool(model.error))
    layers: list[Layer] = [Placed(sheet), Placed(cover), Placed(field(palette, look))]
    if model.step is not None:
        layers.append(Placed(spinner(palette.on_primary, *ACT.middle, 34, model.step)))
    entry = Element(
        "highlight_name",
        _NAME,
        Role.FIELD,
        model.entry.text,
        look.hint,
        "focus:highlight_name",
        steadiness=Steadiness.CHANGING,
        focused=model.focused,
    )
    page = "plaza.highlight_name.loading" if busy else "plaza.highlight_name"
    return View(page, PLAZA_PACKAGE, tuple(layers), (*elements, *cover_elements, entry), ".HighlightActivity")
