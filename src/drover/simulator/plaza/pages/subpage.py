"""What pages that open over others have in common: the bar with a way out, and rows of a list."""

import functools
from dataclasses import dataclass
from typing import Final, Literal

from drover.simulator.display.marks import (
    DISPLAY,
    REFERENCE_HEIGHT,
    REFERENCE_WIDTH,
    Box,
    Fill,
    Label,
    Mark,
    Placed,
    Sheet,
    Symbol,
    Weight,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import APP_BAR, app_bar, avatar, button, spinner, title
from drover.simulator.windowing.view import Element, Role, Steadiness, fixed_text

BODY: Final = Box(0, APP_BAR.y2, REFERENCE_WIDTH, REFERENCE_HEIGHT)
LEAD: Final = Box(30, 104, 138, 212)
ACT: Final = Box(806, 108, 1038, 208)
ROW_HEIGHT: Final = 196
_ROW_LIMIT: Final = 640


@dataclass(frozen=True, slots=True)
class Head:
    """The bar of a page: its title, how it is left, and its one act, if any; `busy` while what it began goes on."""

    heading: str
    lead: Literal["back", "close"] = "back"
    act: str = ""
    action: str = ""
    leads_to: str | None = None
    returns_to: str | None = None
    busy: bool = False


@functools.lru_cache(maxsize=128)
def head(palette: Palette, model: Head) -> tuple[tuple[Mark, ...], tuple[Element, ...]]:
    """Return the bar's marks and its elements: `back` or `close`, `title`, and the act by its name."""
    heading = title(palette, model.heading, 168)
    marks: list[Mark] = [*app_bar(palette, heading), Symbol(model.lead, *LEAD.middle, 62, palette.text)]
    described = {"back": "Back", "close": "Close"}[model.lead]
    lead = Element(model.lead, LEAD, Role.BUTTON, "", described, "back", model.returns_to, Steadiness.FIXED)
    elements = [lead, fixed_text("title", heading)]
    if model.act:
        marks += button(palette, ACT, "" if model.busy else model.act, size=42)
        name = model.act.lower()
        elements.append(
            Element(
                name,
                ACT,
                Role.BUTTON,
                model.act,
                "",
                model.action,
                leads_to=model.leads_to,
                steadiness=Steadiness.FIXED,
            )
        )
    return tuple(marks), tuple(elements)


@functools.lru_cache(maxsize=128)
def plain(palette: Palette, model: Head) -> tuple[Sheet, tuple[Element, ...]]:
    """Return an empty page under its bar."""
    marks, elements = head(palette, model)
    return Sheet(DISPLAY, (Fill(DISPLAY, palette.surface), *marks)), elements


def waiting(palette: Palette, step: int, y: int = 1200) -> Placed:
    """Return the spinner of a page whose content has not come."""
    return Placed(spinner(palette.primary, REFERENCE_WIDTH // 2, y, 66, step))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list: somebody or something, two lines, what stands at the right end."""

    name: str
    tone: int
    second: str
    note: str = ""
    strong: bool = False
    chevron: bool = False


@functools.lru_cache(maxsize=256)
def row(palette: Palette, model: Row) -> Sheet:
    """Return a row that fills the display's width, its upper edge at 0."""
    box = Box(0, 0, REFERENCE_WIDTH, ROW_HEIGHT)
    middle = ROW_HEIGHT // 2
    tone = palette.text if model.strong else palette.muted
    weight = Weight.MEDIUM if model.strong else Weight.REGULAR
    clip = Box(210, 0, 210 + _ROW_LIMIT, ROW_HEIGHT)
    marks: list[Mark] = [
        Fill(box, palette.surface),
        *avatar(122, middle, 64, model.name, model.tone),
        Label(216, middle - 14, model.name, 44, Weight.MEDIUM, palette.text, clip=clip),
        Label(216, middle + 46, model.second, 38, weight, tone, clip=clip),
    ]
    if model.note:
        marks.append(Label(1026, middle - 16, model.note, 34, Weight.REGULAR, palette.faint, "right"))
    if model.strong:
        marks.append(Fill(Box(994, middle + 18, 1022, middle + 46), palette.primary, 9999))
    if model.chevron:
        marks.append(Symbol("chevron_right", 1000, middle, 48, palette.faint))
    return Sheet(box, tuple(marks))


@functools.lru_cache(maxsize=32)
def blank_state(palette: Palette, icon: str, words: tuple[str, str], y: int) -> tuple[Sheet, tuple[Element, ...]]:
    """Return what a page says where it has nothing to show: an icon, a heading, a line below it."""
    x = REFERENCE_WIDTH // 2
    heading = Label(x, y + 210, words[0], 54, Weight.BOLD, palette.text, "centre")
    line = Label(x, y + 290, words[1], 42, Weight.REGULAR, palette.muted, "centre")
    marks = (
        Fill(Box(x - 120, y - 120, x + 120, y + 120), palette.tint, 9999),
        Symbol(icon, x, y, 120, palette.primary),
        heading,
        line,
    )
    picture = Element("picture", Box(x - 120, y - 120, x + 120, y + 120), Role.IMAGE, steadiness=Steadiness.FIXED)
    elements = (picture, fixed_text("heading", heading), fixed_text("words", line))
    return Sheet(Box(0, y - 130, REFERENCE_WIDTH, y + 320), marks), elements
