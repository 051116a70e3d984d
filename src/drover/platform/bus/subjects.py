"""Subjects and patterns, as NATS has them. Pure."""

import re
from typing import Final

from drover.platform.bus.errors import BadSubject

_WORD: Final = "[A-Za-z0-9_-]+"
_SUBJECT: Final = re.compile(rf"{_WORD}(?:\.{_WORD})*")
_PATTERN: Final = re.compile(rf"(?:(?:{_WORD}|\*)\.)*(?:{_WORD}|\*|>)")
MOST_CHARACTERS: Final = 255


def check_subject(subject: str) -> None:
    """Raise BadSubject for what no message can be sent to."""
    if len(subject) > MOST_CHARACTERS or _SUBJECT.fullmatch(subject) is None:
        raise BadSubject(subject)


def check_pattern(pattern: str) -> None:
    """Raise BadSubject for what is neither a subject nor a pattern of subjects."""
    if len(pattern) > MOST_CHARACTERS or _PATTERN.fullmatch(pattern) is None:
        raise BadSubject(pattern)


def matches(pattern: str, subject: str) -> bool:
    """Return whether a message to `subject` goes to whoever asked for `pattern`.

    `*` stands for one word, `>` at the end for one or more.
    """
    wanted, given = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        wanted = wanted[:-1]
        if len(given) <= len(wanted):
            return False
        given = given[: len(wanted)]
    return len(wanted) == len(given) and all(want in ("*", word) for want, word in zip(wanted, given, strict=True))
