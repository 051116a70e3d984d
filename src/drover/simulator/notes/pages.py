"""The pages of Notes: the list, the sheet of paper that is written on, the question before a note is deleted."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from drover.simulator.display import typeface
from drover.simulator.display.marks import (
    DISPLAY,
    REFERENCE_WIDTH,
    Box,
    Fill,
    Label,
    Layer,
    Mark,
    Placed,
    Shade,
    Shadow,
    Sheet,
    Symbol,
    Weight,
    rgb,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN, FieldLook, app_bar, button, centred, field, title
from drover.simulator.windowing.text_input import Entry
from drover.simulator.windowing.view import Element, Role, Steadiness, View, changing_text, fixed_text

NOTES_PACKAGE: Final = "com.drover.notes"
LIST: Final = Box(0, 340, REFERENCE_WIDTH, 2400)
_ROW: Final = 190
_NEW: Final = Box(858, 2120, 1018, 2280)
_CLOSE: Final = Box(30, 104, 138, 212)
_SAVE: Final = Box(826, 108, 1038, 208)
_DELETE: Final = Box(MARGIN, 1330, 1026, 1460)
_DIALOG: Final = Box(90, 780, 990, 1240)
_KEEP: Final = Box(150, 1070, 520, 1190)
_CONFIRM: Final = Box(560, 1070, 930, 1190)
# name, label, hint, box
_FIELDS: Final = (
    ("title", "Title", "What it is about", Box(MARGIN, 360, 1026, 488)),
    ("text", "Text", "Write here", Box(MARGIN, 600, 1026, 1270)),
)
# Whether the theme is dark -> primary, on_primary, tint, on_tint
_AMBER: Final = {
    False: (rgb(0x9A5B00), rgb(0xFFFFFF), rgb(0xFFEBC8), rgb(0x5A3500)),
    True: (rgb(0xFFC65C), rgb(0x3A2500), rgb(0x46381A), rgb(0xFFE3AC)),
}
_BRIGHT: Final = 128


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it is stored."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Paper:
    """What the page shows on which a note is written; `known` for one that is in the list already."""

    entries: tuple[tuple[str, Entry], ...]
    focus: str | None
    caret: bool
    error: str
    known: bool


@functools.cache
def colours(palette: Palette) -> Palette:
    """Return the theme's colours with the app's own."""
    primary, on_primary, tint, on_tint = _AMBER[palette.text[0] > _BRIGHT]
    return replace(palette, primary=primary, on_primary=on_primary, tint=tint, on_tint=on_tint)


@functools.cache
def _ground(palette: Palette) -> tuple[Sheet, tuple[Element, ...]]:
    heading = title(palette, "Notes")
    every = Label(MARGIN, 300, "All notes", 40, Weight.MEDIUM, palette.muted)
    marks = (Fill(DISPLAY, palette.background), *app_bar(palette, heading), every)
    return Sheet(DISPLAY, marks), (fixed_text("heading", heading), fixed_text("all_notes", every))


@functools.cache
def _plus(palette: Palette) -> Sheet:
    return Sheet(
        _NEW.grown(40),
        (
            Shadow(_NEW, 48, 24, palette.shadow),
            Fill(_NEW, palette.primary, 48),
            Symbol("plus", *_NEW.middle, 76, palette.on_primary),
        ),
    )


@functools.lru_cache(maxsize=256)
def _row(palette: Palette, note: Note) -> tuple[Sheet, Label, Label]:
    box = Box(30, 0, 1050, _ROW - 20)
    width = box.width - 96
    name = typeface.shortened(note.title or "Untitled", Weight.MEDIUM, 46, width)
    first = typeface.shortened((note.text.splitlines() or [""])[0], Weight.REGULAR, 40, width)
    head = Label(78, 74, name, 46, Weight.MEDIUM, palette.text)
    line = Label(78, 132, first, 40, Weight.REGULAR, palette.muted)
    marks: tuple[Mark, ...] = (Fill(box, palette.background), Fill(box, palette.surface, 32), head, line)
    return Sheet(box, marks), head, line


def reach(notes: Sequence[Note]) -> int:
    """Return how far the list can be scrolled."""
    return max(0, LIST.y1 + len(notes) * _ROW + 320 - LIST.y2)


def notes_list(palette: Palette, notes: Sequence[Note], offset: int) -> View:
    """Return the list, scrolled by `offset`."""
    sheet, fixed = _ground(palette)
    layers: list[Layer] = [Placed(sheet)]
    elements: list[Element] = list(fixed)
    for place, note in enumerate(notes, 1):
        y = LIST.y1 + (place - 1) * _ROW - offset
        card, head, line = _row(palette, note)
        shown = card.box.moved(dy=y).meet(LIST)
        if shown is None:
            continue
        layers.append(Placed(card, dy=y, clip=LIST))
        elements.append(
            Element(
                f"note_{place}", shown, Role.PANEL, "", note.title, f"open:{place}", "notes.edit", Steadiness.CHANGING
            )
        )
        for name, label in (("title", head), ("text", line)):
            text = changing_text(f"note_{place}_{name}", replace(label, y=label.y + y), 900)
            seen = text.box.meet(LIST)
            if label.text and seen is not None:
                elements.append(replace(text, box=seen))
    if not notes:
        words = Label(540, 1200, "Nothing written yet", 48, Weight.MEDIUM, palette.faint, "centre")
        layers.append(Placed(Sheet(Box(0, 1100, REFERENCE_WIDTH, 1300), (words,))))
        elements.append(changing_text("nothing", words, 700))
    layers.append(Placed(_plus(palette)))
    elements.append(Element("new_note", _NEW, Role.BUTTON, "", "New note", "new", "notes.new", Steadiness.FIXED))
    return View("notes.list", NOTES_PACKAGE, tuple(layers), tuple(elements))


@functools.lru_cache(maxsize=16)
def _paper(palette: Palette, error: str, *, known: bool) -> tuple[Sheet, tuple[Element, ...]]:
    heading = title(palette, "Edit note" if known else "New note", 168)
    labels = [
        (name, Label(box.x1 + 6, box.y1 - 26, text, 38, Weight.MEDIUM, palette.muted)) for name, text, _, box in _FIELDS
    ]
    notice = Label(1020, labels[0][1].y, error, 36, Weight.REGULAR, palette.error, "right")
    away = button(palette, _DELETE, "Delete this note", filled=False)
    marks = (
        Fill(DISPLAY, palette.surface),
        *app_bar(palette, heading),
        Symbol("close", *_CLOSE.middle, 62, palette.text),
        *button(palette, _SAVE, "Save", size=42),
        *(label for _, label in labels),
        *((notice,) if error else ()),
        *(away if known else ()),
    )
    delete = Element("delete", _DELETE, Role.BUTTON, "Delete this note", "", "delete", "notes.delete", Steadiness.FIXED)
    elements = (
        Element("close", _CLOSE, Role.BUTTON, "", "Close", "close", "notes.list", Steadiness.FIXED),
        fixed_text("heading", heading),
        Element("save", _SAVE, Role.BUTTON, "Save", "", "save", "notes.list", Steadiness.FIXED),
        *(fixed_text(f"label_{name}", label) for name, label in labels),
        *((Element("error", Box(420, 296, 1026, 348), Role.TEXT, error),) if error else ()),
        *((delete,) if known else ()),
    )
    return Sheet(DISPLAY, marks), elements


def paper(palette: Palette, model: Paper) -> View:
    """Return the page on which a note is written."""
    sheet, elements = _paper(palette, model.error, known=model.known)
    layers: list[Layer] = [Placed(sheet)]
    fields: list[Element] = []
    entries = dict(model.entries)
    for name, _, hint, box in _FIELDS:
        entry, focused = entries[name], model.focus == name
        cursor = entry.cursor if focused and model.caret else None
        look = FieldLook(box, entry.text, hint, cursor, focused, bool(model.error) and not entry.text)
        layers.append(Placed(field(palette, look)))
        fields.append(
            Element(
                name,
                box,
                Role.FIELD,
                entry.text,
                hint,
                f"focus:{name}",
                steadiness=Steadiness.CHANGING,
                focused=focused,
            )
        )
    page = "notes.edit" if model.known else "notes.new"
    return View(page, NOTES_PACKAGE, tuple(layers), (*elements, *fields), ".EditActivity")


@functools.cache
def question(palette: Palette) -> View:
    """Return the dialog that asks before a note is deleted."""
    heading = Label(150, 890, "Delete this note?", 54, Weight.BOLD, palette.text)
    words = Label(150, 976, "It cannot be brought back.", 42, Weight.REGULAR, palette.muted)
    marks = (
        Shadow(_DIALOG, 48, 40, palette.shadow),
        Fill(_DIALOG, palette.raised, 48),
        heading,
        words,
        *button(palette, _KEEP, "Keep", filled=False),
        Fill(_CONFIRM, palette.error, 9999),
        Label(
            _CONFIRM.middle[0], centred(_CONFIRM.middle[1], 44), "Delete", 44, Weight.MEDIUM, palette.surface, "centre"
        ),
    )
    elements = (
        fixed_text("heading", heading),
        fixed_text("words", words),
        Element("keep", _KEEP, Role.BUTTON, "Keep", "", "keep", "notes.edit", Steadiness.FIXED),
        Element("confirm", _CONFIRM, Role.BUTTON, "Delete", "", "confirm", "notes.list", Steadiness.FIXED),
    )
    layers = (Shade(0.5), Placed(Sheet(_DIALOG.grown(60), marks)))
    return View("notes.delete", NOTES_PACKAGE, layers, elements, ".EditActivity", _DIALOG)
