"""Messages: the conversations one has, the latest first."""

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
    Placed,
    Sheet,
    Symbol,
    Weight,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN, centred
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.subpage import ROW_HEIGHT, Head, Row, plain, row, waiting
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

_SEARCH: Final = Box(MARGIN, 268, 1026, 380)
_TOP: Final = 510
_LIST: Final = Box(0, _TOP, REFERENCE_WIDTH, REFERENCE_HEIGHT)


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation of the list."""

    name: str
    username: str
    tone: int
    last: str
    age: str
    unread: bool


@functools.cache
def _top(palette: Palette) -> tuple[Sheet, tuple[Element, ...]]:
    y = _SEARCH.middle[1]
    hint = Label(_SEARCH.x1 + 112, centred(y, 42), "Search messages", 42, Weight.REGULAR, palette.muted)
    heading = Label(MARGIN, centred(456, 46), "Recent", 46, Weight.BOLD, palette.text)
    box = Box(0, 234, REFERENCE_WIDTH, _TOP)
    marks = (
        Fill(box, palette.surface),
        Fill(_SEARCH, palette.field, 9999),
        Symbol("search", _SEARCH.x1 + 62, y, 50, palette.muted),
        hint,
        heading,
    )
    return Sheet(box, marks), (fixed_text("search_hint", hint), fixed_text("heading", heading))


def messages(palette: Palette, talks: tuple[Talk, ...], step: int | None) -> View:
    """Return the list; `step` is the spinner's while nothing has come."""
    sheet, elements = plain(palette, Head("Messages", returns_to="plaza.feed"))
    if step is not None:
        layers: tuple[Layer, ...] = (Placed(sheet), waiting(palette, step))
        return View("plaza.messages.loading", PLAZA_PACKAGE, layers, elements, ".MessagesActivity")
    top, top_elements = _top(palette)
    rows: list[Layer] = []
    shown: list[Element] = [Element("list", _LIST, Role.LIST, steadiness=Steadiness.CHANGING)]
    for place, talk in enumerate(talks):
        box = Box(0, 0, REFERENCE_WIDTH, ROW_HEIGHT).moved(dy=_TOP + place * ROW_HEIGHT)
        inside = box.meet(_LIST)
        if inside is None:
            continue
        rows.append(Placed(row(palette, Row(talk.name, talk.tone, talk.last, talk.age, talk.unread)), dy=box.y1))
        name, act = f"conversation_{place + 1}", f"open_conversation:{talk.username}"
        shown.append(
            Element(name, inside, Role.BUTTON, talk.name, talk.last, act, "plaza.conversation", Steadiness.CHANGING)
        )
    layers = (Placed(sheet), Placed(top), *rows)
    every = (*shown, *elements, *top_elements)
    return View("plaza.messages", PLAZA_PACKAGE, layers, every, ".MessagesActivity")
