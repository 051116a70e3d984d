"""What others wrote, made fit to be shown and typed: no control characters, no hidden ones, no odd line ends."""

import re
import unicodedata
from typing import Final

_BREAKS: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES: Final = re.compile(r" {2,}")
_MANY_BREAKS: Final = re.compile(r"\n *(?:\n *){2,}")
_DROPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS: Final = "\u200c\u200d"
"""Hidden, and yet part of how some scripts and emoji are written."""


def cleaned(text: str) -> str:
    r"""Return the text in NFC without control, hidden, private and unassigned characters.

    Line breaks stay, as `\n` and at most two in a row; any other white space becomes one space; ends are stripped.
    Cleaning what is clean changes nothing.
    """
    plain = "".join(map(_plain, _BREAKS.sub("\n", text)))
    spaced = _SPACES.sub(" ", unicodedata.normalize("NFC", plain))
    return _MANY_BREAKS.sub("\n\n", spaced).strip()


def one_line(text: str, most: int) -> str:
    """Return the cleaned text in one line of at most `most` characters."""
    return " ".join(cleaned(text).split())[:most]


def _plain(sign: str) -> str:
    if sign == "\n" or sign in _JOINERS:
        return sign
    if sign.isspace():
        return " "
    return "" if unicodedata.category(sign) in _DROPPED else sign
