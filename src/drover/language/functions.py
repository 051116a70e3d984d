"""What stands between the parentheses of a variable, and the nodes that come of it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from drover.language.automaton import Token
from drover.language.dates import check_pattern
from drover.language.errors import BadSyntax, TooLarge, UnknownName, Unsupported
from drover.language.text import (
    Combined,
    Counter,
    Generated,
    MediaFolder,
    Moment,
    Part,
    RandomChoice,
    RandomNumber,
    Reference,
    Variable,
    text_of,
)
from drover.language.text import Literal as Plain
from drover.language.vocabulary import forms_of, known_category, segments

MOST_DIGITS: Final = 18
MOST_HASHTAGS: Final = 30
_ESCAPED: Final = re.compile(r"\\([\\(){},])")
_PIECE: Final = re.compile(r"\\[\\(){},]|[^\\,]+|\\|(,)")
_GROUP: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_WHOLE: Final = re.compile(rf"-?\d{{1,{MOST_DIGITS}}}")
_RANGE: Final = re.compile(rf"(-?\d{{1,{MOST_DIGITS}}})\s*-\s*(-?\d{{1,{MOST_DIGITS}}})")


@dataclass(frozen=True, slots=True)
class Arguments:
    """What stands in the parentheses of `${path(...)}`: pieces of source and variables. `column` is where it begins."""

    path: str
    parts: tuple[Token | Variable, ...]
    column: int

    def bad(self, reason: str) -> BadSyntax:
        """Return the error that says so, and how the function is written."""
        return BadSyntax(self.column, f"{self.path}: {reason}", hint=forms_of(self.path))

    def whole(self) -> str:
        """Return all of it as one plain text. Raises Unsupported for a variable in it, BadSyntax for nothing."""
        text = self._source()
        if not text.strip():
            raise self.bad("nothing stands in its parentheses")
        return _ESCAPED.sub(r"\1", text).strip()

    def listed(self) -> list[str]:
        """Return the plain texts between the commas, without the space around them."""
        items: list[list[str]] = [[]]
        for piece in _PIECE.finditer(self._source()):
            if piece[1]:
                items.append([])
            else:
                items[-1].append(piece[0])
        return [_ESCAPED.sub(r"\1", "".join(item).strip()) for item in items]

    def prompt(self) -> tuple[Part, ...]:
        """Return all of it as the parts of a text, the space around it left out. Raises BadSyntax for nothing."""
        last = len(self.parts) - 1
        parts: list[Part] = []
        for place, part in enumerate(self.parts):
            if not isinstance(part, Token):
                if isinstance(part, Generated) or (isinstance(part, Reference) and part.secret):
                    what = "a draft" if isinstance(part, Generated) else "a secret"
                    raise Unsupported(part.column, f"{what} cannot stand in a prompt", hint="leave it out")
                parts.append(part)
                continue
            source = part.lstrip() if place == 0 else str(part)
            parts.append(Plain(_ESCAPED.sub(r"\1", source.rstrip() if place == last else source), self.column))
        text = text_of(parts)
        if not text.parts:
            raise self.bad("nothing stands in its parentheses")
        return text.parts

    def _source(self) -> str:
        for part in self.parts:
            if not isinstance(part, Token):
                raise Unsupported(part.column, f"a variable cannot stand in {self.path}", hint="only in those of ai")
        return "".join(str(part) for part in self.parts)


Builder = Callable[[Arguments, int], Variable]


def call(path: str, arguments: Arguments, column: int) -> Variable:
    """Return the variable `${path(arguments)}`, whose `$` is in `column`. Raises what is wrong with it."""
    if path in FUNCTIONS:
        return FUNCTIONS[path](arguments, column)
    category = known_category(segments(path, column)[0], column)
    own = tuple(name for name in FUNCTIONS if name.startswith(f"{category}."))
    if not own:
        raise Unsupported(arguments.column - 1, f"{path} takes no arguments", hint=forms_of(path))
    raise UnknownName(column + len("${"), "function", path, own, hint=forms_of(path))


def _folder(arguments: Arguments, column: int) -> Variable:
    path = arguments.whole()
    if (
        path.startswith(("/", "~"))
        or "\\" in path
        or ":" in path
        or not set(path.split("/")).isdisjoint({"", ".", ".."})
    ):
        raise arguments.bad(f"{path} leads out of the client's library, or is no folder's name")
    return MediaFolder(path, column)


def _moment(kind: Literal["date", "time"]) -> Builder:
    def build(arguments: Arguments, column: int) -> Variable:
        pattern = arguments.whole()
        check_pattern(kind, pattern, arguments.column)
        return Moment(kind, pattern, column)

    return build


def _number(arguments: Arguments, column: int) -> Variable:
    found = _RANGE.fullmatch(arguments.whole())
    if found is None:
        raise arguments.bad(f"expected two whole numbers of at most {MOST_DIGITS} digits, such as 1-9")
    low, high = int(found[1]), int(found[2])
    if low > high:
        raise arguments.bad(f"{low} is more than {high}")
    return RandomNumber(low, high, column)


def _choice(arguments: Arguments, column: int) -> Variable:
    options = arguments.listed()
    if not all(options):
        raise arguments.bad("an option is empty")
    return RandomChoice(tuple(options), column)


def _counter(arguments: Arguments, column: int) -> Variable:
    name, start, step = _of(arguments, 3)
    _named(arguments, name)
    if not _WHOLE.fullmatch(start) or not _WHOLE.fullmatch(step) or int(step) == 0:
        raise arguments.bad(f"start and step are whole numbers of at most {MOST_DIGITS} digits, and step is not 0")
    return Counter(name, int(start), int(step), column)


def _prompted(kind: Literal["caption", "response"]) -> Builder:
    return lambda arguments, column: Generated(kind, text_of(arguments.prompt()), 0, column)


def _hashtags(arguments: Arguments, column: int) -> Variable:
    *topic, last = arguments.prompt()
    written = re.fullmatch(r"(.*),\s*(\d{1,3})", last.text, re.DOTALL) if isinstance(last, Plain) else None
    if written is None or not isinstance(last, Plain):
        raise arguments.bad("expected a topic, a comma and how many")
    if not 1 <= int(written[2]) <= MOST_HASHTAGS:
        raise TooLarge(arguments.column, f"{arguments.path}: at most {MOST_HASHTAGS} hashtags, and at least 1")
    prompt = text_of([*topic, Plain(written[1].rstrip(), last.column)])
    if not prompt.parts:
        raise arguments.bad("there is no topic")
    return Generated("hashtags", prompt, int(written[2]), column)


def _combined(operation: Literal["intersection", "difference"]) -> Builder:
    def build(arguments: Arguments, column: int) -> Variable:
        first, second = _of(arguments, 2)
        _named(arguments, first)
        _named(arguments, second)
        return Combined(operation, first, second, column)

    return build


def _of(arguments: Arguments, number: int) -> Sequence[str]:
    items = arguments.listed()
    if len(items) != number:
        raise arguments.bad(f"expected {number} arguments, found {len(items)}")
    return items


def _named(arguments: Arguments, name: str) -> None:
    if not _GROUP.fullmatch(name):
        raise arguments.bad(f"`{name}` is not a name")


FUNCTIONS: Final[Mapping[str, Builder]] = {
    "content.media.folder": _folder,
    "dynamic.date.format": _moment("date"),
    "dynamic.time.format": _moment("time"),
    "dynamic.random.number": _number,
    "dynamic.random.choice": _choice,
    "dynamic.counter": _counter,
    "ai.caption": _prompted("caption"),
    "ai.response": _prompted("response"),
    "ai.hashtags": _hashtags,
    "group.intersection": _combined("intersection"),
    "group.difference": _combined("difference"),
}
