"""A conversation: bubbles, the latest at the bottom, and a line to write in."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from drover.simulator.display import typeface
from drover.simulator.display.marks import (
    DISPLAY,
    REFERENCE_HEIGHT,
    REFERENCE_WIDTH,
    Box,
    Fill,
    Label,
    Layer,
    Mark,
    Placed,
    Sheet,
    Symbol,
    Weight,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN, FieldLook, app_bar, avatar, field
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.subpage import LEAD, waiting
from drover.simulator.plaza.people import Human
from drover.simulator.plaza.shelf import Message
from drover.simulator.windowing.text_input import Entry
from drover.simulator.windowing.view import Element, Role, Steadiness, View, changing_text, fixed_text

_BAR_HEIGHT: Final = 168
_TOP: Final = 310
_REST: Final = 2190
_SIZE, _LEADING, _LIMIT = 44, 60, 700
_GAP: Final = 20
_DOTS: Final = 3
_TYPING_WIDTH: Final = 170


@dataclass(frozen=True, slots=True)
class ConversationModel:
    """What the page shows. `floor` is where the keyboard begins; `typing` the dot that is up while the other writes.

    `status` stands under one's own last message; `step` is the spinner's while nothing has come.
    """

    human: Human
    messages: tuple[Message, ...]
    entry: Entry
    focused: bool
    caret: bool
    status: str
    typing: int | None
    floor: int
    step: int | None


@functools.lru_cache(maxsize=32)
def _page(palette: Palette, human: Human) -> tuple[Sheet, tuple[Element, ...]]:
    name = Label(276, 148, human.name, 46, Weight.BOLD, palette.text, clip=Box(268, 96, 780, 166))
    active = Label(276, 204, "Active today", 36, Weight.REGULAR, palette.muted)
    call, film = Box(830, 104, 930, 212), Box(940, 104, 1040, 212)
    marks = (
        Fill(DISPLAY, palette.surface),
        *app_bar(palette, name),
        Symbol("back", *LEAD.middle, 62, palette.text),
        *avatar(204, 158, 50, human.name, human.tone),
        active,
        Symbol("phone", *call.middle, 58, palette.text),
        Symbol("video", *film.middle, 62, palette.text),
    )
    elements = (
        Element("back", LEAD, Role.BUTTON, "", "Back", "back", steadiness=Steadiness.NEITHER),
        changing_text("name", name, 500),
        fixed_text("active", active),
        Element("call", call, Role.BUTTON, "", "Call", steadiness=Steadiness.FIXED),
        Element("film", film, Role.BUTTON, "", "Video call", steadiness=Steadiness.FIXED),
    )
    return Sheet(DISPLAY, marks), elements


@functools.cache
def _day(palette: Palette) -> tuple[Sheet, Element]:
    """Return the line above the bubbles; it comes with them, so that an empty page can be told."""
    label = Label(REFERENCE_WIDTH // 2, 284, "Today", 36, Weight.MEDIUM, palette.muted, "centre")
    box = Box(0, 236, REFERENCE_WIDTH, _TOP)
    return Sheet(box, (Fill(box, palette.surface), label)), fixed_text("day", label)


@functools.lru_cache(maxsize=256)
def _bubble(palette: Palette, message: Message) -> Sheet:
    lines = typeface.wrapped(message.text, Weight.REGULAR, _SIZE, _LIMIT)
    wide = round(max(typeface.width(line.rstrip(), Weight.REGULAR, _SIZE) for line in lines)) + 72
    box = Box(0, 0, max(110, wide), len(lines) * _LEADING + 48)
    back, front = (palette.primary, palette.on_primary) if message.mine else (palette.field, palette.text)
    marks: list[Mark] = [Fill(box, back, 48)]
    for place, line in enumerate(lines):
        marks.append(Label(36, 68 + place * _LEADING, line.rstrip(), _SIZE, Weight.REGULAR, front))
    return Sheet(box, tuple(marks))


@functools.lru_cache(maxsize=8)
def _dots(palette: Palette, up: int) -> Sheet:
    box = Box(0, 0, _TYPING_WIDTH, 108)
    marks: list[Mark] = [Fill(box, palette.field, 48)]
    for dot in range(_DOTS):
        x, y = 50 + dot * 36, 54 - (14 if dot == up else 0)
        marks.append(Fill(Box(x - 11, y - 11, x + 11, y + 11), palette.muted, 9999))
    return Sheet(box, tuple(marks))


@functools.lru_cache(maxsize=16)
def _said(palette: Palette, status: str) -> Sheet:
    box = Box(0, 0, REFERENCE_WIDTH, 52)
    return Sheet(box, (Label(1020, 38, status, 34, Weight.REGULAR, palette.faint, "right"),))


def _stack(palette: Palette, model: ConversationModel, floor: int) -> tuple[list[Layer], list[Element]]:
    """Return the bubbles from the bottom upwards, as many as there is room for."""
    room = Box(0, _TOP, REFERENCE_WIDTH, floor)
    layers: list[Layer] = []
    elements: list[Element] = []
    y = floor - 24
    if model.typing is not None:
        y -= 108
        layers.append(Placed(_dots(palette, model.typing), MARGIN, y, clip=room))
        y -= _GAP
    if model.status:
        y -= 52
        layers.append(Placed(_said(palette, model.status), dy=y, clip=room))
        elements.append(Element("status", Box(700, y, 1040, y + 52), Role.TEXT, model.status))
        y -= 4
    for number in range(len(model.messages) - 1, -1, -1):
        message = model.messages[number]
        sheet = _bubble(palette, message)
        y -= sheet.box.height
        x = 1026 - sheet.box.width if message.mine else MARGIN
        inside = sheet.box.moved(x, y).meet(room)
        if inside is None:
            break
        layers.append(Placed(sheet, x, y, clip=room))
        said = "Sent" if message.mine else "Received"
        elements.append(Element(f"message_{number + 1}", inside, Role.TEXT, message.text, said))
        y -= _GAP
    return layers, elements[::-1]


@functools.lru_cache(maxsize=32)
def _foot(palette: Palette, top: int, *, ready: bool) -> tuple[Sheet, Box, Box]:
    """Return the bar at the bottom, the field in it and the button that sends."""
    box = Box(0, top, REFERENCE_WIDTH, REFERENCE_HEIGHT)
    entry = Box(MARGIN, top + 24, 880, top + 144)
    send = Box(910, top + 24, 1030, top + 144)
    back, front = (palette.primary, palette.on_primary) if ready else (palette.tint, palette.on_tint)
    marks = (
        Fill(box, palette.surface),
        Fill(Box(0, top, REFERENCE_WIDTH, top + 2), palette.outline),
        Fill(send, back, 9999),
        Symbol("share", send.middle[0] - 3, send.middle[1] + 3, 58, front),
    )
    return Sheet(box, marks), entry, send


def conversation(palette: Palette, model: ConversationModel) -> View:
    """Return the page."""
    sheet, elements = _page(palette, model.human)
    if model.step is not None:
        layers: Sequence[Layer] = (Placed(sheet), waiting(palette, model.step))
        return View("plaza.conversation.loading", PLAZA_PACKAGE, tuple(layers), elements, ".ConversationActivity")
    top = min(_REST, model.floor - _BAR_HEIGHT)
    bubbles, said = _stack(palette, model, top)
    foot, box, send = _foot(palette, top, ready=bool(model.entry.text.strip()))
    cursor = model.entry.cursor if model.focused and model.caret else None
    look = FieldLook(box, model.entry.text, "Message\u2026", cursor, model.focused)
    day, day_element = _day(palette)
    layers = (Placed(sheet), Placed(day), *bubbles, Placed(foot), Placed(field(palette, look)))
    shown = (
        Element(
            "message",
            box,
            Role.FIELD,
            model.entry.text,
            look.hint,
            "focus:message",
            steadiness=Steadiness.CHANGING,
            focused=model.focused,
        ),
        Element("send", send, Role.BUTTON, "", "Send", "send_message", steadiness=Steadiness.CHANGING),
    )
    listing = Element("list", Box(0, _TOP, REFERENCE_WIDTH, top), Role.LIST, steadiness=Steadiness.CHANGING)
    every = (listing, *said, *elements, day_element, *shown)
    return View("plaza.conversation", PLAZA_PACKAGE, layers, every, ".ConversationActivity")
