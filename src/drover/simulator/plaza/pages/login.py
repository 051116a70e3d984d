"""Login: username, password, one button."""

import functools
from dataclasses import dataclass

from drover.simulator.display.marks import DISPLAY, Box, Fill, Gradient, Label, Mark, Placed, Sheet, Symbol, Weight, rgb
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import FieldLook, button, centred, field, ink, spinner
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.windowing.text_input import Entry
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

BULLET = "\u2022"
_FIELDS = {
    "username": (Box(84, 770, 996, 902), "Username", "person"),
    "password": (Box(84, 936, 996, 1068), "Password", "lock"),
}
_BUTTON = Box(84, 1180, 996, 1324)
_ERROR_AT = 1130
_SLOT = Box(676, 266, 996, 366)
_CLOSE = Box(942, 104, 1050, 212)


@dataclass(frozen=True, slots=True)
class LoginModel:
    """What the login page shows; `step` is the spinner's, None while nothing is sent."""

    username: Entry
    password: Entry
    focus: str | None
    caret: bool
    error: str
    step: int | None
    slot: int
    adding: bool


@functools.lru_cache(maxsize=64)
def _foot(palette: Palette, slot: int, *, adding: bool) -> tuple[Sheet, tuple[Element, ...]]:
    """Return the way to the slots, and where an account is added to others the way back to them."""
    words = Label(
        _SLOT.middle[0], centred(_SLOT.middle[1], 40), f"Slot {slot}", 40, Weight.MEDIUM, palette.muted, "centre"
    )
    marks: list[Mark] = [
        Fill(_SLOT, palette.field, 9999),
        Symbol("people", ink(words).x1 - 50, _SLOT.middle[1], 46, palette.muted),
        words,
        Symbol("chevron_right", ink(words).x2 + 46, _SLOT.middle[1], 38, palette.faint),
    ]
    slots = Element("slots", _SLOT, Role.BUTTON, words.text, "", "go:plaza.slots", "plaza.slots", Steadiness.CHANGING)
    elements = [slots]
    if adding:
        marks.append(Symbol("close", *_CLOSE.middle, 62, palette.text))
        elements.append(Element("close", _CLOSE, Role.BUTTON, "", "Close", "back"))
    return Sheet(DISPLAY, tuple(marks)), tuple(elements)


@functools.cache
def _page(palette: Palette, error: str, *, busy: bool) -> tuple[Sheet, tuple[Element, ...]]:
    title = Label(84, 590, "Welcome back", 88, Weight.BOLD, palette.text)
    words = Label(84, 676, "Log in to see what is new in your square.", 44, Weight.REGULAR, palette.muted)
    logo = Box(84, 236, 244, 396)
    forgot = Label(540, 1436, "Forgot your password?", 42, Weight.MEDIUM, palette.primary, "centre")
    notice = Label(96, _ERROR_AT, error, 38, Weight.REGULAR, palette.error)
    marks = (
        Fill(DISPLAY, palette.surface),
        Gradient(logo, rgb(0x7A6BFF), rgb(0x4A38DD), 44),
        Symbol("plaza", *logo.middle, 100, rgb(0xFFFFFF)),
        title,
        words,
        *button(palette, _BUTTON, "" if busy else "Log in"),
        forgot,
        *((notice,) if error else ()),
    )
    press = Element(
        "log_in", _BUTTON, Role.BUTTON, "Log in", action="log_in", leads_to="plaza.feed", steadiness=Steadiness.FIXED
    )
    elements = (
        Element("logo", logo, Role.IMAGE, description="Plaza", steadiness=Steadiness.FIXED),
        fixed_text("title", title),
        fixed_text("words", words),
        press,
        fixed_text("forgot", forgot),
        *((Element("error", Box(84, 1084, 996, 1146), Role.TEXT, error),) if error else ()),
    )
    return Sheet(DISPLAY, marks), elements


def login(palette: Palette, model: LoginModel) -> View:
    """Return the login page."""
    sheet, elements = _page(palette, model.error, busy=model.step is not None)
    foot, ways = _foot(palette, model.slot, adding=model.adding)
    layers = [Placed(sheet), Placed(foot)]
    fields: list[Element] = []
    for name, entry in (("username", model.username), ("password", model.password)):
        box, hint, icon = _FIELDS[name]
        focused = model.focus == name
        shown = BULLET * len(entry.text) if name == "password" else entry.text
        cursor = entry.cursor if focused and model.caret else None
        wrong = bool(model.error) and not entry.text
        layers.append(Placed(field(palette, FieldLook(box, shown, hint, cursor, focused, wrong, icon=icon))))
        fields.append(
            Element(
                name,
                box,
                Role.FIELD,
                shown,
                hint,
                f"focus:{name}",
                steadiness=Steadiness.CHANGING,
                password=name == "password",
                focused=focused,
            )
        )
    if model.step is not None:
        layers.append(Placed(spinner(palette.on_primary, *_BUTTON.middle, 44, model.step)))
    page = "plaza.login.loading" if model.step is not None else "plaza.login"
    return View(page, PLAZA_PACKAGE, tuple(layers), (*elements, *fields, *ways), ".LoginActivity")
