"""The one parser: from source to trees, with its library's errors translated to columns and plain words."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final, Literal, NamedTuple, cast

from lark import Lark

from drover.language.automaton import Automaton, Broken, Token
from drover.language.builder import Builder
from drover.language.criteria import Criteria
from drover.language.errors import BadSyntax, LanguageError, TooLarge
from drover.language.selector import Selector
from drover.language.text import Text, strays
from drover.language.vocabulary import check_clause, forms_of

Rule = Literal["text", "selector", "criteria"]

MOST_LENGTH: Final = 20_480
"""How many characters a source may have."""
MOST_VARIANTS: Final = 10**100
"""How many texts the choices of a source may come to."""


class _Opener(NamedTuple):
    """What closes it, and what to say where nothing does."""

    closer: str
    reason: str
    hint: str


_VARIABLE: Final = ("this ${ is not closed by }", "write \\${ for a plain ${")
_OPENERS: Final = {
    "LBRACE": _Opener("RBRACE", "this { is not closed by }", "write \\{ for a plain {"),
    "FOREACH": _Opener("END", "this foreach is not closed by ${end}", "write ${end} where its turn ends"),
    "LPAREN": _Opener("RPAREN", "this ( is not closed by )", "write \\( for a plain ("),
    "LPAREN_": _Opener("RPAREN_", "this ( is not closed by )", "close it, or leave it out"),
    "CALL": _Opener("CALL_END", *_VARIABLE),
    **dict.fromkeys(("FILTERED", "RANDOM_FROM", "COUNT_IN", "FILTER_WHERE"), _Opener("CLOSE", *_VARIABLE)),
}
_WORDS: Final = {
    "LITERAL": "text",
    "INNER": "text",
    "LBRACE": "`{`",
    "BAR": "`|`",
    "RBRACE": "`}`",
    "REFERENCE": "a variable",
    "ARGUMENT": "arguments",
    "LPAREN": "`(`",
    "RPAREN": "`)`",
    "CALL_END": "`)}`",
    "CLOSE": "`}`",
    "END": "`${end}`",
    "GROUP_NAME": "a group's name",
    "PHONE": "`phone:`",
    "ACCOUNT": "`account:`",
    "ALL": "`all`",
    "ALL_BUT": "`all-`",
    "MEMBER": "a phone's name",
    "APP_ACCOUNT": "an account such as `plaza.account1`",
    "LIST_COMMA": "`,`",
    "AT": "`@`",
    "OF_OWNER": "`client:`, `tag:`",
    "OF_GROUP": "`group:`",
    "OWNER": "a name",
    "FIELD": "a field",
    "OPERATOR": "one of = != < <= > >=",
    "NOT": "`not`",
    "IN": "`in`",
    "CONTAINS": "`contains`",
    "IS": "`is`",
    "MISSING": "`missing`",
    "LPAREN_": "`(`",
    "RPAREN_": "`)`",
    "COMMA": "`,`",
    "AND": "`and`",
    "OR": "`or`",
    "NUMBER": "a number",
    "DURATION": "a duration such as 7d",
    "DATE": "a date such as 2026-01-31",
    "STRING": 'a text such as active or "two words"',
    "$END": "the end",
}
_HINTS: Final[dict[Rule, str]] = {
    "text": "a variable is written ${param.<name>}, a choice {a|b}; write \\${ or \\{ for plain ones",
    "selector": (
        "write phone:all, phone:<name>,<name>, phone:all-<left out>,<left out>, phone:client:<client>, "
        "phone:tag:<tag>, phone:group:<group>, account:<app>.<account>@<phones> or account:group:<group>"
    ),
    "criteria": "such as followers > 1000 and lifecycle = active; words with spaces stand in quotes",
}
_FOUND: Final = re.compile(r"\w+|\s|.", re.DOTALL)
_BROKEN: Final = re.compile(r"\$\{([A-Za-z0-9_.-]*)")


def parse(rule: Rule, source: str) -> Text | Selector | Criteria:
    """Return the tree of `source` under `rule`, in time proportional to its length. Raises LanguageError."""
    if len(source) > MOST_LENGTH:
        raise TooLarge(MOST_LENGTH + 1, f"longer than {MOST_LENGTH} characters", hint="shorten it")
    try:
        tree = cast("Text | Selector | Criteria", _automaton().run(rule, source))
    except Broken as broken:
        raise _translated(rule, source, broken) from broken
    if isinstance(tree, Text):
        _check(tree)
    return tree


def _check(text: Text) -> None:
    if text.variants > MOST_VARIANTS:
        raise TooLarge(1, "its choices come to more than 10^100 variants", hint="use fewer choices")
    for stray in strays(text):
        raise BadSyntax(stray.column, f"${{{stray.key}}} stands in no foreach", hint=forms_of("foreach"))


@cache
def _automaton() -> Automaton:
    lark = Lark.open_from_package(  # pyright: ignore[reportUnknownMemberType] lark does not type its options
        "drover.language", "language.lark", parser="lalr", start=["text", "selector", "criteria"]
    )
    return Automaton(lark, Builder())


_CLOSERS: Final = frozenset({"RBRACE", "END", "CALL_END", "RPAREN", "RPAREN_", "CLOSE"})


def _translated(rule: Rule, source: str, broken: Broken) -> LanguageError:
    at, expected = broken.at, broken.expected
    if broken.ended and expected & _CLOSERS:
        opener = _opener(broken.tokens)
        known = _OPENERS[opener.type]
        return BadSyntax(opener.column, known.reason, hint=known.hint)
    if source.startswith("${", at) and "REFERENCE" in expected:
        return _broken(source, at)
    words = tuple(dict.fromkeys(word for name, word in _WORDS.items() if name in expected))
    reason = f"expected {_either(words)}, found {_found(source, at)}"
    return BadSyntax(at + 1, reason, hint=_HINTS[rule], expected=words)


def _opener(tokens: Sequence[Token]) -> Token:
    """Return what was opened last and is not closed yet; there is one, where a closer is expected.

    Among the tokens that no rule has taken yet are also closers, of what is only complete once the next one is seen.
    """
    opened: list[Token] = []
    for token in tokens:
        if token.type in _OPENERS:
            opened.append(token)
        elif opened and _OPENERS[opened[-1].type].closer == token.type:
            opened.pop()
    return opened[-1]


def _broken(source: str, at: int) -> LanguageError:
    """Return what is wrong with the variable that begins there and is none."""
    found = _BROKEN.match(source, at)
    assert found is not None  # noqa: S101  a `${` is there
    path, after = found[1], found.end()
    if after == len(source):
        return BadSyntax(at + 1, "this ${ is not closed by }", hint="write \\${ for a plain ${")
    if not path or path.endswith("."):
        reason = f"expected a name, found {_found(source, after)}"
        return BadSyntax(after + 1, reason, hint=_HINTS["text"], expected=("a name",))
    try:
        check_clause(path, at + 1)
    except LanguageError as problem:
        return problem
    reason = f"expected `(` or `}}`, found {_found(source, after)}"
    return BadSyntax(after + 1, reason, hint=forms_of(path), expected=("`(`", "`}`"))


def _found(source: str, at: int) -> str:
    found = _FOUND.match(source, at)
    return "the end" if found is None else f"`{found[0]}`"


def _either(words: Sequence[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
