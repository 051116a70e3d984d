"""Settings: what belongs to the account, and the ways to slots, about and out."""

import functools
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import DISPLAY, Box, Fill, Label, Mark, Placed, Sheet, Weight
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.rows import ROW, Item, item, label
from drover.simulator.plaza.pages.subpage import Head, head
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

_FIRST_Y: Final = 424
_GROUP_GAP: Final = 116


@dataclass(frozen=True, slots=True)
class SettingsModel:
    """What the page shows."""

    username: str
    slot: int
    notifications: bool


# name, row's place, action, where it leads
_PLACES: Final = (
    ("account", _FIRST_Y, "go:plaza.edit_profile", "plaza.edit_profile"),
    ("notifications", _FIRST_Y + ROW, "toggle_notifications", None),
    ("slots", _FIRST_Y + 2 * ROW + _GROUP_GAP, "go:plaza.slots", "plaza.slots"),
    ("about", _FIRST_Y + 3 * ROW + _GROUP_GAP, "go:plaza.about", "plaza.about"),
    ("log_out", _FIRST_Y + 4 * ROW + 2 * _GROUP_GAP - 70, "open:plaza.log_out", "plaza.log_out"),
)


def _items(model: SettingsModel) -> tuple[Item, ...]:
    return (
        Item("person", "Account", f"@{model.username}", "chevron"),
        Item("bell", "Notifications", "", "on" if model.notifications else "off"),
        Item("people", "Slots", f"Slot {model.slot}", "chevron"),
        Item("plaza", "About Plaza", "", "chevron"),
        Item("leave", "Log out", grave=True),
    )


@functools.lru_cache(maxsize=64)
def settings(palette: Palette, model: SettingsModel) -> View:
    """Return the page."""
    bar, bar_elements = head(palette, Head("Settings", returns_to="plaza.profile"))
    groups = (("you", "You", _FIRST_Y), ("phone", "This phone", _FIRST_Y + 2 * ROW + _GROUP_GAP))
    heads = [(name, Label(MARGIN, y - 112, text, 38, Weight.MEDIUM, palette.primary)) for name, text, y in groups]
    marks: list[Mark] = [Fill(DISPLAY, palette.surface), *bar, *(words for _, words in heads)]
    elements = [*bar_elements, *(fixed_text(f"group_{name}", words) for name, words in heads)]
    for (name, y, action, leads), row in zip(_PLACES, _items(model), strict=True):
        marks += item(palette, row, y)
        box = Box(0, y - ROW // 2, 1080, y + ROW // 2)
        role = Role.SWITCH if row.end in {"on", "off"} else Role.BUTTON
        steadiness = Steadiness.CHANGING
        elements += [
            Element(name, box, role, row.text, row.value, action, leads, steadiness, checked=row.end == "on"),
            fixed_text(f"label_{name}", label(palette, row, y)),
        ]
    line_y = _PLACES[-1][1] - ROW // 2 - 24
    marks.append(Fill(Box(MARGIN, line_y, 1026, line_y + 2), palette.outline))
    layers = (Placed(Sheet(DISPLAY, tuple(marks))),)
    return View("plaza.settings", PLAZA_PACKAGE, layers, tuple(elements), ".SettingsActivity")
