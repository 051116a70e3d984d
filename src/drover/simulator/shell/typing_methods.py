"""Input methods that type what a broadcast brings them, in any script: ADBKeyBoard, and uiautomator2's own.

Each is there while its package is installed; ADBKeyBoard also on a phone that is made with it.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from drover.simulator.phone import SimulatedPhone
from drover.simulator.shell.session import Outcome, printed
from drover.simulator.uiautomator import selectors

ADB_KEYBOARD: Final = "com.android.adbkeyboard/.AdbIME"
_DELETE, _MOVE_END, _ENTER = 67, 123, 66
_OK, _NOBODY = -1, 0
_FOCUSED: Final = {"mask": 0x20000, "focused": True}


@dataclass(frozen=True, slots=True)
class _Words:
    """The actions that an input method listens to, and whether it answers them with a result."""

    text: str
    extra: str
    clear: str
    answers: bool


METHODS: Final[Mapping[str, _Words]] = {
    ADB_KEYBOARD: _Words("ADB_INPUT_B64", "msg", "ADB_CLEAR_TEXT", answers=False),
    "com.github.uiautomator/.AdbKeyboard": _Words(
        "ADB_KEYBOARD_INPUT_TEXT", "text", "ADB_KEYBOARD_CLEAR_TEXT", answers=True
    ),
}
_WITHOUT_EFFECT: Final = frozenset({"ADB_KEYBOARD_HIDE"})
_ENTERS: Final = frozenset({"ADB_KEYBOARD_SMART_ENTER", "ADB_KEYBOARD_EDITOR_CODE"})


def installed(phone: SimulatedPhone) -> Sequence[str]:
    """Return the input methods of this kind that the phone has."""
    packages = set(phone.handset.packages())
    return [
        name for name in METHODS if name.partition("/")[0] in packages or (name == ADB_KEYBOARD and phone.adb_keyboard)
    ]


async def receive(phone: SimulatedPhone, current: str, action: str, extras: Mapping[str, str]) -> int | None:
    """Let the input method in use do what a broadcast says; return its result, None where it is not for it."""
    words = METHODS.get(current)
    if words is None:
        return None
    if action == words.text:
        try:
            text = base64.b64decode(extras.get(words.extra, ""), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return _NOBODY
        await phone.type_text(text)
    elif action == words.clear:
        await _clear(phone)
    elif words.answers and action in _ENTERS:
        await phone.press((_ENTER,))
    elif not (words.answers and action in _WITHOUT_EFFECT):
        return None
    return _OK if words.answers else _NOBODY


async def _clear(phone: SimulatedPhone) -> None:
    for field in selectors.find(phone.handset.ui_xml(phone.clock.monotonic()), _FOCUSED):
        if content := field.get("text", ""):
            await phone.press((_MOVE_END, *[_DELETE] * len(content)))


def completed(action: str, result: int) -> Outcome:
    """Return what `am broadcast` prints of a broadcast that an input method got."""
    data = ', data="success"' if result == _OK else ""
    broadcasting = f"Broadcasting: Intent {{ act={action} flg=0x400000 (has extras) }}"
    return printed(broadcasting, f"Broadcast completed: result={result}{data}")
