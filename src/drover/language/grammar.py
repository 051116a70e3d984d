"""The one parser: from source to trees, with its library's errors translated to columns and plain words."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final, Literal, NamedTuple, Protocol, cast

from lark import Lark, Token
from lark.exceptions import UnexpectedInput, UnexpectedToken

from drover.language.builder import Builder
from drover.language.criteria import Criteria
from drover.language.errors import BadSyntax, LanguageError, TooLarge
from drover.language.expecting import Table, expected_after
from drover.language.selector import Selector
from drover.language.text import Text, strays
from drover.language.vocabulary import check_clause, forms_of

Rule = Literal["text", "selector", "criteria"]

MOST_LENGTH: Final = 20_480
"""How many characters a source may have."""
MOST_PIECES: Final = 4_000
"""How many variables, braces, bars, names and signs a source may have. Parsing takes about 8 µs for each."""
MOST_DEPTH: Final = 20
"""How deeply braces, parentheses and repetitions may lie in one another."""
MOST_VARIANTS: Final = 10**100
"""How many texts the choices of a source may come to."""

_DEEPER: Final = frozenset({"LBRACE", "FOREACH", "CALL", "FILTERED", "LPAREN", "LPAREN_"})
_HIGHER: Final = frozenset({"RBRACE", "END", "CALL_END", "RPAREN", "RPAREN_"})


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


class _State(Protocol):
    """Where lark's parser stands, in the types that lark leaves open."""

    parse_conf: Table
    value_stack: list[object]

    def feed_token(self, token: Token) -> object: ...


class _Lexer(Protocol):
    def lex(self, parser_state: _State) -> Iterator[Token]: ...


class _Interactive(Protocol):
    parser_state: _State
    lexer_thread: _Lexer

    def feed_eof(self) -> object: ...


def parse(rule: Rule, source: str) -> Text | Selector | Criteria:
    """Return the tree of `source` under `rule`, in time proportional to its length. Raises LanguageError."""
    if len(source) > MOST_LENGTH:
        raise TooLarge(MOST_LENGTH + 1, f"longer than {MOST_LENGTH} characters", hint="shorten it")
    opened = _parser().parse_interactive(source, start=rule)  # pyright: ignore[reportUnknownMemberType] typed in part
    interactive = cast("_Interactive", opened)
    taken: list[str] = []
    try:
        tree = _fed(interactive, taken)
    except UnexpectedInput as error:
        expected = expected_after(interactive.parser_state.parse_conf, taken)
        raise _translated(rule, source, error, interactive, expected) from error
    if isinstance(tree, Text):
        _check(tree)
    return tree


def _check(text: Text) -> None:
    if text.variants > MOST_VARIANTS:
        raise TooLarge(1, "its choices come to more than 10^100 variants", hint="use fewer choices")
    for stray in strays(text):
        raise BadSyntax(stray.column, f"${{{stray.key}}} stands in no foreach", hint=forms_of("foreach"))


def _fed(interactive: _Interactive, taken: list[str]) -> Text | Selector | Criteria:
    """Feed every token, refuse too many or too deep ones as they come, and note which were taken."""
    depth = 0
    state = interactive.parser_state
    for number, token in enumerate(interactive.lexer_thread.lex(state)):
        if number == MOST_PIECES:
            reason = f"more than {MOST_PIECES} variables, braces, bars, names and signs"
            raise TooLarge(_column(token), reason, hint="split it")
        if token.type in _DEEPER:
            depth += 1
            if depth > MOST_DEPTH:
                reason = f"braces, parentheses or repetitions lie in more than {MOST_DEPTH} others"
                raise TooLarge(_column(token), reason, hint="nest less deeply")
        elif token.type in _HIGHER:
            depth -= 1
        state.feed_token(token)
        taken.append(token.type)
    return cast("Text | Selector | Criteria", interactive.feed_eof())


def _column(token: Token) -> int:
    return cast("int", token.start_pos) + 1


@cache
def _parser() -> Lark:
    return Lark.open_from_package(  # pyright: ignore[reportUnknownMemberType] lark does not type its options
        "drover.language",
        "language.lark",
        parser="lalr",
        lexer="contextual",
        start=["text", "selector", "criteria"],
        transformer=Builder(),
        maybe_placeholders=False,
    )


_CLOSERS: Final = frozenset({"RBRACE", "END", "CALL_END", "RPAREN", "RPAREN_", "CLOSE"})


def _translated(
    rule: Rule, source: str, error: UnexpectedInput, interactive: _Interactive, expected: set[str]
) -> LanguageError:
    ended = isinstance(error, UnexpectedToken) and cast("Token", error.token).type == "$END"  # pyright: ignore[reportUnknownMemberType]
    at = len(source) if ended else cast("int", error.pos_in_stream)
    if ended and expected & _CLOSERS:
        opener = _opener(interactive)
        known = _OPENERS[opener.type]
        return BadSyntax(_column(opener), known.reason, hint=known.hint)
    if source.startswith("${", at) and "REFERENCE" in expected:
        return _broken(source, at)
    words = tuple(dict.fromkeys(word for name, word in _WORDS.items() if name in expected))
    return BadSyntax(
        at + 1, f"expected {_either(words)}, found {_found(source, at)}", hint=_HINTS[rule], expected=words
    )


def _opener(interactive: _Interactive) -> Token:
    """Return what was opened last and is not closed yet; there is one, where a closer is expected.

    It still lies on the parser's stack, and with it what is closed but was not yet taken in.
    """
    opened: list[Token] = []
    for value in interactive.parser_state.value_stack:
        if isinstance(value, Token) and value.type in _OPENERS:
            opened.append(value)
        elif isinstance(value, Token) and opened and _OPENERS[opened[-1].type].closer == value.type:
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


def _either(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
