"""Somebody else's profile."""

import functools
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import (
    REFERENCE_HEIGHT,
    REFERENCE_WIDTH,
    Box,
    Fill,
    Label,
    Mark,
    Photo,
    Placed,
    Sheet,
    Symbol,
    Weight,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN, avatar, button, centred, paragraph
from drover.simulator.plaza.content import Numbers
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.subpage import Head, plain, waiting
from drover.simulator.plaza.people import Human
from drover.simulator.windowing.view import Element, Role, Steadiness, View, changing_text, fixed_text

_FOLLOW: Final = Box(MARGIN, 900, 525, 1024)
_MESSAGE: Final = Box(555, 900, 1026, 1024)
_GRID_TOP: Final = 1180
_SIDE, _PITCH = 354, 363


@dataclass(frozen=True, slots=True)
class PersonModel:
    """What the page shows; `step` is the spinner's while nothing has come."""

    human: Human
    numbers: Numbers
    following: bool
    step: int | None


@functools.lru_cache(maxsize=32)
def _body(palette: Palette, human: Human, numbers: Numbers, *, following: bool) -> tuple[Sheet, tuple[Element, ...]]:
    name = Label(320, 382, human.name, 58, Weight.BOLD, palette.text, clip=Box(310, 300, 1040, 410))
    handle = Label(320, 446, f"@{human.username}", 42, Weight.REGULAR, palette.muted, clip=Box(310, 410, 1040, 470))
    bio = paragraph(human.bio, (MARGIN, 586), (44, Weight.REGULAR, palette.text), 972, lines=1, leading=60)
    marks: list[Mark] = [*avatar(170, 396, 116, human.name, human.tone), name, handle, *bio]
    elements = [changing_text("name", name, 700), changing_text("username", handle, 700)]
    elements.append(Element("bio", Box(48, 540, 1032, 610), Role.TEXT, human.bio, steadiness=Steadiness.CHANGING))
    figures = (("posts", numbers.posts, 198), ("followers", numbers.followers + following, 540))
    for word, figure, x in (*figures, ("following", numbers.following, 882)):
        count = Label(x, 734, str(figure), 56, Weight.BOLD, palette.text, "centre")
        label = Label(x, 792, word, 38, Weight.REGULAR, palette.muted, "centre")
        marks += [count, label]
        elements += [changing_text(f"count_{word}", count, 220), fixed_text(f"label_{word}", label)]
    words = "Following" if following else "Follow"
    marks += button(palette, _FOLLOW, words, filled=not following)
    marks += button(palette, _MESSAGE, "Message", filled=False)
    write = f"open_conversation:{human.username}"
    heading = Label(MARGIN, centred(1112, 44), "Pictures", 44, Weight.BOLD, palette.text)
    marks.append(heading)
    elements += [
        Element("follow", _FOLLOW, Role.BUTTON, words, "", "follow", steadiness=Steadiness.NEITHER),
        Element("message", _MESSAGE, Role.BUTTON, "Message", "", write, "plaza.conversation", Steadiness.FIXED),
        fixed_text("heading", heading),
        Element(
            "pictures", Box(0, _GRID_TOP, REFERENCE_WIDTH, REFERENCE_HEIGHT), Role.LIST, steadiness=Steadiness.CHANGING
        ),
    ]
    for place, seed in enumerate(numbers.pictures):
        row, column = divmod(place, 3)
        x, y = column * _PITCH, _GRID_TOP + row * _PITCH
        marks.append(Photo(Box(x, y, x + _SIDE, y + _SIDE), seed))
    box = Box(0, 234, REFERENCE_WIDTH, REFERENCE_HEIGHT)
    more = Symbol("more", 990, 158, 62, palette.text)
    return Sheet(Box(0, 90, REFERENCE_WIDTH, REFERENCE_HEIGHT), (Fill(box, palette.surface), more, *marks)), tuple(
        elements
    )


def person(palette: Palette, model: PersonModel) -> View:
    """Return the page."""
    sheet, elements = plain(palette, Head("Person"))
    if model.step is not None:
        layers = (Placed(sheet), waiting(palette, model.step))
        return View("plaza.person.loading", PLAZA_PACKAGE, layers, elements, ".PersonActivity")
    body, shown = _body(palette, model.human, model.numbers, following=model.following)
    return View("plaza.person", PLAZA_PACKAGE, (Placed(sheet), Placed(body)), (*elements, *shown), ".PersonActivity")
