"""From what the grammar recognises to trees. The parser calls it rule by rule, from the inside out."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal, cast

from drover.language.automaton import Token
from drover.language.criteria import (
    All,
    Among,
    AnyOf,
    Compare,
    Contains,
    Criteria,
    Criterion,
    Missing,
    Not,
    Operator,
    Value,
)
from drover.language.errors import BadSyntax, Unsupported
from drover.language.functions import Arguments, call
from drover.language.selector import (
    AccountName,
    Accounts,
    AccountSelector,
    Name,
    Names,
    Owned,
    PhoneSelector,
    Selector,
)
from drover.language.text import (
    SECRET_FIELDS,
    Choice,
    CountOf,
    Filtered,
    FilterOf,
    Foreach,
    Part,
    RandomOf,
    Text,
    Variable,
    text_of,
)
from drover.language.text import Literal as Plain
from drover.language.vocabulary import reference

_TOP: Final = re.compile(r"(?<!\\)(\\++)(\$?\{)")
_WITHIN: Final = re.compile(r"(?<!\\)(\\++)(\$?\{|[|}])")
_QUOTED: Final = re.compile(r"\\(.)", re.DOTALL)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}

Child = Token | Part | Text | list[Part] | tuple[Token | Variable, ...] | Criteria | Selector


class Builder:
    """One method for each rule; its children are tokens and what the rules inside it came to."""

    def text(self, children: Sequence[Child]) -> Text:
        """Return what stands outside of braces."""
        return text_of(_parts(children, _TOP))

    def braces(self, children: Sequence[Child]) -> list[Part]:
        """Return a choice, or literal braces around the one thing that stands in them."""
        column = _column(children[0])
        options: list[list[Child]] = [[]]
        for child in children[1:-1]:
            if isinstance(child, Token) and child.type == "BAR":
                options.append([])
            else:
                options[-1].append(child)
        if len(options) > 1:
            return [Choice(tuple(text_of(_parts(option, _WITHIN)) for option in options), column)]
        return [Plain("{", column), *_parts(options[0], _WITHIN), Plain("}", _column(children[-1]))]

    def foreach(self, children: Sequence[Child]) -> Foreach:
        """Return the body and whose turns it takes."""
        opening, group, _, body, _ = children
        return Foreach(str(group), cast("Text", body), _column(opening))

    def reference(self, children: Sequence[Child]) -> Variable:
        """Return a variable that is named and nothing more."""
        token = cast("Token", children[0])
        return reference(token[len("${") : -1], _column(token))

    def call(self, children: Sequence[Child]) -> Variable:
        """Return a variable with arguments."""
        opening = cast("Token", children[0])
        column = _column(opening)
        parts = cast("tuple[Token | Variable, ...]", children[1])
        return call(opening[len("${") : -1], Arguments(opening[len("${") : -1], parts, column + len(opening)), column)

    def arguments(self, children: Sequence[Child]) -> tuple[Child, ...]:
        """Return the pieces of a call's arguments."""
        return tuple(each for child in children for each in (child if isinstance(child, tuple) else (child,)))

    bracketed = arguments

    def filtered(self, children: Sequence[Child]) -> Filtered:
        """Return the filter of a group."""
        opening, group, _, criteria, *_ = children
        return Filtered(str(group), cast("Criteria", criteria), _column(opening))

    def random_from(self, children: Sequence[Child]) -> RandomOf:
        """Return the draw from a selector."""
        return RandomOf(_entity(children[0]), cast("Selector", children[1]), _column(children[0]))

    def count_in(self, children: Sequence[Child]) -> CountOf:
        """Return the count of a selector."""
        return CountOf(_entity(children[0]), cast("Selector", children[1]), _column(children[0]))

    def filter_where(self, children: Sequence[Child]) -> FilterOf:
        """Return the filter of all."""
        return FilterOf(_entity(children[0]), cast("Criteria", children[1]), _column(children[0]))

    def phones(self, children: Sequence[Token]) -> PhoneSelector:
        """Return a selector of phones."""
        return PhoneSelector(_where(children[1:]))

    def accounts(self, children: Sequence[Token]) -> AccountSelector:
        """Return a selector of accounts."""
        at = next((place for place, token in enumerate(children) if token.type == "AT"), len(children))
        named = children[1:at]
        if named[0].type == "OF_GROUP":
            who: Accounts | Owned = _owned(named)
        else:
            who = Accounts(_every(named), tuple(_account(token) for token in named if token.type == "APP_ACCOUNT"))
        places = [token for token in children[at + 1 :] if token.type != "PHONE"]
        return AccountSelector(who, _where(places) if places else None)

    def criteria(self, children: Sequence[Child]) -> Criteria:
        """Return criteria that stand by themselves."""
        return cast("Criteria", children[-1])

    def any_of(self, children: Sequence[Child]) -> AnyOf:
        """Return alternatives."""
        return AnyOf(cast("tuple[Criteria, ...]", tuple(children[::2])))

    def all(self, children: Sequence[Child]) -> All:
        """Return what must hold together."""
        return All(cast("tuple[Criteria, ...]", tuple(children[::2])))

    def negated(self, children: Sequence[Child]) -> Not:
        """Return the negation."""
        return Not(cast("Criteria", children[1]))

    def grouped(self, children: Sequence[Child]) -> Criteria:
        """Return what stands in parentheses."""
        return cast("Criteria", children[1])

    def compare(self, children: Sequence[Token]) -> Compare:
        """Return a comparison."""
        name, operator, value = children
        return Compare(_field(name), Operator(operator.rstrip()), _value(value), _column(name))

    def among(self, children: Sequence[Token]) -> Criterion | Not:
        """Return a membership."""
        values = tuple(_value(token) for token in children[1:] if token.type not in _PUNCTUATION)
        return _unless(children, Among(_field(children[0]), values, _column(children[0])))

    def contains(self, children: Sequence[Token]) -> Criterion | Not:
        """Return a search for a part."""
        return _unless(children, Contains(_field(children[0]), _value(children[-1]), _column(children[0])))

    def missing(self, children: Sequence[Token]) -> Criterion | Not:
        """Return the question whether there is a value."""
        return _unless(children, Missing(_field(children[0]), _column(children[0])))


