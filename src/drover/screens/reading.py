"""Whether an expected text stands on a picture: read once, compared exactly, but for what reading cannot tell."""

import difflib
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from drover.devices.frame import Pixels
from drover.kernel.errors import InvalidInput
from drover.language.pattern import parse_pattern
from drover.screens.ocr import TextReader
from drover.screens.regions import ExpectedText

_QUOTES: Final = {**dict.fromkeys("\u2018\u2019\u201b\u00b4`", "'"), **dict.fromkeys("\u201c\u201d\u201e\u201f", '"')}
_DASHES: Final = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
_SAME_LOOK: Final = str.maketrans({**_QUOTES, **_DASHES, **dict.fromkeys("I|", "l")})
_LESS_THAN_ALIKE: Final = 0.99  # the same letters, in words of other ends
_EDGES: Final = ".,;:!?\u00b7\u2022\"'()[]{}\u00ab\u00bb\u00bf\u00a1"


class EmptyText(InvalidInput):
    """A text is expected, and it has no character that could be read."""

    def __init__(self) -> None:
        super().__init__("the expected text is empty", hint="give the text that is to be read, or no text at all")


@dataclass(frozen=True, slots=True)
class TextCheck:
    """How the check of an expected text went.

    `ratio` is how alike what was read is to what was expected, 0 to 1: 1 where it passed, and for a pattern 1 or 0.
    `seen` is what was read, `why` what is wrong, empty where it passed.
    """

    passed: bool
    ratio: float
    seen: str
    why: str = ""


def verify_text(reader: TextReader, crop: Pixels, expected: ExpectedText) -> TextCheck:
    """Tell whether `expected` stands on `crop`, a part of a frame, RGB or RGBA; only that is read.

    A text must be among the words read, a pattern be found in what was read. It is read once: a second reading, in
    another size, accepts more wrong texts than it finds right ones. It computes, 15 to 20 ms: call it in an image
    thread. Raises EmptyText, TextNotRead; BadSyntax and Unsupported for what is no pattern.
    """
    if not expected.source.strip():
        raise EmptyText
    ratio_of = _pattern_found(expected.source) if expected.pattern else partial(likeness, expected.source)
    seen = reader.read(crop)
    ratio = ratio_of(seen)
    if ratio == 1:
        return TextCheck(passed=True, ratio=ratio, seen=seen)
    missed = f"nothing that {expected.source!r} matches" if expected.pattern else f"not {expected.source!r}"
    return TextCheck(passed=False, ratio=ratio, seen=seen, why=f"{_told(seen)}, {missed}")


def _pattern_found(source: str) -> Callable[[str], float]:
    pattern = parse_pattern(source)
    return lambda seen: float(pattern.search(unicodedata.normalize("NFKC", seen)) is not None)


def likeness(expected: str, seen: str) -> float:
    """Return 1 where the words of `expected` stand among those of `seen`, else how alike they are, less than 1.

    Spaces, punctuation at the ends of words, the shape of quotes and dashes, and I, l and | do not count: readers mix
    them up. Everything else does, however long the text: measured on 5,000 texts that differ in a letter, a digit or
    its case (`bench/reading.py`), each tolerance beyond these accepts wrong ones, and gains next to nothing.
    """
    if words_of(expected):
        wanted, words = words_of(expected), words_of(seen)
        alike = bool(runs_of(expected, words))
    else:  # nothing but punctuation is wanted
        wanted, words = expected.split(), seen.split()
        alike = "".join(wanted) == "".join(words)
    if alike:
        return 1.0
    ratio = difflib.SequenceMatcher(None, "".join(wanted), "".join(words), autojunk=False).ratio()
    return min(ratio, _LESS_THAN_ALIKE)


def words_of(text: str) -> list[str]:
    """Return the words as they are compared; none for a text of punctuation."""
    even = unicodedata.normalize("NFKC", text.translate(_SAME_LOOK))
    return [word for word in (each.strip(_EDGES) for each in even.split()) if word]


def runs_of(wanted: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Return first and end of each run of `words` that is `wanted`, whatever spaces are between them."""
    letters = "".join(words_of(wanted))
    even = ["".join(words_of(word)) for word in words]
    found: list[tuple[int, int]] = []
    for first in range(len(even)):
        end, joined = first, ""
        while end < len(even) and len(joined) < len(letters):
            joined += even[end]
            end += 1
        if letters and joined == letters:
            found.append((first, end))
    return found


def _told(seen: str) -> str:
    return f"reads {seen!r}" if seen else "no text can be read"
