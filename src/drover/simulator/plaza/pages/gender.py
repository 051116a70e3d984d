"""The sheet that asks for the gender, over the dimmed edit page."""

import functools
from typing import Final

from drover.simulator.display.marks import Box, Fill, Label, Mark, Outline, Placed, Shade, Sheet, Weight
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import centred
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

GENDERS: Final = ("Female", "Male", "Non-binary", "Prefer not to say")
_SHEET: Final = Box(0, 1480, 1080, 2400)
_ROW: Final = 148


@functools.lru_cache(maxsize=16)
def gender(palette: Palette, chosen: str) -> View:
    """Return the sheet with `chosen` marked."""
    heading = Label(72, 1632, "Select your gender", 56, Weight.BOLD, palette.text)
    marks: list[Mark] = [
        Fill(_SHEET, palette.raised, 64),
        Fill(Box(0, 2300, 1080, 2400), palette.raised),
        Fill(Box(480, 1508, 600, 1518), palette.faint, 9999),
        Fill(Box(420, 2364, 660, 2376), palette.faint, 9999),
        heading,
    ]
    elements = [fixed_text("title", heading)]
    for place, option in enumerate(GENDERS):
        y = 1752 + place * _ROW
        ring = Box(72, y - 32, 136, y + 32)
        here = option == chosen
        text = Label(184, centred(y, 48), option, 48, Weight.REGULAR, palette.text)
        marks += [Outline(ring, palette.primary if here else palette.muted, 9999, 6), text]
        if here:
            marks.append(Fill(ring.grown(-16), palette.primary, 9999))
        name = option.lower().replace(" ", "_").replace("-", "_")
        box = Box(36, y - _ROW // 2 + 4, 1044, y + _ROW // 2 - 4)
        row = Element(
            f"option_{name}", box, Role.RADIO, option, "", f"choose:{option}", "plaza.edit_profile", checked=here
        )
        elements += [
            row,
            Element(f"ring_{name}", ring, Role.IMAGE, steadiness=Steadiness.CHANGING),
            fixed_text(f"label_{name}", text),
        ]
    layers = (Shade(0.5), Placed(Sheet(_SHEET, tuple(marks))))
    return View("plaza.gender", PLAZA_PACKAGE, layers, tuple(elements), ".EditProfileActivity", _SHEET)
