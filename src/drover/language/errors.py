"""What can be wrong with a text, selector or criterion. Every message that has a place begins with its column."""

from collections.abc import Iterable
from difflib import get_close_matches

from drover.kernel.errors import DroverError, InvalidInput, Kind

_SHOWN = 20


class LanguageError(InvalidInput):
    """A text, selector or criterion cannot be used.

    `column` counts its characters from 1; a line break counts as one, and 0 stands for a node that no source had.
    `expected` lists what could stand there instead, `suggestion` is the one that is likely meant, or empty.
    """

    def __init__(
        self, column: int, reason: str, *, hint: str = "", expected: tuple[str, ...] = (), suggestion: str = ""
    ) -> None:
        super().__init__(f"column {column}: {reason}", hint=hint)
        self.column = column
        self.reason = reason
        self.expected = expected
        self.suggestion = suggestion


class BadSyntax(LanguageError):
    """It does not follow the grammar."""


class TooLarge(LanguageError):
    """It goes beyond a limit, which the message names."""


class Unsupported(LanguageError):
    """It follows the grammar, but names a variable or selector that there is not."""


class UnknownName(Unsupported):
    """It names a category, field or function that there is not; says what there is, and what is likely meant."""

    def __init__(
        self, column: int, what: str, name: str, known: Iterable[str], *, of: str = "", hint: str = ""
    ) -> None:
        names = tuple(known)
        close = get_close_matches(name, names, n=1)
        meant = f"did you mean {close[0]}? " if close else ""
        listed = hint or f"known: {shortened(names) or 'none'}"
        super().__init__(
            column,
            f"unknown {what} {name}" + (f" of {of}" if of else ""),
            hint=f"{meant}{listed}",
            expected=names,
            suggestion=close[0] if close else "",
        )


class MissingValue(LanguageError):
    """A reference has no value to be rendered with."""


class Ambiguous(LanguageError):
    """A selector can be read in two ways on this rack, or a reference has more than one value."""


class NothingSelected(LanguageError):
    """A selector names what is not there, or leaves nothing."""


class Mismatched(LanguageError):
    """A criterion compares what cannot be compared, such as a number with a date."""


class BadAnswer(DroverError):
    """An owner of values broke the port's contract; a defect of that owner, not of the text."""

    kind = Kind.PROTOCOL


def shortened(names: Iterable[str]) -> str:
    """Return names in one line, the first of many."""
    listed = list(names)
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more
