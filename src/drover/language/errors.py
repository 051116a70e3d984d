"""What can be wrong with a text or a selector. Every message begins with the column."""

from drover.kernel.errors import InvalidInput


class LanguageError(InvalidInput):
    """A text or selector cannot be used. `column` counts its characters from 1; a line break counts as one."""

    def __init__(self, column: int, reason: str, *, hint: str = "") -> None:
        super().__init__(f"column {column}: {reason}", hint=hint)
        self.column = column
        self.reason = reason


class BadSyntax(LanguageError):
    """It does not follow the grammar."""


class Unsupported(LanguageError):
    """It follows the grammar, but names a variable or selector that this version does not have."""


class MissingValue(LanguageError):
    """A reference has no value to be rendered with."""


class NoSuchPhone(LanguageError):
    """A selector names a phone that is not there, or leaves none."""


class Ambiguous(LanguageError):
    """A selector can be read in two ways on this rack."""
