"""One's own profile. Part of it arrives late and pushes the 'Edit profile' button down."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from drover.simulator.display.marks import (
    DISPLAY,
    REFERENCE_WIDTH,
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
from drover.simulator.display.widgets import APP_BAR, MARGIN, app_bar, avatar, button, ink, paragraph, spinner, title
from drover.simulator.plaza.content import Numbers
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.rings import HEIGHT as RINGS_HEIGHT
from drover.simulator.plaza.pages.rings import MOST, Ring, ring_box, ring_row
from drover.simulator.plaza.pages.tabs import TAB_BAR, tabs
from drover.simulator.windowing.view import (
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
_NEW_HIGHLIGHT: Final = ("go:plaza.highlight_stories", "plaza.highlight_stories")
_BIO_LINES: Final = 2
_RINGS_TOP: Final = _HEAD_END + _LATE_HEIGHT + _BUTTON_HEIGHT + 16
_PICTURES_TOP: Final = _RINGS_TOP + RINGS_HEIGHT + 20
_PICTURE_SIDE, _PICTURE_PITCH = 314, 329


class Arrival(Enum):
    """How much of the page has come."""

    NOTHING = "nothing"
    HEAD = "head"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ProfileModel:
    """What the profile shows; `rings` are the highlights after the one to make a new one, `step` is the spinner's."""

    name: str
    username: str
    bio: str
    numbers: Numbers
    rings: tuple[Ring, ...]
    arrival: Arrival
    step: int


# Every part is a sheet of its own, so that what phones or visits have in common is painted once.
_Part = tuple[Sheet, tuple[Element, ...]]


def _part(palette: Palette, box: Box, marks: Sequence[Mark], elements: Sequence[Element]) -> _Part:
    """Return a part of the page that covers `box` wholly."""
    return Sheet(box, (Fill(box, palette.surface), *marks)), tuple(elements)


@functools.cache
def _bars(palette: Palette) -> tuple[Sheet, tuple[Element, ...], tuple[Element, ...]]:
    """Return the page without content, and the elements of its upper and its lower bar."""
    heading = title(palette, "Profile")
    gear = Box(946, 114, 1034, 202)
    bar, tab_elements = tabs(palette, "tab_profile")
    gear_mark = Symbol("gear", *gear.middle, 70, palette.text)
    turn = Box(MARGIN - 24, 108, ink(heading).x2 + 96, 208)
    turn_mark = Symbol("chevron_down", turn.x2 - 46, 164, 44, palette.text)
    sheet, upper = _part(
        palette,
        DISPLAY,
        (*app_bar(palette, heading), gear_mark, turn_mark, *bar),
        (
            fixed_text("title", heading),
            Element(
                "accounts", turn, Role.BUTTON, "", "Accounts", "open:plaza.account_switcher", "plaza.account_switcher"
            ),
            Element("settings", gear, Role.BUTTON, "", "Settings", "go:plaza.settings", "plaza.settings"),
        ),
    )
    return sheet, upper, tab_elements


@functools.lru_cache(maxsize=64)
def _head(palette: Palette, shown_name: str, username: str, shown_bio: str) -> _Part:
    name = Label(336, 398, shown_name, 60, Weight.BOLD, palette.text, clip=Box(330, 320, 1040, 430))
    handle = Label(336, 462, f"@{username}", 42, Weight.REGULAR, palette.muted, clip=Box(330, 420, 1040, 490))
    words = shown_bio or "No bio yet"
    tone = palette.text if shown_bio else palette.faint
    bio = paragraph(words, (MARGIN, 616), (44, Weight.REGULAR, tone), 972, lines=_BIO_LINES, leading=62)
    elements = (
        Element("avatar", Box(54, 286, 298, 530), Role.IMAGE, description="Avatar", steadiness=Steadiness.CHANGING),
        changing_text("name", name, 700),
        changing_text("username", handle, 700),
        Element("bio", Box(MARGIN, 566, 1026, 704), Role.TEXT, shown_bio, steadiness=Steadiness.CHANGING),
    )
    box = Box(0, APP_BAR.y2, REFERENCE_WIDTH, _HEAD_END)
    return _part(palette, box, (*avatar(176, 408, 122, shown_name, 2), name, handle, *bio), elements)


