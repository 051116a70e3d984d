"""The sheet with the accounts that are logged in, over the dimmed profile. It grows upwards with them."""

import functools
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import Box, Fill, Label, Mark, Outline, Placed, Shade, Sheet, Symbol, Weight
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN, avatar
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.rows import Item, disc_box, item, label
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

_ROW: Final = 168
_ADD: Final = Item("plus", "Add account")
_LOG_OUT: Final = Item("leave", "Log out", grave=True)
_ADD_Y: Final = 2040
_LOG_OUT_Y: Final = 2208
_LAST_Y: Final = _ADD_Y - _ROW - 24


@dataclass(frozen=True, slots=True)
class Login:
    """An account that is logged in."""

    name: str
    username: str
    active: bool


def _account(palette: Palette, login: Login, place: int, y: int) -> tuple[tuple[Mark, ...], Element]:
    x = MARGIN + 48
    ring = Box(964, y - 32, 1028, y + 32)
    clip = Box(186, y - 80, 930, y + 80)
    chosen: tuple[Mark, ...] = (
        (Fill(ring, palette.primary, 9999), Symbol("check", *ring.middle, 42, palette.on_primary))
        if login.active
        else (Outline(ring, palette.outline, 9999, 5),)
    )
    marks = (
        *avatar(x, y, 54, login.name, 2),
        Label(190, y - 12, login.name, 46, Weight.MEDIUM, palette.text, clip=clip),
        Label(190, y + 46, f"@{login.username}", 38, Weight.REGULAR, palette.muted, clip=clip),
        *chosen,
    )
    box = Box(24, y - _ROW // 2 + 4, 1056, y + _ROW // 2 - 4)
    action = "dismiss" if login.active else f"switch_account:{place}"
    element = Element(
        f"account_{place}",
        box,
        Role.RADIO,
        login.username,
        login.name,
        action,
        steadiness=Steadiness.CHANGING,
        checked=login.active,
    )
    return marks, element


@functools.lru_cache(maxsize=64)
def account_switcher(palette: Palette, logins: tuple[Login, ...]) -> View:
    """Return the sheet; the last two rows are always at the same place."""
    first = _LAST_Y - _ROW * (len(logins) - 1)
    sheet = Box(0, first - 268, 1080, 2400)
    heading = Label(MARGIN, first - 130, "Switch account", 56, Weight.BOLD, palette.text)
    marks: list[Mark] = [
        Fill(sheet, palette.raised, 64),
        Fill(Box(0, 2300, 1080, 2400), palette.raised),
        Fill(Box(480, sheet.y1 + 28, 600, sheet.y1 + 38), palette.faint, 9999),
        Fill(Box(420, 2364, 660, 2376), palette.faint, 9999),
        heading,
    ]
    rows: list[Element] = []
    for place, login in enumerate(logins):
        painted, element = _account(palette, login, place + 1, first + place * _ROW)
        marks += painted
        rows.append(element)
    line_y = _ADD_Y - _ROW // 2 - 12
    marks.append(Fill(Box(MARGIN, line_y, 1026, line_y + 2), palette.outline))
    marks += (*item(palette, _ADD, _ADD_Y), *item(palette, _LOG_OUT, _LOG_OUT_Y))
    title = Element("title", fixed_text("title", heading).box, Role.TEXT, heading.text)
    layers = (Shade(0.5), Placed(Sheet(sheet, tuple(marks))))
    elements = (title, *rows, *_ways(palette))
    return View("plaza.account_switcher", PLAZA_PACKAGE, layers, elements, ".ProfileActivity", sheet)


def _ways(palette: Palette) -> tuple[Element, ...]:
    """Return the elements of the last two rows."""
    fixed = Steadiness.FIXED
    return (
        Element("add_account", _across(_ADD_Y), Role.BUTTON, _ADD.text, "", "add_account", "plaza.login"),
        Element("icon_add", disc_box(_ADD_Y), Role.IMAGE, steadiness=fixed),
        fixed_text("label_add", label(palette, _ADD, _ADD_Y)),
        Element("log_out", _across(_LOG_OUT_Y), Role.BUTTON, _LOG_OUT.text, "", "log_out"),
        Element("icon_log_out", disc_box(_LOG_OUT_Y), Role.IMAGE, steadiness=fixed),
        fixed_text("label_log_out", label(palette, _LOG_OUT, _LOG_OUT_Y)),
    )


def _across(y: int) -> Box:
    return Box(24, y - _ROW // 2 + 4, 1056, y + _ROW // 2 - 4)
