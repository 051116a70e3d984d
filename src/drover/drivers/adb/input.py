"""Words for Android's `input` command: text, keys, touches. Pure."""

import math
from collections.abc import Sequence

from drover.devices.geometry import Point
from drover.devices.ports import Key

# android.view.KeyEvent
KEYCODES = {
    Key.HOME: 3,
    Key.BACK: 4,
    Key.ENTER: 66,
    Key.DELETE: 67,
    Key.TAB: 61,
    Key.MOVE_HOME: 122,
    Key.MOVE_END: 123,
    Key.RECENTS: 187,
    Key.WAKE: 224,
}
MAX_PIECE = 500
MAX_KEYS = 100

# `input` starts a Java program, whose linker complains on some builds; that is no failure of the touch.
_NOISE = ("WARNING: linker:",)


def untypable(text: str) -> str:
    """Return the characters of `text` that `input text` cannot type, each once; empty where it can type all."""
    return "".join(dict.fromkeys(character for character in text if not " " <= character <= "~"))


def text_pieces(text: str) -> list[str]:
    """Return the arguments of the `input text` calls that type `text`, which is printable ASCII.

    A space is written %s, and there is no way to write a percent sign before an s: they go into two calls.
    """
    pieces: list[str] = []
    for part in _between_percent_and_s(text):
        pieces += [part[start : start + MAX_PIECE] for start in range(0, len(part), MAX_PIECE)]
    return [piece.replace(" ", "%s") for piece in pieces]


def _between_percent_and_s(text: str) -> list[str]:
    parts = text.split("%s")
    starts = ["s" + part if index else part for index, part in enumerate(parts)]
    return [part + "%" for part in starts[:-1]] + starts[-1:]


def key_pieces(key: Key, times: int) -> list[list[int]]:
    """Return the key codes of each of the calls that press `key` `times` times."""
    code = KEYCODES[key]
    return [[code] * min(MAX_KEYS, times - start) for start in range(0, times, MAX_KEYS)]


def swipe_words(start: Point, end: Point, seconds: float) -> list[str]:
    """Return the arguments of `input swipe`."""
    return [str(number) for number in (start.x, start.y, end.x, end.y, math.ceil(seconds * 1000))]


def complaint(lines: Sequence[str]) -> str:
    """Return what `input` complained of, in one line; empty where it did not."""
    said = [line.strip() for line in lines if line.strip() and not line.startswith(_NOISE)]
    # The exception is named in a line of its own, after one that only says that there was one.
    named = (line for word in ("Exception:", "Exception") for line in said if word in line)
    return next(named, said[0] if said else "")[:300]


def is_refusal(text: str) -> bool:
    """Whether a complaint means that the vendor's settings forbid injected input."""
    return "INJECT_EVENTS" in text or "Injecting to another application" in text or "Injecting input events" in text
