"""Regular expressions that always end: matched in time that grows with the text, never beyond that.

The syntax is the part of Python's that a finite automaton can match: no look-around, no backward references. What
matches is what Python's `re` finds too: from the left, the earlier branch first, quantifiers as greedy as written.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from drover.language.errors import BadSyntax, Unsupported

MOST_STEPS: Final = 1000
"""How many steps a pattern may have once its counted repeats are written out."""
MOST_TEXT: Final = 4000
"""How many characters of a text are looked at; the most work is their number times that of the steps."""
MOST_REPEATS: Final = 200
MOST_DEPTH: Final = 20
_HINT: Final = "known: a . [a-z] \\d \\w \\s \\b ^ $ ( ) (?: ) | * + ? {2,4}, and ? after a quantifier"

Take = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Match:
    """What was found: the whole, and the first group, None where that took no part or there is none."""

    whole: str
    group: str | None

    @property
    def value(self) -> str:
        """The first group, or else the whole."""
        return self.whole if self.group is None else self.group


@dataclass(frozen=True, slots=True)
class _Char:
    take: Take


@dataclass(frozen=True, slots=True)
class _Edge:
    holds: Callable[[str, int], object]


@dataclass(frozen=True, slots=True)
class _Fork:
    """Go on at the first place, or else at the second."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class _Save:
    slot: int


_Step = _Char | _Edge | _Fork | _Save
_Saved = tuple[int | None, int | None]


class _Steps:
    """The steps of a pattern while they are written."""

    def __init__(self) -> None:
        self.written: list[_Step] = []

    @property
    def next(self) -> int:
        """Where the next step will be."""
        return len(self.written)

    def add(self, step: _Step) -> None:
        """Append a step. Raises Unsupported where there are too many."""
        if self.next == MOST_STEPS:
            raise Unsupported(1, f"comes to more than {MOST_STEPS} steps", hint="repeat less often")
        self.written.append(step)

    def reserve(self) -> int:
        """Append a step that is to be set once it is known where it leads; return its place."""
        self.add(_Fork(0, 0))
        return self.next - 1


@dataclass(frozen=True, slots=True)
class _Node:
    """A part of a pattern: `write` appends its steps; `may_be_empty` says whether it matches nothing at all."""

    write: Callable[[_Steps], None]
    may_be_empty: bool


class Pattern:
    """A regular expression ready to be searched for."""

    def __init__(self, steps: Sequence[_Step]) -> None:
        self._steps = steps

    def search(self, text: str) -> Match | None:
        """Return what is found first in the first MOST_TEXT characters of the text."""
        text = text[:MOST_TEXT]
        found: tuple[int, int, _Saved] | None = None
        threads: list[tuple[int, int, _Saved]] = []
        for at in range(len(text) + 1):
            if found is None:
                threads.append((0, at, (None, None)))
            waiting, ended = self._closure(threads, text, at)
            if ended is not None:
                start, saved = ended
                found = (start, at, saved)
            if not waiting and found is not None:
                break
            threads = [
                (place + 1, start, saved) for place, start, saved, take in waiting if at < len(text) and take(text[at])
            ]
        if found is None:
            return None
        start, end, (opened, closed) = found
        return Match(text[start:end], None if opened is None or closed is None else text[opened:closed])

    def _closure(
        self, threads: list[tuple[int, int, _Saved]], text: str, at: int
    ) -> tuple[list[tuple[int, int, _Saved, Take]], tuple[int, _Saved] | None]:
        """Follow all steps that take no character, the preferred first, up to the first that has come to the end."""
        waiting: list[tuple[int, int, _Saved, Take]] = []
        seen: set[int] = set()
        stack = threads[::-1]
        while stack:
            place, start, saved = stack.pop()
            if place in seen:
                continue
            seen.add(place)
            if place == len(self._steps):
                return waiting, (start, saved)
            match self._steps[place]:
                case _Char(take):
                    waiting.append((place, start, saved, take))
                case _Edge(holds):
                    if holds(text, at):
                        stack.append((place + 1, start, saved))
                case _Fork(first, second):
                    stack += [(second, start, saved), (first, start, saved)]
                case save:
                    stack.append((place + 1, start, (at, None) if save.slot == 0 else (saved[0], at)))
        return waiting, None


@lru_cache(maxsize=256)
def parse_pattern(source: str) -> Pattern:
    """Return the pattern. Raises BadSyntax, Unsupported; both say the column."""
    steps = _Steps()
    _Parser(source).whole().write(steps)
    return Pattern(steps.written)


_ITEM: Final = re.compile(
    r"\\[dDwWsS]|\\[^A-Za-z0-9]|\\[nrtfv]|\.|\[\^?\]?(?:[^\]\\\[]|\\.)*\]|[^\\\[\](){}|*+?^$]|[\]}]"
)
_RESERVED: Final = re.compile(r"\[.*(--|&&|~~|\|\|)")
_QUANTIFIER: Final = re.compile(r"(?:([*+?])|\{(\d{1,4})(?:(,)(\d{0,4}))?\})(\??)")
_EDGES: Final[dict[str, Callable[[str, int], object]]] = {
    "^": lambda _, at: at == 0,
    "$": lambda text, at: at == len(text) or (at == len(text) - 1 and text[at] == "\n"),
    "\\b": lambda text, at: _is_word(text, at - 1) != _is_word(text, at),
    "\\B": lambda text, at: bool(text) and _is_word(text, at - 1) == _is_word(text, at),
}