@functools.lru_cache(maxsize=64)
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
    row = Box(MARGIN, _HEAD_END + 10, 1026, _HEAD_END + 166)
    elements.append(Element("numbers", row, Role.BUTTON, "", "Numbers", "go:plaza.numbers", "plaza.numbers"))
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
    return _part(palette, Box(0, _HEAD_END, REFERENCE_WIDTH, _HEAD_END + _LATE_HEIGHT), marks, elements)


@functools.lru_cache(maxsize=8)
def _buttons(palette: Palette, top: int, *, settled: bool) -> _Part:
    edit, share = Box(MARGIN, top, 640, top + _BUTTON_HEIGHT), Box(670, top, 1026, top + _BUTTON_HEIGHT)
    fixed = Steadiness.FIXED if settled else Steadiness.NEITHER
    elements = (
        Element(
            "edit_profile", edit, Role.BUTTON, "Edit profile", "", "go:plaza.edit_profile", "plaza.edit_profile", fixed
        ),
        Element("share", share, Role.BUTTON, "Share"),
    )
    marks = (*button(palette, edit, "Edit profile"), *button(palette, share, "Share", filled=False))
    return _part(palette, Box(0, top, REFERENCE_WIDTH, top + _BUTTON_HEIGHT), marks, elements)


@functools.lru_cache(maxsize=64)
def _pictures(palette: Palette, pictures: tuple[int, ...]) -> Sheet:
    """Return the pictures where they are at last."""
    boxes = [
        Box(x, y, x + _PICTURE_SIDE, y + _PICTURE_SIDE)
        for y in (_PICTURES_TOP, _PICTURES_TOP + _PICTURE_PITCH)
        for x in range(MARGIN, MARGIN + 3 * _PICTURE_PITCH, _PICTURE_PITCH)
    ]
    whole = Box(0, _PICTURES_TOP, REFERENCE_WIDTH, boxes[-1].y2)
    photos = [Photo(box, seed, 28) for box, seed in zip(boxes, pictures, strict=True)]
    return _part(palette, whole, photos, ())[0]


def _ring_elements(rings: tuple[Ring, ...], top: int) -> list[Element]:
    elements: list[Element] = []
    for place, ring in enumerate(rings[:MOST]):
        name = f"highlight_{place}" if place else "new_highlight"
        newest = len(rings) - 1 - place
        act, page = (f"play_highlight:{newest}", "plaza.own_story") if place else _NEW_HIGHLIGHT
        box = ring_box(place).moved(dy=top)
        elements.append(Element(name, box, Role.BUTTON, ring.shown, "", act, page, Steadiness.CHANGING))
    return elements


def _content(palette: Palette, model: ProfileModel) -> tuple[list[Layer], list[Element]]:
    """Return what has come of the page's content."""
    whole = model.arrival is Arrival.ALL
    shift = 0 if whole else -_LATE_HEIGHT
    parts = [
        _head(palette, model.name, model.username, model.bio),
        _buttons(palette, _HEAD_END + _LATE_HEIGHT + shift, settled=whole),
        *([_late(palette, model.numbers)] if whole else []),
    ]
    grid = Box(0, _PICTURES_TOP + shift, REFERENCE_WIDTH, TAB_BAR.y1)
    layers: list[Layer] = [Placed(sheet) for sheet, _ in parts]
    layers.append(Placed(ring_row(palette, model.rings, palette.surface), dy=_RINGS_TOP + shift))
    layers.append(Placed(_pictures(palette, model.numbers.pictures), dy=shift, clip=grid))
    elements = [element for _, part in parts for element in part]
    pictures = Element("pictures", grid, Role.LIST, steadiness=Steadiness.CHANGING)
    return layers, [*elements, *_ring_elements(model.rings, _RINGS_TOP + shift), pictures]


def profile(palette: Palette, model: ProfileModel) -> View:
    """Return the profile."""
    sheet, upper, lower = _bars(palette)
    if model.arrival is Arrival.NOTHING:
        waiting = Placed(spinner(palette.primary, 540, 1200, 66, model.step))
        return View("plaza.profile.loading", PLAZA_PACKAGE, (Placed(sheet), waiting), (*upper, *lower))
    layers, elements = _content(palette, model)
    return View("plaza.profile", PLAZA_PACKAGE, (Placed(sheet), *layers), (*upper, *elements, *lower))
