"""What is said about a picture before it is shared; it may stay empty."""

import functools
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import (
    REFERENCE_WIDTH,
    Box,
    Fill,
    Label,
    Layer,
    Mark,
    Photo,
    Placed,
    Sheet,
    Symbol,
    Weight,
    rgb,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN, FieldLook, centred, field, spinner
from drover.simulator.plaza.library import Picture
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.subpage import ACT, Head, plain
from drover.simulator.windowing.text_input import Entry
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

_PICTURE: Final = Box(MARGIN, 280, 474, 700)
_FIELD: Final = Box(MARGIN, 806, 1026, 1072)
_ROWS: Final = (("people", "Tag people"), ("map", "Add a place"), ("bell", "Tell my friends"))
_ROWS_TOP: Final = 1130
_ROW: Final = 130


@dataclass(frozen=True, slots=True)
class CaptionModel:
    """What the page shows; `step` is the spinner's, None while nothing is being sent."""

    picture: Picture
    entry: Entry
    focused: bool
    caret: bool
    step: int | None


@functools.cache
def _options(palette: Palette) -> tuple[Sheet, tuple[Element, ...]]:
    box = Box(0, _ROWS_TOP, REFERENCE_WIDTH, _ROWS_TOP + _ROW * len(_ROWS))
    marks: list[Mark] = [Fill(box, palette.surface)]
    elements: list[Element] = []
    for place, (icon, words) in enumerate(_ROWS):
        y = _ROWS_TOP + _ROW * place + _ROW // 2
        label = Label(152, centred(y, 42), words, 42, Weight.REGULAR, palette.text)
        marks += [
            Symbol(icon, 90, y, 56, palette.muted),
            label,
            Symbol("chevron_right", 1000, y, 44, palette.faint),
            Fill(Box(MARGIN, y + _ROW // 2 - 2, 1026, y + _ROW // 2), palette.outline),
        ]
        elements.append(fixed_text(f"option_{place + 1}", label))
    return Sheet(box, tuple(marks)), tuple(elements)


@functools.lru_cache(maxsize=64)
def _preview(palette: Palette, picture: Picture, *, sending: bool) -> tuple[Sheet, Element]:
    """Return the picture and the words beside it."""
    box = Box(0, _PICTURE.y1, REFERENCE_WIDTH, _FIELD.y1 - 4)
    x = _PICTURE.x2 + 48
    label = Label(MARGIN + 6, _FIELD.y1 - 26, "Caption", 38, Weight.MEDIUM, palette.muted)
    clip = Box(x, _PICTURE.y1, 1040, _PICTURE.y2)
    said = "Sharing\u2026" if sending else "Ready to share"
    marks: list[Mark] = [
        Fill(box, palette.surface),
        Photo(_PICTURE, picture.seed, 36),
        Label(x, _PICTURE.y1 + 176, said, 46, Weight.MEDIUM, palette.text),
        Label(x, _PICTURE.y1 + 240, picture.name, 36, Weight.REGULAR, palette.muted, clip=clip),
        label,
    ]
    if sending:
        marks.append(Fill(_PICTURE, (0, 0, 0, 110), 36))
    return Sheet(box, tuple(marks)), fixed_text("label_caption", label)


def caption(palette: Palette, model: CaptionModel) -> View:
    """Return the page."""
    sending = model.step is not None
    sheet, elements = plain(
        palette,
        Head("New post", "back", "Share", "share_post", "plaza.feed", returns_to="plaza.post_picker", busy=sending),
    )
    preview, label = _preview(palette, model.picture, sending=sending)
    options, option_elements = _options(palette)
    cursor = model.entry.cursor if model.focused and model.caret else None
    look = FieldLook(_FIELD, model.entry.text, "Write a caption\u2026", cursor, model.focused)
    layers: list[Layer] = [Placed(sheet), Placed(preview), Placed(field(palette, look)), Placed(options)]
    if model.step is not None:
        layers.append(Placed(spinner(palette.on_primary, *ACT.middle, 34, model.step)))
        layers.append(Placed(spinner(rgb(0xFFFFFF), *_PICTURE.middle, 62, model.step)))
    shown = (
        Element("picture", _PICTURE, Role.IMAGE, "", model.picture.name, steadiness=Steadiness.CHANGING),
        label,
        Element(
            "caption",
            _FIELD,
            Role.FIELD,
            model.entry.text,
            look.hint,
            "focus:caption",
            steadiness=Steadiness.CHANGING,
            focused=model.focused,
        ),
    )
    page = "plaza.caption.loading" if sending else "plaza.caption"
    return View(page, PLAZA_PACKAGE, tuple(layers), (*elements, *shown, *option_elements), ".ShareActivity")
