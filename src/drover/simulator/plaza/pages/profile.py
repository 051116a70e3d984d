"""One's own profile. Part of it arrives late and pushes the 'Edit profile' button down."""

import functools
from dataclasses import dataclass
from enum import Enum
from typing import Final

from drover.simulator.display.marks import (
    DISPLAY,
    Box,
    Fill,
    Gradient,
    Label,
    Layer,
    Mark,
    Photo,
    Placed,
    Sheet,
    Symbol,
    Weight,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN, app_bar, avatar, button, paragraph, spinner, title
from drover.simulator.plaza.content import Numbers
from drover.simulator.plaza.pages.tabs import TAB_BAR, tabs
from drover.simulator.plaza.view import (
    PLAZA_PACKAGE,
    Element,
    Role,
    Steadiness,
    View,
    changing_text,
    fixed_text,
)

_HEAD_END: Final = 724
_LATE_HEIGHT: Final = 520
_BUTTON_HEIGHT: Final = 124
_BIO_LINES: Final = 2


class Arrival(Enum):
    """How much of the page has come."""

    NOTHING = "nothing"
    HEAD = "head"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ProfileModel:
    """What the profile shows; `step` is the spinner's."""

    name: str
    username: str
    bio: str
    numbers: Numbers
    arrival: Arrival
    step: int


_Part = tuple[list[Mark], list[Element]]


def _head(palette: Palette, model: ProfileModel) -> _Part:
    name = Label(336, 398, model.name, 60, Weight.BOLD, palette.text, clip=Box(330, 320, 1040, 430))
    handle = Label(336, 462, f"@{model.username}", 42, Weight.REGULAR, palette.muted, clip=Box(330, 420, 1040, 490))
    words = model.bio or "No bio yet"
    tone = palette.text if model.bio else palette.faint
    bio = paragraph(words, (MARGIN, 616), (44, Weight.REGULAR, tone), 972, lines=_BIO_LINES, leading=62)
    marks: list[Mark] = [*avatar(176, 408, 122, model.name, 2), name, handle, *bio]
    elements = [
        Element("avatar", Box(54, 286, 298, 530), Role.IMAGE, description="Avatar", steadiness=Steadiness.CHANGING),
        changing_text("name", name, 700),
        changing_text("username", handle, 700),
        Element("bio", Box(MARGIN, 566, 1026, 704), Role.TEXT, model.bio, steadiness=Steadiness.CHANGING),
    ]
    return marks, elements


def _late(palette: Palette, numbers: Numbers) -> _Part:
    marks: list[Mark] = []
    elements: list[Element] = []
    figures = (
        ("posts", numbers.posts, 198),
        ("followers", numbers.followers, 540),
        ("following", numbers.following, 882),
    )
    for name, figure, x in figures:
        count = Label(x, _HEAD_END + 78, str(figure), 56, Weight.BOLD, palette.text, "centre")
        label = Label(x, _HEAD_END + 134, name, 38, Weight.REGULAR, palette.muted, "centre")
        marks += [count, label]
        elements += [changing_text(f"count_{name}", count, 220), fixed_text(f"label_{name}", label)]
    card = Box(MARGIN, _HEAD_END + 190, 1026, _HEAD_END + _LATE_HEIGHT - 34)
    heading = Label(card.x1 + 236, card.y1 + 106, "Complete your profile", 46, Weight.BOLD, palette.text)
    advice = Label(
        card.x1 + 236, card.y1 + 170, "Add a bio so that friends find you.", 38, Weight.REGULAR, palette.muted
    )
    track = Box(card.x1 + 236, card.y1 + 212, card.x2 - 60, card.y1 + 230)
    marks += [
        Gradient(card, palette.tint, palette.field, 44),
        Fill(Box(card.x1 + 52, card.y1 + 72, card.x1 + 196, card.y1 + 216), palette.primary, 9999),
        Symbol("spark", card.x1 + 124, card.y1 + 144, 92, palette.on_primary),
        heading,
        advice,
        Fill(track, palette.outline, 9999),
        Fill(Box(track.x1, track.y1, track.x1 + track.width * 2 // 3, track.y2), palette.primary, 9999),
    ]
    elements += [fixed_text("complete_title", heading), fixed_text("complete_words", advice)]
    return marks, elements


def _buttons(palette: Palette, top: int, *, settled: bool) -> _Part:
    edit, share = Box(MARGIN, top, 640, top + _BUTTON_HEIGHT), Box(670, top, 1026, top + _BUTTON_HEIGHT)
    marks: list[Mark] = [*button(palette, edit, "Edit profile"), *button(palette, share, "Share", filled=False)]
    fixed = Steadiness.FIXED if settled else Steadiness.NEITHER
    element = Element(
        "edit_profile", edit, Role.BUTTON, "Edit profile", "", "edit_profile", "plaza.edit_profile", fixed
    )
    return marks, [element, Element("share", share, Role.BUTTON, "Share")]


def _pictures(numbers: Numbers, top: int) -> _Part:
    grid = Box(0, top, 1080, TAB_BAR.y1)
    side, pitch = 314, 329
    marks: list[Mark] = []
    for place, seed in enumerate(numbers.pictures):
        x, y = MARGIN + place % 3 * pitch, top + place // 3 * pitch
        marks.append(Photo(Box(x, y, x + side, y + side), seed, 28))
    return marks, [Element("pictures", grid, Role.LIST, steadiness=Steadiness.CHANGING)]


@functools.lru_cache(maxsize=64)
def _page(
    palette: Palette, content: tuple[str, str, str, Numbers], arrival: Arrival
) -> tuple[Sheet, tuple[Element, ...]]:
    model = ProfileModel(*content, arrival, 0)
    heading = title(palette, "Profile")
    gear = Box(946, 114, 1034, 202)
    bar, tab_elements = tabs(palette, "tab_profile")
    marks: list[Mark] = [
        Fill(DISPLAY, palette.surface),
        *app_bar(palette, heading),
        Symbol("gear", *gear.middle, 70, palette.text),
    ]
    elements = [fixed_text("title", heading), Element("settings", gear, Role.BUTTON, description="Settings")]
    if arrival is not Arrival.NOTHING:
        top = _HEAD_END + (_LATE_HEIGHT if arrival is Arrival.ALL else 0)
        parts = [_head(palette, model), _buttons(palette, top, settled=arrival is Arrival.ALL)]
        parts.append(_pictures(model.numbers, top + _BUTTON_HEIGHT + 44))
        if arrival is Arrival.ALL:
            parts.append(_late(palette, model.numbers))
        for part_marks, part_elements in parts:
            marks += part_marks
            elements += part_elements
    return Sheet(DISPLAY, (*marks, *bar)), (*elements, *tab_elements)


def profile(palette: Palette, model: ProfileModel) -> View:
    """Return the profile."""
    sheet, elements = _page(palette, (model.name, model.username, model.bio, model.numbers), model.arrival)
    layers: list[Layer] = [Placed(sheet)]
    loading = model.arrival is Arrival.NOTHING
    if loading:
        layers.append(Placed(spinner(palette.primary, 540, 1200, 66, model.step)))
    return View(f"plaza.profile{'.loading' if loading else ''}", PLAZA_PACKAGE, tuple(layers), elements)
