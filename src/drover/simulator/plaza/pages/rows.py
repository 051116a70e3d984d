"""Rows of settings and sheets: an icon in a disc, a label, what stands at the right end."""

from dataclasses import dataclass
from typing import Literal

from drover.simulator.display.marks import Box, Colour, Fill, Label, Mark, Symbol, Weight
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN, centred, ink

ROW = 168
_DISC = 48
_TEXT_AT = MARGIN + 2 * _DISC + 40
_SWITCH = (104, 60)

End = Literal["", "chevron", "on", "off"]


@dataclass(frozen=True, slots=True)
class Item:
    """A row: `value` is written at the right end, before the chevron or the switch that `end` names."""

    icon: str
    text: str
    value: str = ""
    end: End = ""
    grave: bool = False


def disc(palette: Palette, icon: str, y: int, *, grave: bool = False) -> tuple[Mark, ...]:
    """Return an icon in a tinted disc at the left margin."""
    colour = palette.error if grave else palette.on_tint
    box = disc_box(y)
    back = palette.field if grave else palette.tint
    return Fill(box, back, 9999), Symbol(icon, *box.middle, 52, colour)


def disc_box(y: int) -> Box:
    """Return where a row's disc lies."""
    return Box(MARGIN, y - _DISC, MARGIN + 2 * _DISC, y + _DISC)


def label(palette: Palette, item: Item, y: int) -> Label:
    """Return a row's label on the middle line `y`."""
    colour = palette.error if item.grave else palette.text
    return Label(_TEXT_AT, centred(y, 46), item.text, 46, Weight.MEDIUM, colour)


def item(palette: Palette, model: Item, y: int) -> tuple[Mark, ...]:
    """Return a row on the middle line `y`."""
    words = label(palette, model, y)
    right = 1026 - (0 if not model.end else 60 if model.end == "chevron" else 130)
    clip = Box(ink(words).x2 + 40, y - 40, right + 4, y + 40)
    value = Label(right, centred(y, 42), model.value, 42, Weight.REGULAR, palette.muted, "right", clip)
    ends: dict[End, tuple[Mark, ...]] = {
        "": (),
        "chevron": (Symbol("chevron_right", 1004, y, 46, palette.faint),),
        "on": _switch(palette.primary, palette.on_primary, y, at_right=True),
        "off": _switch(palette.outline, palette.muted, y, at_right=False),
    }
    shown = (value,) if model.value else ()
    return *disc(palette, model.icon, y, grave=model.grave), words, *shown, *ends[model.end]


def _switch(track: Colour, knob: Colour, y: int, *, at_right: bool) -> tuple[Mark, ...]:
    width, height = _SWITCH
    box = Box(1026 - width, y - height // 2, 1026, y + height // 2)
    x = box.x2 - height // 2 if at_right else box.x1 + height // 2
    return Fill(box, track, 9999), Fill(Box(x - 22, y - 22, x + 22, y + 22), knob, 9999)
