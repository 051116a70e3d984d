"""Onboarding: three pages with a picture, a title, a few words and one button."""

import functools
from collections.abc import Callable, Mapping
from typing import Final

from drover.simulator.display.marks import (
    DISPLAY,
    Box,
    Fill,
    Gradient,
    Label,
    Mark,
    Outline,
    Photo,
    Placed,
    Shadow,
    Sheet,
    Symbol,
    Weight,
    faded,
    rgb,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import avatar, button, centred, paragraph
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

_BUTTON = Box(84, 2080, 996, 2224)
_STAGE = Box(84, 200, 996, 1220)


def _backdrop(palette: Palette) -> tuple[Mark, ...]:
    return (
        Fill(DISPLAY, palette.surface),
        Gradient(_STAGE, palette.tint, palette.field, 96),
    )


def _welcome(palette: Palette) -> tuple[Mark, ...]:
    logo = Box(380, 550, 700, 870)
    return (
        Outline(Box(190, 360, 890, 1060), faded(palette.primary, 0.25), 9999, 4),
        Outline(Box(290, 460, 790, 960), faded(palette.primary, 0.35), 9999, 4),
        Shadow(logo.moved(dy=16), 84, 60, palette.shadow),
        Gradient(logo, rgb(0x7A6BFF), rgb(0x4A38DD), 84),
        Symbol("plaza", 540, 710, 200, rgb(0xFFFFFF)),
        *avatar(244, 480, 66, "Mara Lindqvist", 0),
        *avatar(820, 430, 56, "Yuki Hayashi", 1),
        *avatar(850, 930, 72, "Amara Diallo", 3),
        *avatar(250, 980, 58, "Nico Ferrari", 5),
    )


def _discover(palette: Palette) -> tuple[Mark, ...]:
    back, front = Box(430, 320, 900, 900), Box(180, 480, 680, 1100)
    return (
        Shadow(back.moved(dy=12), 44, 48, palette.shadow),
        Fill(back, palette.raised, 44),
        Photo(Box(back.x1 + 24, back.y1 + 24, back.x2 - 24, back.y2 - 140), 21, 28),
        Symbol("heart", back.x2 - 80, back.y2 - 70, 60, palette.muted),
        Shadow(front.moved(dy=14), 44, 56, palette.shadow),
        Fill(front, palette.raised, 44),
        Photo(Box(front.x1 + 24, front.y1 + 24, front.x2 - 24, front.y2 - 150), 4, 28),
        *avatar(front.x1 + 86, front.y2 - 76, 46, "Priya Raman", 2),
        Fill(Box(front.x1 + 160, front.y2 - 102, front.x1 + 340, front.y2 - 80), palette.outline, 12),
        Fill(Box(front.x1 + 160, front.y2 - 64, front.x1 + 280, front.y2 - 44), palette.outline, 12),
        Symbol("heart_full", front.x2 - 82, front.y2 - 74, 64, rgb(0xE8456B)),
        Symbol("spark", 300, 380, 90, rgb(0xFFB23E)),
    )


def _notify(palette: Palette) -> tuple[Mark, ...]:
    marks: list[Mark] = [
        Gradient(Box(400, 300, 680, 580), rgb(0xFFC65C), rgb(0xE0762B), 9999),
        Symbol("bell", 540, 440, 150, rgb(0xFFFFFF)),
        Fill(Box(626, 306, 696, 376), rgb(0xE8456B), 9999),
        Label(661, centred(341, 44), "2", 44, Weight.BOLD, rgb(0xFFFFFF), "centre"),
    ]
    notes = (("Elena Petrova", 4, "liked your photo"), ("Jonas Becker", 1, "sent you a message"))
    for place, (name, tone, what) in enumerate(notes):
        card = Box(150, 680 + place * 230, 930, 870 + place * 230)
        marks += [
            Shadow(card.moved(dy=10), 44, 40, palette.shadow),
            Fill(card, palette.raised, 44),
            *avatar(card.x1 + 100, card.middle[1], 58, name, tone),
            Label(card.x1 + 190, card.y1 + 84, name, 42, Weight.MEDIUM, palette.text),
            Label(card.x1 + 190, card.y1 + 142, what, 38, Weight.REGULAR, palette.muted),
        ]
    return tuple(marks)


_Pages = tuple[str, str, str, Callable[[Palette], tuple[Mark, ...]]]

# page -> title, words, button, picture
_PAGES: Final[Mapping[str, _Pages]] = {
    "plaza.onboarding_welcome": (
        "Welcome to Plaza",
        "A friendly square for the people and places you care about.",
        "Next",
        _welcome,
    ),
    "plaza.onboarding_discover": (
        "Share and discover",
        "Post moments, follow friends and find new ideas every single day.",
        "Next",
        _discover,
    ),
    "plaza.onboarding_notify": (
        "Never miss a moment",
        "Turn on notifications to hear when somebody writes or likes a post.",
        "Get started",
        _notify,
    ),
}
ONBOARDING: Final = tuple(_PAGES)


def _dots(palette: Palette, active: int) -> tuple[Mark, ...]:
    x = 540 - (64 + 2 * 40) // 2
    marks: list[Mark] = []
    for place in range(len(ONBOARDING)):
        wide = 64 if place == active else 20
        marks.append(Fill(Box(x, 1970, x + wide, 1990), palette.primary if place == active else palette.outline, 9999))
        x += wide + 20
    return tuple(marks)


@functools.cache
def onboarding(palette: Palette, page: str) -> View:
    """Return one of the pages named in ONBOARDING."""
    title_text, words, act, picture = _PAGES[page]
    place = ONBOARDING.index(page)
    title = Label(84, 1430, title_text, 88, Weight.BOLD, palette.text)
    body = paragraph(words, (84, 1536), (48, Weight.REGULAR, palette.muted), 900, lines=3, leading=70)
    marks = (
        *_backdrop(palette),
        *picture(palette),
        title,
        *body,
        *_dots(palette, place),
        *button(palette, _BUTTON, act),
    )
    last = place == len(ONBOARDING) - 1
    elements = (
        Element("illustration", _STAGE, Role.IMAGE, steadiness=Steadiness.FIXED),
        fixed_text("title", title),
        *(fixed_text(f"body_{row + 1}", label) for row, label in enumerate(body)),
        Element(
            "get_started" if last else "next",
            _BUTTON,
            Role.BUTTON,
            act,
            action="finish_onboarding" if last else f"go:{ONBOARDING[ONBOARDING.index(page) + 1]}",
            leads_to="plaza.login" if last else ONBOARDING[place + 1],
            steadiness=Steadiness.FIXED,
        ),
    )
    return View(page, PLAZA_PACKAGE, (Placed(Sheet(DISPLAY, marks)),), elements, ".OnboardingActivity")
