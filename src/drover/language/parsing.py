"""The entry points of the parser. What was parsed before is not parsed again: trees are frozen."""

from functools import lru_cache
from typing import Final, cast

from drover.language.criteria import Criteria
from drover.language.grammar import parse
from drover.language.selector import Selector
from drover.language.text import Text

_KEPT: Final = 512
"""How many sources of each kind stay parsed, the last used ones."""


@lru_cache(maxsize=_KEPT)
def parse_text(source: str) -> Text:
    """Return the parsed text.

    Raises LanguageError, with the column where it is wrong: BadSyntax, UnknownName and Unsupported for variables that
    there are not, TooLarge with the limit. A column counts characters from the start, a line break being one.
    """
    return cast("Text", parse("text", source))


@lru_cache(maxsize=_KEPT)
def parse_selector(source: str) -> Selector:
    """Return the selector. Raises LanguageError as above."""
    return cast("Selector", parse("selector", source))


@lru_cache(maxsize=_KEPT)
def parse_criteria(source: str) -> Criteria:
    """Return the criteria. Fields are not known here: `fitting.check` says which there are. Raises LanguageError."""
    return cast("Criteria", parse("criteria", source))
