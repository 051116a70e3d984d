"""Dates and times in letters: `YYYY-MM-DD`, `dddd [at] h:mm A`. English names; nothing depends on a locale."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Literal

from drover.language.errors import BadSyntax, UnknownName

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT: Final = 3

_TIMES: Final[Mapping[str, Callable[[datetime], str]]] = {
    "HH": lambda now: f"{now.hour:02}",
    "H": lambda now: f"{now.hour}",
    "hh": lambda now: f"{now.hour % 12 or 12:02}",
    "h": lambda now: f"{now.hour % 12 or 12}",
    "mm": lambda now: f"{now.minute:02}",
    "m": lambda now: f"{now.minute}",
    "ss": lambda now: f"{now.second:02}",
    "s": lambda now: f"{now.second}",
    "A": lambda now: "PM" if now.hour >= 12 else "AM",  # noqa: PLR2004 (noon)
    "a": lambda now: "pm" if now.hour >= 12 else "am",  # noqa: PLR2004 (noon)
}
_DATES: Final[Mapping[str, Callable[[datetime], str]]] = {
    "YYYY": lambda now: f"{now.year:04}",
    "YY": lambda now: f"{now.year % 100:02}",
    "MMMM": lambda now: _MONTHS[now.month - 1],
    "MMM": lambda now: _MONTHS[now.month - 1][:_SHORT],
    "MM": lambda now: f"{now.month:02}",
    "M": lambda now: f"{now.month}",
    "DD": lambda now: f"{now.day:02}",
    "D": lambda now: f"{now.day}",
    "dddd": lambda now: _DAYS[now.weekday()],
    "ddd": lambda now: _DAYS[now.weekday()][:_SHORT],
    **_TIMES,
}
KNOWN: Final[Mapping[str, Mapping[str, Callable[[datetime], str]]]] = {"date": _DATES, "time": _TIMES}
"""What a pattern of a date and of a time may hold. A time has no months, so that HH:MM is not taken for one."""

_PIECE: Final = re.compile(r"\[([^\]]*)\]|(([A-Za-z])\3*)|[^A-Za-z\[]")
_HINT: Final = "known: {}; other letters stand in [brackets]"


def check_pattern(kind: Literal["date", "time"], pattern: str, column: int) -> None:
    """Raise UnknownName for letters that mean nothing, BadSyntax for a pattern without any, or an open bracket."""
    at = 0
    found = False
    for piece in _PIECE.finditer(pattern):
        if piece.start() != at:
            break
        at = piece.end()
        if piece[2] is not None and piece[2] not in KNOWN[kind]:
            known = KNOWN[kind]
            raise UnknownName(column, f"letters in a {kind}:", piece[2], known, hint=_HINT.format(" ".join(known)))
        found = found or piece[2] is not None
    if at < len(pattern) or not found:
        reason = "has a [ without its ]" if at < len(pattern) else f"shows nothing of a {kind}"
        raise BadSyntax(column, f"the pattern {reason}", hint=_HINT.format(" ".join(KNOWN[kind])))


def formatted(kind: Literal["date", "time"], pattern: str, now: datetime) -> str:
    """Return the moment in the letters of a checked pattern, in the zone that `now` is in."""
    known = KNOWN[kind]
    return _PIECE.sub(
        lambda piece: known[piece[2]](now) if piece[2] else piece[0] if piece[1] is None else piece[1], pattern
    )
