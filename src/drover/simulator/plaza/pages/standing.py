"""Where Plaza stops an account: the question who is there, and the notice that the account is suspended."""

import functools
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import DISPLAY, Box, Fill, Label, Mark, Placed, Sheet, Symbol, Weight
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import FieldLook, button, field, spinner
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.windowing.text_input import Entry
from drover.simulator.windowing.view import Element, Role, Steadiness, View, changing_text, fixed_text

_DISC: Final = Box(400, 300, 680, 580)
_CODE: Final = Box(84, 1010, 996, 1142)
_CONFIRM: Final = Box(84, 1270, 996, 1414)
_LEAVE: Final = Box(300, 1450, 780, 1550)
_SUSPENDED_LEAVE: Final = Box(84, 1100, 996, 1244)


@dataclass(frozen=True, slots=True)
class ChallengeModel:
    """What the challenge shows; `step` is the spinner's while the code is checked."""

    username: str
    code: Entry
    focused: bool
    caret: bool
    error: str
    step: int | None


def _words(palette: Palette, lines: tuple[str, ...]) -> tuple[Label, ...]:
    return tuple(
        Label(540, 800 + row * 62, line, 44, Weight.REGULAR, palette.muted, "centre") for row, line in enumerate(lines)
    )


def _heading(palette: Palette, icon: str, text: str, *, grave: bool) -> tuple[tuple[Mark, ...], Label]:
    words = Label(540, 710, text, 68, Weight.BOLD, palette.text, "centre")
    back, front = (palette.field, palette.error) if grave else (palette.tint, palette.primary)
    return (
        Fill(DISPLAY, palette.surface),
        Fill(_DISC, back, 9999),
        Symbol(icon, *_DISC.middle, 140, front),
        words,
    ), words


@functools.lru_cache(maxsize=32)
def _challenge(palette: Palette, username: str, error: str, *, busy: bool) -> tuple[Sheet, tuple[Element, ...]]:
    top, heading = _heading(palette, "lock", "Confirm it is you", grave=False)
    words = _words(palette, ("This login looks new to us. Enter the", "code we sent to the account's owner."))
    who = Label(540, 960, f"@{username}", 42, Weight.MEDIUM, palette.text, "centre")
    leave = Label(540, 1516, "Log out", 44, Weight.MEDIUM, palette.primary, "centre")
    notice = Label(96, 1204, error, 38, Weight.REGULAR, palette.error)
    marks = (
        *top,
        *words,
        who,
        *button(palette, _CONFIRM, "" if busy else "Confirm"),
        leave,
        *((notice,) if error else ()),
    )
    fixed = Steadiness.FIXED
    elements = (
        Element("icon", _DISC, Role.IMAGE, steadiness=fixed),
        fixed_text("title", heading),
        *(fixed_text(f"words_{row + 1}", line) for row, line in enumerate(words)),
        changing_text("username", who, 400),
        Element("confirm", _CONFIRM, Role.BUTTON, "Confirm", "", "confirm", steadiness=fixed),
        Element("log_out", _LEAVE, Role.BUTTON, "Log out", "", "log_out", steadiness=fixed),
        *((Element("error", Box(84, 1158, 996, 1220), Role.TEXT, error),) if error else ()),
    )
    return Sheet(DISPLAY, marks), elements


def challenge(palette: Palette, model: ChallengeModel) -> View:
    """Return the page that asks for a code."""
    sheet, elements = _challenge(palette, model.username, model.error, busy=model.step is not None)
    cursor = model.code.cursor if model.focused and model.caret else None
    look = FieldLook(_CODE, model.code.text, "6-digit code", cursor, model.focused, bool(model.error), icon="lock")
    entry = Element(
        "code",
        _CODE,
        Role.FIELD,
        model.code.text,
        "6-digit code",
        "focus:code",
        steadiness=Steadiness.CHANGING,
        focused=model.focused,
    )
    layers = [Placed(sheet), Placed(field(palette, look))]
    if model.step is not None:
        layers.append(Placed(spinner(palette.on_primary, *_CONFIRM.middle, 44, model.step)))
    page = "plaza.challenge.loading" if model.step is not None else "plaza.challenge"
    return View(page, PLAZA_PACKAGE, tuple(layers), (*elements, entry), ".ChallengeActivity")


@functools.lru_cache(maxsize=32)
def suspended(palette: Palette, username: str) -> View:
    """Return the notice that an account is suspended."""
    top, heading = _heading(palette, "warning", "Account suspended", grave=True)
    words = _words(
        palette,
        ("Your account was suspended because it", "does not follow the rules of the square."),
    )
    who = Label(540, 960, f"@{username}", 42, Weight.MEDIUM, palette.text, "centre")
    marks = (*top, *words, who, *button(palette, _SUSPENDED_LEAVE, "Log out", filled=False))
    elements = (
        Element("icon", _DISC, Role.IMAGE, steadiness=Steadiness.FIXED),
        fixed_text("title", heading),
        *(fixed_text(f"words_{row + 1}", line) for row, line in enumerate(words)),
        changing_text("username", who, 400),
        Element("log_out", _SUSPENDED_LEAVE, Role.BUTTON, "Log out", "", "log_out", steadiness=Steadiness.FIXED),
    )
    layers = (Placed(Sheet(DISPLAY, marks)),)
    return View("plaza.suspended", PLAZA_PACKAGE, layers, elements, ".SuspendedActivity")
