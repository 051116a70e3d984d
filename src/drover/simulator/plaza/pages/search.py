"""Search: a field, and the people called so, who come late."""

import functools
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import (
    DISPLAY,
    REFERENCE_WIDTH,
    Box,
    Fill,
    Label,
    Layer,
    Placed,
    Sheet,
    Symbol,
    Weight,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import APP_BAR, MARGIN, FieldLook, centred, field
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.subpage import ROW_HEIGHT, Row, blank_state, row, waiting
from drover.simulator.plaza.pages.tabs import TAB_BAR, tabs
from drover.simulator.plaza.people import Human
from drover.simulator.windowing.text_input import Entry
from drover.simulator.windowing.view import Element, Role, Steadiness, View, changing_text, fixed_text

_FIELD: Final = Box(MARGIN - 14, 100, 1040, 216)
_CLEAR: Final = Box(930, 104, 1036, 212)
_LIST: Final = Box(0, 350, REFERENCE_WIDTH, TAB_BAR.y1)
_IDLE = ("Find people", "Search by name or username.")
_EMPTY = ("No results", "Nobody on Plaza is called that.")
_STATE_Y: Final = 640


@dataclass(frozen=True, slots=True)
class SearchModel:
    """What the page shows: `people` found for `query`; both are empty before a search, `step` turns during one."""

    entry: Entry
    focused: bool
    caret: bool
    query: str
    people: tuple[Human, ...]
    step: int | None


@functools.cache
def _page(palette: Palette) -> tuple[Sheet, tuple[Element, ...]]:
    bar, elements = tabs(palette, "tab_search")
    edge = Fill(Box(0, APP_BAR.y2 - 2, REFERENCE_WIDTH, APP_BAR.y2), palette.outline)
    return Sheet(DISPLAY, (Fill(DISPLAY, palette.surface), edge, *bar)), elements


@functools.lru_cache(maxsize=16)
def _found(palette: Palette, count: int) -> tuple[Sheet, tuple[Element, ...]]:
    heading = Label(MARGIN, centred(296, 46), "People", 46, Weight.BOLD, palette.text)
    best = Label(240, centred(298, 38), "Best matches", 38, Weight.REGULAR, palette.muted)
    amount = Label(1026, centred(296, 38), f"{count} found", 38, Weight.REGULAR, palette.muted, "right")
    box = Box(0, 240, REFERENCE_WIDTH, _LIST.y1)
    elements = (fixed_text("heading", heading), fixed_text("best", best), changing_text("count", amount, 240))
    return Sheet(box, (Fill(box, palette.surface), heading, best, amount)), elements


@functools.cache
def _clear(palette: Palette) -> Sheet:
    return Sheet(_CLEAR, (Symbol("close", *_CLEAR.middle, 44, palette.muted),))


def _rows(palette: Palette, people: tuple[Human, ...]) -> tuple[list[Layer], list[Element]]:
    layers: list[Layer] = []
    elements: list[Element] = []
    for place, person in enumerate(people):
        box = Box(0, _LIST.y1 + place * ROW_HEIGHT, REFERENCE_WIDTH, _LIST.y1 + (place + 1) * ROW_HEIGHT)
        inside = box.meet(_LIST)
        if inside is not None:
            sheet = row(palette, Row(person.name, person.tone, f"@{person.username}", chevron=True))
            layers.append(Placed(sheet, dy=box.y1, clip=_LIST))
            name, act = f"result_{place + 1}", f"open_person:{person.username}"
            elements.append(
                Element(
                    name, inside, Role.BUTTON, person.name, person.username, act, "plaza.person", Steadiness.CHANGING
                )
            )
    return layers, elements


def _content(palette: Palette, model: SearchModel) -> tuple[str, list[Layer], list[Element]]:
    """Return the page's name, and what is below the field."""
    if model.step is not None:
        return "plaza.search.loading", [waiting(palette, model.step, 620)], []
    if not model.query:
        sheet, elements = blank_state(palette, "people", _IDLE, _STATE_Y)
        return "plaza.search", [Placed(sheet)], list(elements)
    if not model.people:
        sheet, elements = blank_state(palette, "search", _EMPTY, _STATE_Y)
        return "plaza.search_empty", [Placed(sheet)], list(elements)
    sheet, elements = _found(palette, len(model.people))
    layers, rows = _rows(palette, model.people)
    return "plaza.search_results", [Placed(sheet), *layers], [*elements, *rows]


def search(palette: Palette, model: SearchModel) -> View:
    """Return the page; its name tells whether somebody was looked for and found."""
    sheet, bar = _page(palette)
    cursor = model.entry.cursor if model.focused and model.caret else None
    look = FieldLook(_FIELD, model.entry.text, "Search people", cursor, model.focused, icon="search")
    name, layers, elements = _content(palette, model)
    query = Element(
        "query",
        _FIELD,
        Role.FIELD,
        model.entry.text,
        look.hint,
        "focus:query",
        steadiness=Steadiness.CHANGING,
        focused=model.focused,
    )
    shown: list[Element] = [query]
    front: list[Layer] = [Placed(sheet), Placed(field(palette, look)), *layers]
    if model.entry.text:
        front.append(Placed(_clear(palette)))
        shown.append(Element("clear", _CLEAR, Role.BUTTON, "", "Clear", "clear_query"))
    return View(name, PLAZA_PACKAGE, tuple(front), (*elements, *shown, *bar), ".SearchActivity")
