"""Errors in a text shown in their place: the line, and a caret below the column."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.cells import cell_len

from drover.kernel.errors import InvalidInput
from drover.language.errors import LanguageError, MissingValue

_BEFORE = 60
_AFTER = 40
"""How much of a long line is shown around the column."""


class InText(InvalidInput):
    """A text, selector or criterion that was given is wrong in a place, which the hint shows."""

    def __init__(self, error: LanguageError, source: str, more: str = "") -> None:
        lines = [*pointed(source, error.column), *(hint for hint in (error.hint, more) if hint)]
        super().__init__(error.message, hint="\n  ".join(lines))
        self.error = error


@contextmanager
def explained(source: str, *, missing: str = "") -> Iterator[None]:
    """Raise what is wrong with `source` as InText; `missing` says how values are given."""
    try:
        yield
    except LanguageError as error:
        raise InText(error, source, missing if isinstance(error, MissingValue) else "") from error


def pointed(source: str, column: int) -> tuple[str, ...]:
    """Return the line of a column, counted from 1 over line breaks, and a line with a caret below it.

    Nothing for column 0, which has no place. Signs that do not print stand as `?`.
    """
    if not column:
        return ()
    begin = source.rfind("\n", 0, column - 1) + 1
    end = source.find("\n", begin)
    line = source[begin : len(source) if end < 0 else end]
    at = column - 1 - begin
    first = max(0, at - _BEFORE)
    before, after = _printable(line[first:at]), _printable(line[at : at + _AFTER])
    cut = "..." if first else ""
    return f"{cut}{before}{after}{'...' if len(line) > at + _AFTER else ''}", " " * cell_len(cut + before) + "^"


def document(error: LanguageError) -> dict[str, object]:
    """Return the error as it is printed in JSON."""
    return {
        "column": error.column,
        "reason": error.reason,
        "hint": error.hint,
        "expected": list(error.expected),
        "suggestion": error.suggestion,
    }


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "?" for sign in text)
