"""The account's figures, large: followers, likes, posts."""

import functools
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import (
    REFERENCE_WIDTH,
    Box,
    Colour,
    Fill,
    Gradient,
    Label,
    Layer,
    Mark,
    Placed,
    Sheet,
    Symbol,
    Weight,
    rgb,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN, centred
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.subpage import Head, plain, waiting
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

_CARD: Final = Box(MARGIN, 350, 1026, 830)
_PITCH: Final = 516
_DIGITS: Final = 190
_CARDS: Final[tuple[tuple[str, str, str, Colour, Colour], ...]] = (
    ("followers", "Followers", "people", rgb(0x7A6BFF), rgb(0x4A38DD)),
    ("likes", "Likes", "heart_full", rgb(0xFF7AA8), rgb(0xC9326F)),
    ("posts", "Posts", "image", rgb(0x5CCB8F), rgb(0x1E8F5C)),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the account has now, and how much of it came since the last look."""

    followers: int
    likes: int
    posts: int
    more_followers: int
    more_likes: int
    more_posts: int

    def share(self, of: float) -> "Figures":
        """Return the figures on their way up: `of` them, from 0 to 1."""
        return Figures(
            round(self.followers * of),
            round(self.likes * of),
            round(self.posts * of),
            self.more_followers,
            self.more_likes,
            self.more_posts,
        )


@functools.lru_cache(maxsize=128)
def _digits(palette: Palette, figure: int, more: int) -> Sheet:
    """Return a card's figure, at the left, and what came at the right, on the card's own colour."""
    box = Box(0, 0, _CARD.width - 96, 230)
    said = Box(box.x2 - 210, 80, box.x2, 164)
    marks: list[Mark] = [
        Fill(box, palette.field),
        Label(0, 194, str(figure), _DIGITS, Weight.BOLD, palette.text),
        Fill(said, palette.tint, 9999),
        Label(said.middle[0], centred(said.middle[1], 42), f"+{more}", 42, Weight.MEDIUM, palette.on_tint, "centre"),
    ]
    return Sheet(box, tuple(marks))


@functools.cache
def _cards(palette: Palette) -> tuple[Sheet, tuple[Element, ...]]:
    advice = Label(MARGIN, centred(292, 42), "Since you looked last", 42, Weight.REGULAR, palette.muted)
    marks: list[Mark] = [Fill(Box(0, 234, REFERENCE_WIDTH, 1980), palette.surface), advice]
    elements: list[Element] = [fixed_text("advice", advice)]
    for place, (name, words, icon, start, end) in enumerate(_CARDS):
        card = _CARD.moved(dy=place * _PITCH)
        label = Label(card.x1 + 196, centred(card.y1 + 112, 52), words, 52, Weight.MEDIUM, palette.text)
        spot = Box(card.x1 + 48, card.y1 + 54, card.x1 + 164, card.y1 + 170)
        marks += [
            Fill(card, palette.field, 48),
            Gradient(spot, start, end, 36),
            Symbol(icon, *spot.middle, 66, rgb(0xFFFFFF)),
            label,
        ]
        elements.append(fixed_text(f"label_{name}", label))
    return Sheet(Box(0, 234, REFERENCE_WIDTH, 1980), tuple(marks)), tuple(elements)


def numbers(palette: Palette, figures: Figures | None, step: int) -> View:
    """Return the page; None are the figures that have not come, while `step` turns the spinner."""
    sheet, elements = plain(palette, Head("Numbers", returns_to="plaza.profile"))
    if figures is None:
        layers: tuple[Layer, ...] = (Placed(sheet), waiting(palette, step))
        return View("plaza.numbers.loading", PLAZA_PACKAGE, layers, elements, ".NumbersActivity")
    cards, card_elements = _cards(palette)
    values = (
        (figures.followers, figures.more_followers),
        (figures.likes, figures.more_likes),
        (figures.posts, figures.more_posts),
    )
    digits: list[Layer] = []
    shown: list[Element] = []
    for place, ((name, *_), (figure, more)) in enumerate(zip(_CARDS, values, strict=True)):
        x, y = _CARD.x1 + 48, _CARD.y1 + place * _PITCH + 212
        digits.append(Placed(_digits(palette, figure, more), x, y))
        # The figure's own box, so that what reads it sees nothing else.
        box = Box(x - 8, y + 36, x + 640, y + 214)
        shown.append(Element(name, box, Role.TEXT, str(figure), steadiness=Steadiness.CHANGING))
        plus = Box(_CARD.x2 - 258, y + 80, _CARD.x2 - 48, y + 164)
        shown.append(Element(f"more_{name}", plus, Role.TEXT, f"+{more}", steadiness=Steadiness.CHANGING))
    layers = (Placed(sheet), Placed(cards), *digits)
    return View("plaza.numbers", PLAZA_PACKAGE, layers, (*elements, *card_elements, *shown), ".NumbersActivity")
