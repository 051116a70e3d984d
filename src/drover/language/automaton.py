"""Drives the tables that Lark makes of the grammar: which token comes next, and which rule is complete.

Lark's own driver builds its trees on the way; this one calls the builder of ours at once, takes half of the time, keeps
count of the limits, and says exactly what could stand where a source breaks.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, Self, cast

from lark import Lark
from lark.parsers.lalr_analysis import Shift

from drover.language.errors import TooLarge

MOST_PIECES: Final = 3_000
"""How many variables, braces, bars, names and signs a source may have. Parsing takes about 10 µs for the costliest."""
MOST_DEPTH: Final = 20
"""How deeply braces, parentheses and repetitions may lie in one another."""
END: Final = "$END"

_DEEPER: Final = frozenset({"LBRACE", "FOREACH", "CALL", "FILTERED", "LPAREN", "LPAREN_"})
_HIGHER: Final = frozenset({"RBRACE", "END", "CALL_END", "RPAREN", "RPAREN_"})


class Token(str):
    """A piece of a source: which terminal of the grammar it is, and where it begins, counted from 1."""

    type: str
    column: int

    __slots__ = ("column", "type")

    def __new__(cls, text: str, kind: str, column: int) -> Self:
        """Return the token."""
        token = super().__new__(cls, text)
        token.type = kind
        token.column = column
        return token


class Broken(Exception):
    """The source does not go on as the grammar does: where, what could have come, and what lies on the stack."""

    def __init__(self, at: int, *, ended: bool, expected: set[str], tokens: Sequence[Token]) -> None:
        super().__init__(at)
        self.at = at
        self.ended = ended
        self.expected = expected
        self.tokens = tokens


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule of the grammar: how many values it takes, what it comes to, and what makes that of them."""

    size: int
    origin: str
    build: Callable[[list[object]], object]


class _Many(list[object]):
    """What a rule stands for that has no name of its own: several values, taken as they are by the rule around it."""


class Automaton:
    """The grammar, ready to run."""

    def __init__(self, lark: Lark, builder: object) -> None:
        """`builder` has a method for each named rule, which takes the list of its values."""
        table = _table(lark)
        rules: dict[int, _Rule] = {}
        self._goto: dict[int, dict[str, int]] = {}
        self._actions: dict[int, dict[str, int | _Rule]] = {}
        for state, row in table.states.items():
            self._goto[state] = {name: cast("int", target) for name, (_, target) in row.items() if not _terminal(name)}
            self._actions[state] = {
                name: cast("int", target) if action is Shift else _rule(rules, cast("_LarkRule", target), builder)
                for name, (action, target) in row.items()
                if _terminal(name)
            }
        self._starts, self._ends = table.start_states, table.end_states
        scanners = _Scanners(lark)
        self._scan = {state: scanners.of(row) for state, row in self._actions.items()}

    def run(self, start: str, source: str) -> object:
        """Return what the builder makes of the source. Raises Broken, TooLarge, and what the builder raises."""
        stack, values = [self._starts[start]], list[object]()
        taken: list[str] = []
        at = depth = 0
        while at < len(source):
            found = self._scan[stack[-1]](source, at)
            kind = "" if found is None else cast("str", found.lastgroup)
            following = self._reduced(stack, values, kind)
            if found is None or following is None:
                raise self._broken(start, at, taken, values, ended=False)
            token = Token(found[0], kind, at + 1)
            stack.append(following)
            values.append(token)
            taken.append(kind)
            at = found.end()
            depth += (kind in _DEEPER) - (kind in _HIGHER)
            if depth > MOST_DEPTH or len(taken) > MOST_PIECES:
                raise _too_large(token, depth)
        self._reduced(stack, values, END)
        if stack[-1] != self._ends[start]:
            raise self._broken(start, at, taken, values, ended=True)
        return values[-1]

    def _reduced(self, stack: list[int], values: list[object], kind: str) -> int | None:
        """Complete what rules the terminal completes; return the state that it leads to then, if it can stand there."""
        while True:
            action = self._actions[stack[-1]].get(kind)
            if not isinstance(action, _Rule):
                return action
            size = action.size
            if size:
                inside = values[-size:]
                del values[-size:], stack[-size:]
            else:
                inside = []
            values.append(action.build(inside))
            stack.append(self._goto[stack[-1]][action.origin])

    def _broken(self, start: str, at: int, taken: Sequence[str], values: list[object], *, ended: bool) -> Broken:
        tokens = [value for value in values if isinstance(value, Token)]
        return Broken(at, ended=ended, expected=self._expected(start, taken), tokens=tokens)

    def _expected(self, start: str, taken: Sequence[str]) -> set[str]:
        """Return the terminals of which each could come after these: what a state lists depends on what lies around."""
        stack = [self._starts[start]]
        for kind in taken:
            stack.append(cast("int", self._tried(stack, kind)))
        candidates = self._actions[stack[-1]]
        ends = self._tried([*stack], END, self._ends[start]) is not None
        return {kind for kind in candidates if self._tried([*stack], kind) is not None} | ({END} if ends else set())

    def _tried(self, stack: list[int], kind: str, end: int | None = None) -> int | None:
        """Do the same as `_reduced` with states alone; return `end` too, where that is reached."""
        while stack[-1] != end:
            action = self._actions[stack[-1]].get(kind)
            if not isinstance(action, _Rule):
                return action
            del stack[len(stack) - action.size :]
            stack.append(self._goto[stack[-1]][action.origin])
        return end


