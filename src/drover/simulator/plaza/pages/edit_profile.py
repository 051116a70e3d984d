"""Edit profile: name, username, bio, gender, in the upper half, so that the keyboard covers none of them."""

import functools
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import (
    DISPLAY,
    Box,
    Fill,
    Label,
    Layer,
    Mark,
    Outline,
    Placed,
    Sheet,
    Symbol,
    Weight,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import (
    FIELD_TEXT,
    MARGIN,
    FieldLook,
    app_bar,
    avatar,
    button,
    centred,
    field,
    spinner,
    title,
)
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.windowing.text_input import Entry
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

# name, label, hint, box
_FIELDS: Final = (
    ("name", "Name", "Your name", Box(MARGIN, 578, 1026, 702)),
    ("username", "Username", "Your username", Box(MARGIN, 796, 1026, 920)),
    ("bio", "Bio", "Tell people about yourself", Box(MARGIN, 1014, 1026, 1222)),
)
_GENDER: Final = Box(MARGIN, 1316, 1026, 1440)
_SAVE: Final = Box(826, 108, 1038, 208)
_CLOSE: Final = Box(30, 104, 138, 212)


@dataclass(frozen=True, slots=True)
class EditModel:
    """What the page shows; `step` is the spinner's, None while nothing is being saved."""

    entries: tuple[tuple[str, Entry], ...]
    gender: str
    shown_name: str
    focus: str | None
    caret: bool
    error: str
    step: int | None


def _label(palette: Palette, text: str, box: Box) -> Label:
    return Label(box.x1 + 6, box.y1 - 26, text, 38, Weight.MEDIUM, palette.muted)


@functools.lru_cache(maxsize=64)
def _page(palette: Palette, shown_name: str, error: str, *, busy: bool) -> tuple[Sheet, tuple[Element, ...]]:
    heading = title(palette, "Edit profile", 168)
    photo = Label(540, 480, "Change photo", 42, Weight.MEDIUM, palette.primary, "centre")
    labels = [(name, _label(palette, text, box)) for name, text, _, box in _FIELDS]
    labels.append(("gender", _label(palette, "Gender", _GENDER)))
    notice = Label(1020, _FIELDS[0][3].y1 - 26, error, 36, Weight.REGULAR, palette.error, "right")
    shown: list[Mark] = [notice] if error else []
    save = button(palette, _SAVE, "" if busy else "Save", size=42)
    marks = (
        Fill(DISPLAY, palette.surface),
        *app_bar(palette, heading),
        Symbol("close", *_CLOSE.middle, 62, palette.text),
        *save,
        *avatar(540, 342, 84, shown_name, 2),
        Fill(Box(582, 372, 646, 436), palette.surface, 9999),
        Fill(Box(587, 377, 641, 431), palette.primary, 9999),
        Symbol("camera", 614, 404, 34, palette.on_primary),
        photo,
        *(label for _, label in labels),
        *shown,
    )
    elements = (
        Element("close", _CLOSE, Role.BUTTON, "", "Close", "back", "plaza.profile", Steadiness.FIXED),
        fixed_text("title", heading),
        Element("save", _SAVE, Role.BUTTON, "Save", "", "save", "plaza.profile", Steadiness.FIXED),
        Element("avatar", Box(456, 258, 624, 426), Role.IMAGE, steadiness=Steadiness.CHANGING),
        fixed_text("change_photo", photo),
        *(fixed_text(f"label_{name}", label) for name, label in labels),
        *((Element("error", Box(320, 520, 1026, 572), Role.TEXT, error),) if error else ()),
    )
    return Sheet(DISPLAY, marks), elements


@functools.lru_cache(maxsize=64)
def _gender(palette: Palette, gender: str) -> Sheet:
    words = gender or "Select"
    colour = palette.text if gender else palette.faint
    return Sheet(
        _GENDER,
        (
            Fill(_GENDER, palette.surface),
            Fill(_GENDER, palette.field, 28),
            Outline(_GENDER, palette.outline, 28, 3),
            Label(_GENDER.x1 + 36, centred(_GENDER.middle[1], FIELD_TEXT), words, FIELD_TEXT, Weight.REGULAR, colour),
            Symbol("chevron_down", _GENDER.x2 - 64, _GENDER.middle[1], 56, palette.muted),
        ),
    )


def edit_profile(palette: Palette, model: EditModel) -> View:
    """Return the page."""
    sheet, elements = _page(palette, model.shown_name, model.error, busy=model.step is not None)
    layers: list[Layer] = [Placed(sheet)]
    fields: list[Element] = []
    entries = dict(model.entries)
    for name, _, hint, box in _FIELDS:
        entry, focused = entries[name], model.focus == name
        cursor = entry.cursor if focused and model.caret else None
        look = FieldLook(box, entry.text, hint, cursor, focused, name == "name" and bool(model.error))
        layers.append(Placed(field(palette, look)))
        action = f"focus:{name}"
        steadiness = Steadiness.CHANGING
        fields.append(Element(name, box, Role.FIELD, entry.text, hint, action, steadiness=steadiness, focused=focused))
    layers.append(Placed(_gender(palette, model.gender)))
    choice = Element(
        "gender", _GENDER, Role.BUTTON, model.gender, "Gender", "open:plaza.gender", "plaza.gender", Steadiness.CHANGING
    )
    if model.step is not None:
        layers.append(Placed(spinner(palette.on_primary, *_SAVE.middle, 34, model.step)))
    page = "plaza.edit_profile.loading" if model.step is not None else "plaza.edit_profile"
    return View(page, PLAZA_PACKAGE, tuple(layers), (*elements, *fields, choice), ".EditProfileActivity")
