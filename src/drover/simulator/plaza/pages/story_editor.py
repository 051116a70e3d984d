"""A story before it is shared: the picture, and words on it if one likes."""

import functools
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import (
    DISPLAY,
    Box,
    Fill,
    Label,
    Layer,
    Photo,
    Placed,
    Sheet,
    Symbol,
    Weight,
    rgb,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN, app_bar, centred, spinner, title
from drover.simulator.plaza.library import Picture
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.overlay import overlay
from drover.simulator.plaza.pages.subpage import LEAD
from drover.simulator.windowing.text_input import Entry
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

_PICTURE: Final = Box(24, 256, 1056, 2130)
_FIELD: Final = Box(110, 900, 970, 1260)
_SHARE: Final = Box(560, 2196, 1026, 2332)
_HINT: Final = "Tap to add text"


@dataclass(frozen=True, slots=True)
class StoryEditorModel:
    """What the page shows; `step` is the spinner's, None while nothing is being sent."""

    picture: Picture
    entry: Entry
    focused: bool
    caret: bool
    step: int | None


@functools.lru_cache(maxsize=64)
def _page(palette: Palette, picture: Picture, *, sending: bool) -> tuple[Sheet, tuple[Element, ...]]:
    heading = title(palette, "New story", 168)
    tool = Label(1000, centred(158, 54), "Aa", 54, Weight.BOLD, palette.text, "right")
    sticker = Box(822, 128, 882, 188)
    note = Label(MARGIN, centred(_SHARE.middle[1], 40), "Gone after a day", 40, Weight.REGULAR, palette.muted)
    words = "" if sending else "Share story"
    x, y = _SHARE.middle
    marks = (
        Fill(DISPLAY, palette.surface),
        *app_bar(palette, heading),
        Symbol("close", *LEAD.middle, 62, palette.text),
        Symbol("spark", *sticker.middle, 58, palette.text),
        tool,
        Photo(_PICTURE, picture.seed, 48),
        note,
        Fill(_SHARE, palette.primary, 9999),
        Label(x, centred(y, 46), words, 46, Weight.MEDIUM, palette.on_primary, "centre"),
    )
    lead = Element("close", LEAD, Role.BUTTON, "", "Close", "back", leads_to="plaza.story_picker")
    share = Element(
        "share",
        _SHARE,
        Role.BUTTON,
        "Share story",
        "",
        "share_story",
        leads_to="plaza.feed",
        steadiness=Steadiness.FIXED,
    )
    photo = Element("picture", _PICTURE, Role.IMAGE, "", picture.name, steadiness=Steadiness.CHANGING)
    tools = (
        Element("sticker", sticker, Role.IMAGE, "", "Sticker", steadiness=Steadiness.FIXED),
        fixed_text("text_tool", tool),
    )
    return Sheet(DISPLAY, marks), (lead, fixed_text("title", heading), *tools, photo, fixed_text("note", note), share)


def story_editor(palette: Palette, model: StoryEditorModel) -> View:
    """Return the page."""
    sending = model.step is not None
    sheet, elements = _page(palette, model.picture, sending=sending)
    cursor = model.entry.cursor if model.focused and model.caret else None
    layers: list[Layer] = [Placed(sheet)]
    if not sending or model.entry.text:
        hint = " " if model.focused else _HINT
        layers.append(Placed(overlay(model.entry.text, hint, cursor, _FIELD.middle)))
    if model.step is not None:
        layers.append(Placed(spinner(palette.on_primary, *_SHARE.middle, 40, model.step)))
        layers.append(Placed(spinner(rgb(0xFFFFFF), _PICTURE.middle[0], 1560, 70, model.step)))
    field = Element(
        "story_text",
        _FIELD,
        Role.FIELD,
        model.entry.text,
        _HINT,
        "focus:story_text",
        steadiness=Steadiness.CHANGING,
        focused=model.focused,
    )
    page = "plaza.story_editor.loading" if sending else "plaza.story_editor"
    return View(page, PLAZA_PACKAGE, tuple(layers), (*elements, field), ".StoryEditorActivity")