def _too_large(token: Token, depth: int) -> TooLarge:
    if depth > MOST_DEPTH:
        reason = f"braces, parentheses or repetitions lie in more than {MOST_DEPTH} others"
        return TooLarge(token.column, reason, hint="nest less deeply")
    reason = f"more than {MOST_PIECES} variables, braces, bars, names and signs"
    return TooLarge(token.column, reason, hint="split it")


# --- What Lark made, in the types that it leaves open -----------------------------------------------------------------


class _Options(Protocol):
    template_source: str | None


class _Origin(Protocol):
    name: str


class _LarkRule(Protocol):
    origin: _Origin
    expansion: Sequence[object]
    alias: str | None
    options: _Options


class _Table(Protocol):
    states: Mapping[int, Mapping[str, tuple[object, object]]]
    start_states: Mapping[str, int]
    end_states: Mapping[str, int]


class _Parsing(Protocol):
    @property
    def parser_state(self) -> "_Parsing": ...
    @property
    def parse_conf(self) -> "_Parsing": ...
    @property
    def parse_table(self) -> _Table: ...


def _table(lark: Lark) -> _Table:
    opened = lark.parse_interactive("", start="text")  # pyright: ignore[reportUnknownMemberType] lark types it in part
    return cast("_Parsing", opened).parser_state.parse_conf.parse_table


def _terminal(name: str) -> bool:
    return name.isupper()


def _rule(known: dict[int, _Rule], rule: _LarkRule, builder: object) -> _Rule:
    if id(rule) not in known:
        name = str(rule.alias or rule.options.template_source or rule.origin.name)
        build = _several if name.startswith("_") else _named(getattr(builder, name))
        known[id(rule)] = _Rule(len(rule.expansion), str(rule.origin.name), build)
    return known[id(rule)]


def _several(values: list[object]) -> _Many:
    """Return the values of a rule without a name; of one that repeats, the list of those before goes on."""
    if values and isinstance(values[0], _Many):
        first, *rest = values
        many = cast("_Many", first)
    else:
        many, rest = _Many(), values
    for value in rest:
        if isinstance(value, _Many):
            many += value
        else:
            many.append(value)
    return many


def _named(build: Callable[[list[object]], object]) -> Callable[[list[object]], object]:
    def built(values: list[object]) -> object:
        return build(list(_several(values)))

    return built


class _Scanners:
    """Regular expressions that find the next token, by what terminals can stand there."""

    def __init__(self, lark: Lark) -> None:
        ordered = sorted(lark.terminals, key=lambda each: -each.priority)
        self._sources = {str(each.name): f"(?P<{each.name}>{each.pattern.to_regexp()})" for each in ordered}
        self._known: dict[frozenset[str], Callable[[str, int], re.Match[str] | None]] = {}

    def of(self, terminals: Iterable[str]) -> Callable[[str, int], re.Match[str] | None]:
        wanted = frozenset(terminals) - {END}
        if wanted not in self._known:
            found = [source for name, source in self._sources.items() if name in wanted] or ["(?!)"]
            self._known[wanted] = re.compile("|".join(found)).match
        return self._known[wanted]
