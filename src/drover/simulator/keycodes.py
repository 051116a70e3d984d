"""Android's key codes by name, as `input keyevent` takes them."""

from collections.abc import Mapping
from typing import Final

_NAMED: Final[Mapping[str, int]] = {
    "SOFT_LEFT": 1, "SOFT_RIGHT": 2, "HOME": 3, "BACK": 4, "CALL": 5, "ENDCALL": 6, "STAR": 17, "POUND": 18,
    "DPAD_UP": 19, "DPAD_DOWN": 20, "DPAD_LEFT": 21, "DPAD_RIGHT": 22, "DPAD_CENTER": 23,
    "VOLUME_UP": 24, "VOLUME_DOWN": 25, "POWER": 26, "CAMERA": 27, "CLEAR": 28, "COMMA": 55, "PERIOD": 56,
    "ALT_LEFT": 57, "ALT_RIGHT": 58, "SHIFT_LEFT": 59, "SHIFT_RIGHT": 60, "TAB": 61, "SPACE": 62, "SYM": 63,
    "EXPLORER": 64, "ENVELOPE": 65, "ENTER": 66, "DEL": 67, "GRAVE": 68, "MINUS": 69, "EQUALS": 70,
    "LEFT_BRACKET": 71, "RIGHT_BRACKET": 72, "BACKSLASH": 73, "SEMICOLON": 74, "APOSTROPHE": 75, "SLASH": 76,
    "AT": 77, "NUM": 78, "HEADSETHOOK": 79, "FOCUS": 80, "PLUS": 81, "MENU": 82, "NOTIFICATION": 83, "SEARCH": 84,
    "MEDIA_PLAY_PAUSE": 85, "MEDIA_STOP": 86, "MEDIA_NEXT": 87, "MEDIA_PREVIOUS": 88, "MUTE": 91, "PAGE_UP": 92,
    "PAGE_DOWN": 93, "ESCAPE": 111, "FORWARD_DEL": 112, "CTRL_LEFT": 113, "CTRL_RIGHT": 114, "CAPS_LOCK": 115,
    "MOVE_HOME": 122, "MOVE_END": 123, "INSERT": 124, "FORWARD": 125, "VOLUME_MUTE": 164, "APP_SWITCH": 187,
    "LANGUAGE_SWITCH": 204, "ASSIST": 219, "BRIGHTNESS_DOWN": 220, "BRIGHTNESS_UP": 221, "SLEEP": 223, "WAKEUP": 224,
    "CUT": 277, "COPY": 278, "PASTE": 279, "ALL_APPS": 284,
}  # fmt: skip
_DIGITS: Final = {str(digit): 7 + digit for digit in range(10)}
_LETTERS: Final = {chr(ord("A") + index): 29 + index for index in range(26)}
_FUNCTION_KEYS: Final = {f"F{number}": 130 + number for number in range(1, 13)}
KEYCODES: Final[Mapping[str, int]] = {**_NAMED, **_DIGITS, **_LETTERS, **_FUNCTION_KEYS}
_HIGHEST: Final = 320


def keycode(word: str) -> int | None:
    """Return the code of a number or name (with or without `KEYCODE_`), or None where there is no such key."""
    name = word.upper().removeprefix("KEYCODE_")
    if word.isascii() and word.isdecimal():
        return int(word) if 0 < int(word) <= _HIGHEST else None
    return KEYCODES.get(name)