_PUNCTUATION: Final = {"NOT", "IN", "LPAREN_", "COMMA", "RPAREN_"}


def _column(token: Child) -> int:
    return cast("Token", token).column


def _parts(children: Sequence[Child], escape: re.Pattern[str]) -> list[Part]:
    parts: list[Part] = []
    for child in children:
        if isinstance(child, Token):
            parts.append(Plain(_plain(child, escape), _column(child)))
        elif isinstance(child, list):
            parts += child
        else:
            parts.append(cast("Part", child))
    return parts


def _plain(token: Token, escape: re.Pattern[str]) -> str:
    """Return what a literal token stands for."""
    if token.type in {"BACKSLASHES", "BACKSLASHES_INNER"}:
        return token[: len(token) // 2]
    return escape.sub(_unescaped, token) if "\\" in token else str(token)


def _unescaped(found: re.Match[str]) -> str:
    """Half the backslashes, rounded down; an odd one took the meaning from what follows it, which stays."""
    return "\\" * (len(found[1]) // 2) + found[2]


def _entity(opening: Child) -> Literal["account", "phone"]:
    return "phone" if ".phone" in str(opening) else "account"


def _every(tokens: Sequence[Token]) -> bool:
    return tokens[0].type in {"ALL", "ALL_BUT"}


def _where(tokens: Sequence[Token]) -> Names | Owned:
    if tokens[0].type in {"OF_OWNER", "OF_GROUP"}:
        return _owned(tokens)
    return Names(_every(tokens), tuple(Name(str(each), _column(each)) for each in tokens if each.type == "MEMBER"))


def _owned(tokens: Sequence[Token]) -> Owned:
    kind, name = tokens
    written = _QUOTED.sub(r"\1", name[1:-1]) if name.startswith('"') else str(name)
    return Owned(cast("Literal['client', 'tag', 'group']", kind[:-1]), Name(written, _column(name)))


def _account(token: Token) -> AccountName:
    app, _, name = token.partition(".")
    column = _column(token)
    return AccountName(Name(app, column), Name("*" if name == "all" else name, column + len(app) + 1))


def _field(token: Token) -> str:
    name = token.rstrip()
    if name.rpartition(".")[2] in SECRET_FIELDS:
        raise Unsupported(_column(token), f"{name} is a secret and cannot be compared", hint="leave it out")
    return name


def _unless(tokens: Sequence[Token], criterion: Criterion) -> Criterion | Not:
    return Not(criterion) if any(token.type == "NOT" for token in tokens) else criterion


def _value(token: Token) -> Value:
    source = token.rstrip()
    try:
        return _VALUES[token.type](source)
    except ValueError as error:
        reason = f"{source} is no date that there is"
        raise BadSyntax(_column(token), reason, hint="write 2026-01-31 or 2026-01-31T09:30Z") from error


def _moment(source: str) -> datetime:
    moment = datetime.fromisoformat(source)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


_VALUES: Final[Mapping[str, Callable[[str], Value]]] = {
    "NUMBER": Decimal,
    "DURATION": lambda source: timedelta(seconds=int(source[:-1]) * _SECONDS[source[-1]]),
    "MOMENT": _moment,
    "DATE": date.fromisoformat,
    "TRUE": lambda _: True,
    "FALSE": lambda _: False,
    "STRING": lambda source: _QUOTED.sub(r"\1", source[1:-1]),
    "WORD": str,
}
