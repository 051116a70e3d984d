"""The launcher: a large clock, app icons, a search bar."""

import functools
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from drover.simulator.display.marks import (
    DISPLAY,
    Box,
    Fill,
    Gradient,
    Label,
    Mark,
    Placed,
    Sheet,
    Symbol,
    Weight,
    rgb,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import centred
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

LAUNCHER_PACKAGE = "com.drover.launcher"

_WHITE = rgb(0xFFFFFF)
_ICON = 168
_COLUMNS = (174, 418, 662, 906)
_ROWS = (1360, 1650)
_DOCK_ROW = 1960
_CLOCK = Box(0, 300, 1080, 660)
_SEARCH = Box(66, 2130, 1014, 2262)

# Icon -> package; the other icons are for show.
_OPENS: Final[Mapping[str, str]] = {"plaza": "com.drover.plaza", "notes": "com.drover.notes"}

# name, shown name, icon, the two colours of its tile, column, row
_APPS: Final = (
    ("plaza", "Plaza", "plaza", 0x7A6BFF, 0x4A38DD, 0, 0),
    ("clock", "Clock", "clock", 0x3F4A63, 0x1F2638, 1, 0),
    ("settings", "Settings", "gear", 0x8B93A5, 0x5C6477, 2, 0),
    ("photos", "Photos", "image", 0xFF9D6C, 0xE4574C, 3, 0),
    ("calendar", "Calendar", "calendar", 0x53B7F5, 0x2574D0, 0, 1),
    ("maps", "Maps", "map", 0x5CCB8F, 0x1E8F5C, 1, 1),
    ("music", "Music", "music", 0xFF7AA8, 0xC9326F, 2, 1),
    ("notes", "Notes", "bookmark", 0xFFD05C, 0xE89A1C, 3, 1),
)
_DOCK: Final = (
    ("phone", "phone", 0x4CCB74, 0x1F9A4B),
    ("messages", "comment", 0x5AA9FF, 0x2C6BE0),
    ("browser", "search", 0xFFFFFF, 0xD9DEEA),
    ("camera", "camera", 0x4B4F5C, 0x23262F),
)


def _tile(x: int, y: int, icon: str, start: int, end: int) -> tuple[Mark, ...]:
    half = _ICON // 2
    box = Box(x - half, y - half, x + half, y + half)
    front = rgb(0x3B4A6B) if start == 0xFFFFFF else _WHITE  # noqa: PLR2004  # a white tile needs dark ink
    return Gradient(box, rgb(start), rgb(end), 48), Symbol(icon, x, y, 92, front)


def _wallpaper(palette: Palette) -> tuple[Mark, ...]:
    start, end = palette.wallpaper
    return (
        Gradient(DISPLAY, start, end),
        Fill(Box(480, -260, 1480, 740), (*_WHITE[:3], 20), 9999),
        Fill(Box(-420, 500, 780, 1700), (*_WHITE[:3], 16), 9999),
        Fill(Box(300, 1500, 1600, 2800), (*_WHITE[:3], 18), 9999),
        Fill(Box(420, 2320, 660, 2332), (*_WHITE[:3], 200), 9999),
    )


def _icons() -> tuple[tuple[Mark, ...], tuple[Element, ...]]:
    marks: list[Mark] = []
    elements: list[Element] = []
    half = _ICON // 2
    for name, shown, icon, start, end, column, row in _APPS:
        x, y = _COLUMNS[column], _ROWS[row]
        label = Label(x, y + half + 52, shown, 34, Weight.MEDIUM, _WHITE, "centre")
        marks.extend((*_tile(x, y, icon, start, end), label))
        elements.append(
            Element(
                f"icon_{name}",
                Box(x - half, y - half, x + half, y + half),
                Role.IMAGE,
                description=shown,
                action=f"open:{_OPENS[name]}" if name in _OPENS else "",
                steadiness=Steadiness.FIXED,
            )
        )
        elements.append(fixed_text(f"label_{name}", label))
    for column, (name, icon, start, end) in enumerate(_DOCK):
        x = _COLUMNS[column]
        marks.extend(_tile(x, _DOCK_ROW, icon, start, end))
        box = Box(x - half, _DOCK_ROW - half, x + half, _DOCK_ROW + half)
        elements.append(Element(f"dock_{name}", box, Role.IMAGE, description=name.title()))
    return tuple(marks), tuple(elements)


@functools.cache
def _page(palette: Palette) -> tuple[Sheet, tuple[Element, ...]]:
    icons, elements = _icons()
    hint = Label(
        _SEARCH.x1 + 124, centred(_SEARCH.middle[1], 42), "Search apps and web", 42, Weight.REGULAR, palette.muted
    )
    search: tuple[Mark, ...] = (
        Fill(_SEARCH, palette.surface, 9999),
        Symbol("search", _SEARCH.x1 + 70, _SEARCH.middle[1], 54, palette.muted),
        hint,
    )
    field = Element("search_bar", _SEARCH, Role.PANEL, description="Search")
    return Sheet(DISPLAY, (*_wallpaper(palette), *icons, *search)), (*elements, field, fixed_text("search_hint", hint))


@functools.lru_cache(maxsize=8)
def _clock(wall: datetime) -> tuple[Sheet, str, str]:
    time, day = f"{wall:%H:%M}", f"{wall:%A, %B} {wall.day}"
    marks = (
        Label(540, 520, time, 220, Weight.MEDIUM, _WHITE, "centre"),
        Label(540, 610, day, 48, Weight.MEDIUM, (*_WHITE[:3], 230), "centre"),
    )
    return Sheet(_CLOCK, marks), time, day


def launcher(palette: Palette, wall: datetime) -> View:
    """Return the launcher. `wall` is cut to the minute."""
    sheet, elements = _page(palette)
    clock, time, day = _clock(wall)
    shown = (
        Element("clock", Box(220, 330, 860, 540), Role.TEXT, time, steadiness=Steadiness.CHANGING),
        Element("date", Box(220, 556, 860, 630), Role.TEXT, day, steadiness=Steadiness.CHANGING),
    )
    layers, every = (Placed(sheet), Placed(clock)), (*shown, *elements)
    return View("launcher", LAUNCHER_PACKAGE, layers, every, ".HomeActivity", white_bar=True)
