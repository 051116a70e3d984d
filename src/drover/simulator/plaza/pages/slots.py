"""The slots: thirty copies of the app's data, the one in use marked."""

import functools
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import DISPLAY, Box, Fill, Label, Layer, Mark, Placed, Sheet, Symbol, Weight
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN, centred, spinner
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.subpage import Head, plain
from drover.simulator.windowing.view import Element, Role, Steadiness, View, changing_text, fixed_text

LIST: Final = Box(0, 432, 1080, 2400)
_ROW: Final = 164
_END: Final = 96
_WORDS: Final = ("Every slot is a copy of Plaza of its own,", "with accounts of its own.")


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One slot: the usernames logged in there."""

    number: int
    usernames: tuple[str, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class SlotsModel:
    """What the page shows. `step` is the spinner's while the slots are read, `busy` while one is changed to."""

    rows: tuple[SlotRow, ...]
    scroll: int
    step: int | None
    busy: int | None


def reach(count: int) -> int:
    """Return how far a list of so many slots can be scrolled."""
    return max(0, count * _ROW + _END - LIST.height)


@functools.lru_cache(maxsize=256)
def _row(palette: Palette, row: SlotRow, *, busy: bool) -> Sheet:
    y = _ROW // 2
    badge = Box(MARGIN, y - 52, MARGIN + 104, y + 52)
    back, front = (palette.primary, palette.on_primary) if row.active else (palette.tint, palette.on_tint)
    held = ", ".join(f"@{username}" for username in row.usernames) or "Empty"
    clip = Box(196, 0, 930, _ROW)
    marks: list[Mark] = [
        Fill(Box(0, 0, 1080, _ROW), palette.surface),
        Fill(badge, back, 32),
        Label(badge.middle[0], centred(y, 44), str(row.number), 44, Weight.BOLD, front, "centre"),
        Label(200, y - 12, f"Slot {row.number}", 46, Weight.MEDIUM, palette.text, clip=clip),
        Label(200, y + 44, held, 38, Weight.REGULAR, palette.muted if row.usernames else palette.faint, clip=clip),
    ]
    if row.active and not busy:
        marks.append(Symbol("check", 996, y, 60, palette.primary))
    return Sheet(Box(0, 0, 1080, _ROW), tuple(marks))


@functools.cache
def _page(palette: Palette) -> tuple[Sheet, tuple[Element, ...], tuple[Element, ...]]:
    sheet, bar = plain(palette, Head("Slots"))
    words = tuple(
        Label(MARGIN, 312 + row * 58, line, 42, Weight.REGULAR, palette.muted) for row, line in enumerate(_WORDS)
    )
    line = Fill(Box(0, LIST.y1 - 2, 1080, LIST.y1), palette.outline)
    texts = tuple(fixed_text(f"words_{row + 1}", line) for row, line in enumerate(words))
    return Sheet(DISPLAY, (*sheet.marks, *words, line)), bar, texts


def slots(palette: Palette, model: SlotsModel) -> View:
    """Return the page."""
    sheet, bar, texts = _page(palette)
    layers: list[Layer] = [Placed(sheet)]
    if model.step is not None:
        layers.append(Placed(spinner(palette.primary, *LIST.middle, 66, model.step)))
        return View("plaza.slots.loading", PLAZA_PACKAGE, tuple(layers), (*texts, *bar), ".SlotsActivity")
    used = next((row.number for row in model.rows if row.active), 0)
    in_use = Label(1080 - MARGIN, 172, f"Slot {used} in use", 40, Weight.REGULAR, palette.muted, "right")
    layers.append(Placed(Sheet(DISPLAY, (in_use,))))
    texts = (*texts, changing_text("in_use", in_use, 420))
    elements: list[Element] = [Element("list", LIST, Role.LIST, steadiness=Steadiness.CHANGING)]
    for place, row in enumerate(model.rows):
        shown = Box(0, 0, 1080, _ROW).moved(dy=LIST.y1 + place * _ROW - model.scroll)
        inside = shown.meet(LIST)
        if inside is None:
            continue
        layers.append(Placed(_row(palette, row, busy=model.busy is not None), dy=shown.y1, clip=LIST))
        elements.append(
            Element(
                f"slot_{row.number}",
                inside,
                Role.RADIO,
                f"Slot {row.number}",
                ", ".join(row.usernames),
                f"use_slot:{row.number}",
                steadiness=Steadiness.CHANGING,
                checked=row.active,
            )
        )
    if model.busy is not None:
        layers.append(Placed(spinner(palette.primary, *LIST.middle, 66, model.busy)))
    page = "plaza.slots" if model.busy is None else "plaza.slots.loading"
    return View(page, PLAZA_PACKAGE, tuple(layers), (*elements, *texts, *bar), ".SlotsActivity")