def _is_word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and (text[at].isalnum() or text[at] == "_")


class _Parser:
    """Reads a pattern from the left."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._groups = 0
        self._depth = 0

    def whole(self) -> _Node:
        """Return the whole pattern."""
        node = self._branches()
        if self._at < len(self._source):
            raise self._bad("a ) without its (")
        return node

    def _branches(self) -> _Node:
        branches = [self._chain()]
        while self._source.startswith("|", self._at):
            self._at += 1
            branches.append(self._chain())
        node = branches.pop()
        for branch in reversed(branches):
            node = _either(branch, node)
        return node

    def _chain(self) -> _Node:
        nodes: list[_Node] = []
        while self._at < len(self._source) and self._source[self._at] not in "|)":
            nodes.append(self._repeated(self._atom()))
        return _chained(nodes)

    def _atom(self) -> _Node:
        source, at = self._source, self._at
        if source.startswith("(", at):
            return self._group()
        for edge, holds in _EDGES.items():
            if source.startswith(edge, at):
                self._at += len(edge)
                return _single(_Edge(holds), may_be_empty=True)
        item = _ITEM.match(source, at)
        if item is None or _RESERVED.search(item[0]):
            raise self._bad(f"{source[at : at + 2]!r} is nothing that patterns know here")
        try:
            take = re.compile(item[0]).fullmatch  # of one character: that takes no time to speak of
        except re.error as error:
            raise self._bad(str(error.msg)) from error
        self._at = item.end()
        return _single(_Char(take), may_be_empty=False)

    def _group(self) -> _Node:
        opened = self._at
        keeps = not self._source.startswith("(?:", opened)
        if keeps and self._source.startswith("(?", opened):
            raise Unsupported(opened + 1, f"{self._source[opened : opened + 4]} is no group that ends", hint=_HINT)
        self._at += 1 if keeps else len("(?:")
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise self._bad(f"groups lie in more than {MOST_DEPTH} others")
        self._groups += keeps
        saved = keeps and self._groups == 1
        node = self._branches()
        if not self._source.startswith(")", self._at):
            self._at = opened
            raise self._bad("a ( without its )")
        self._at += 1
        self._depth -= 1
        empty = {"may_be_empty": True}
        return _chained([_single(_Save(0), **empty), node, _single(_Save(1), **empty)]) if saved else node

    def _repeated(self, node: _Node) -> _Node:
        found = _QUANTIFIER.match(self._source, self._at)
        if found is None:
            return node
        sign, least, comma, most, lazy = found.groups()
        low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(sign) or (
            int(least),
            (int(most) if most else None) if comma else int(least),
        )
        if max(low, high or 0) > MOST_REPEATS or (high is not None and high < low):
            raise self._bad(f"{found[0]} is no number of times from 0 to {MOST_REPEATS}")
        if node.may_be_empty:
            raise self._bad(f"{found[0]} repeats what may be nothing at all")
        self._at = found.end()
        if _QUANTIFIER.match(self._source, self._at) or self._source.startswith("+", self._at):
            raise self._bad("a quantifier after a quantifier")
        return _times(node, low, high, lazy=bool(lazy))

    def _bad(self, reason: str) -> BadSyntax:
        return BadSyntax(self._at + 1, reason, hint=_HINT)


def _single(step: _Step, *, may_be_empty: bool) -> _Node:
    return _Node(lambda steps: steps.add(step), may_be_empty)


def _chained(nodes: Sequence[_Node]) -> _Node:
    def write(steps: _Steps) -> None:
        for node in nodes:
            node.write(steps)

    return _Node(write, all(node.may_be_empty for node in nodes))


def _either(first: _Node, second: _Node) -> _Node:
    def write(steps: _Steps) -> None:
        fork = steps.reserve()
        first.write(steps)
        jump = steps.reserve()
        steps.written[fork] = _Fork(fork + 1, steps.next)
        second.write(steps)
        steps.written[jump] = _Fork(steps.next, steps.next)

    return _Node(write, first.may_be_empty or second.may_be_empty)


def _times(node: _Node, low: int, high: int | None, *, lazy: bool) -> _Node:
    def fork(into: int, past: int) -> _Fork:
        return _Fork(past, into) if lazy else _Fork(into, past)

    def write(steps: _Steps) -> None:
        for _ in range(low):
            node.write(steps)
        if high is None:
            begin = steps.reserve()
            node.write(steps)
            steps.add(_Fork(begin, begin))
            steps.written[begin] = fork(begin + 1, steps.next)
            return
        forks: list[int] = []
        for _ in range(high - low):
            forks.append(steps.reserve())
            node.write(steps)
        for place in forks:
            steps.written[place] = fork(place + 1, steps.next)

    return _Node(write, may_be_empty=low == 0)
