"""A story that plays: bars that fill, the picture, words on it. Dark in both themes."""

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
    Photo,
    Placed,
    Sheet,
    Symbol,
    Weight,
    rgb,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import avatar, centred
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.overlay import overlay
from drover.simulator.windowing.view import Element, Role, Steadiness, View, changing_text, fixed_text

PROGRESS_STEPS: Final = 24
_PICTURE: Final = Box(0, 300, 1080, 2150)
_TRACK: Final = Box(40, 104, 1040, 112)
_CLOSE: Final = Box(940, 150, 1048, 258)
_PAUSE: Final = Box(812, 150, 920, 258)
_REPLY: Final = Box(54, 2196, 850, 2316)
_BLACK, _WHITE, _GREY = rgb(0x0B0A10), rgb(0xFFFFFF), rgb(0xA9A6B8)


@dataclass(frozen=True, slots=True)
class Told:
    """One story: whose, when, its picture's seed, the words on it.

    `own` is for one's own: how many saw it, and its number among one's stories.
    """

    author: str
    tone: int
    note: str
    photo: int
    text: str
    own: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class StoryModel:
    """The story that plays: `number` of `count`, from 0, at `progress` of PROGRESS_STEPS."""

    told: Told
    number: int
    count: int
    progress: int
    paused: bool


@functools.lru_cache(maxsize=64)
def _page(author: str, tone: int, note: str, photo: int) -> tuple[Sheet, tuple[Element, ...]]:
    name = Label(170, 196, author, 42, Weight.MEDIUM, _WHITE, clip=Box(160, 140, 800, 214))
    marks = (
        Fill(DISPLAY, _BLACK),
        *avatar(98, 204, 50, author, tone),
        name,
        Label(170, 246, note, 34, Weight.REGULAR, _GREY, clip=Box(160, 210, 800, 262)),
        Symbol("close", *_CLOSE.middle, 60, _WHITE),
        Photo(_PICTURE, photo, 44),
    )
    return Sheet(DISPLAY, marks), (changing_text("author", name, 620),)


@functools.lru_cache(maxsize=256)
def _bars(number: int, count: int, progress: int) -> Sheet:
    """Return one bar for each story, full up to the one that plays."""
    pitch = (_TRACK.width + 10) / count
    marks: list[Mark] = []
    for place in range(count):
        left, right = round(_TRACK.x1 + place * pitch), round(_TRACK.x1 + (place + 1) * pitch) - 10
        marks.append(Fill(Box(left, _TRACK.y1, right, _TRACK.y2), rgb(0xFFFFFF, 80), 9999))
        share = 1.0 if place < number else progress / PROGRESS_STEPS if place == number else 0.0
        if share > 0:
            end = left + max(_TRACK.height, round((right - left) * share))
            marks.append(Fill(Box(left, _TRACK.y1, end, _TRACK.y2), _WHITE, 9999))
    return Sheet(_TRACK.grown(4), tuple(marks))


@functools.cache
def _switch(*, paused: bool) -> Sheet:
    return Sheet(_PAUSE, (Symbol("play" if paused else "pause", *_PAUSE.middle, 56, _WHITE),))


@functools.lru_cache(maxsize=32)
def _own_foot(seen: int, number: int) -> tuple[Sheet, tuple[Element, ...]]:
    y = _REPLY.middle[1]
    label = Label(138, centred(y, 42), f"{seen} view" if seen == 1 else f"{seen} views", 42, Weight.MEDIUM, _WHITE)
    button = Box(640, _REPLY.y1, 1026, _REPLY.y2)
    words = Label(890, centred(y, 42), "Highlight", 42, Weight.MEDIUM, _WHITE, "right")
    marks = (
        Symbol("eye", 92, y, 60, _WHITE),
        label,
        Fill(button, rgb(0x2B2838), 9999),
        words,
        Symbol("heart", 952, y, 48, _WHITE),
    )
    elements = (
        changing_text("views", label, 330),
        Element(
            "highlight", button, Role.BUTTON, words.text, "", f"highlight_story:{number}", steadiness=Steadiness.FIXED
        ),
        Element("eye", Box(60, y - 32, 124, y + 32), Role.IMAGE, description="Views", steadiness=Steadiness.FIXED),
    )
    return Sheet(Box(0, _REPLY.y1, 1080, _REPLY.y2), marks), elements


@functools.cache
def _reply_foot() -> tuple[Sheet, tuple[Element, ...]]:
    y = _REPLY.middle[1]
    label = Label(104, centred(y, 42), "Send a reply\u2026", 42, Weight.REGULAR, _GREY)
    marks = (
        Fill(_REPLY, rgb(0x2B2838), 9999),
        label,
        Symbol("heart", 920, y, 64, _WHITE),
        Symbol("share", 1008, y, 60, _WHITE),
    )
    heart = Element("heart", Box(884, y - 36, 956, y + 36), Role.IMAGE, "", "Like", steadiness=Steadiness.FIXED)
    return Sheet(Box(0, _REPLY.y1, 1080, _REPLY.y2), marks), (fixed_text("reply_hint", label), heart)


def story(_palette: Palette, model: StoryModel) -> View:
    """Return the page: a tap on the right or left half of the picture shows the next or the one before."""
    told = model.told
    sheet, elements = _page(told.author, told.tone, told.note, told.photo)
    foot, foot_elements = _reply_foot() if told.own is None else _own_foot(*told.own)
    layers: list[Layer] = [
        Placed(sheet),
        Placed(_bars(model.number, model.count, model.progress)),
        Placed(_switch(paused=model.paused)),
        Placed(foot),
    ]
    if told.text:
        layers.append(Placed(overlay(told.text, "", None, (540, 1080))))
    x = _PICTURE.middle[0]
    halves = (
        Element("previous", Box(0, _PICTURE.y1, x, _PICTURE.y2), Role.PANEL, "", "Previous", "story_step:-1"),
        Element("next", Box(x, _PICTURE.y1, 1080, _PICTURE.y2), Role.PANEL, "", "Next", "story_step:1"),
    )
    shown = (
        Element("picture", _PICTURE, Role.IMAGE, steadiness=Steadiness.CHANGING),
        *halves,
        Element("story_words", Box(100, 900, 980, 1260), Role.TEXT, told.text, steadiness=Steadiness.CHANGING),
        Element("pause", _PAUSE, Role.BUTTON, "", "Play" if model.paused else "Pause", "story_pause"),
        Element("close", _CLOSE, Role.BUTTON, "", "Close", "back", steadiness=Steadiness.FIXED),
    )
    page = "plaza.story" if told.own is None else "plaza.own_story"
    return View(
        page, PLAZA_PACKAGE, tuple(layers), (*shown, *elements, *foot_elements), ".StoryActivity", white_bar=True
    )
