"""The one parser: from source to trees of tokens, with its library's errors translated to columns and plain words."""

from collections.abc import Iterable
from functools import cache
from typing import Literal, cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedToken

from drover.language.errors import BadSyntax

Rule = Literal["text", "selector"]
SourceTree = Tree[Token]

_WORDS = {
    "NAME": "a name",
    "DOT": "`.`",
    "SPACE": "a space",
    "LPAREN": "`(`",
    "ARGUMENTS": "arguments",
    "RPAREN": "`)`",
    "PHRASE": "a phrase",
    "RBRACE": "`}`",
    "KIND": "a kind, such as `phone`",
    "COLON": "`:`",
    "ALL": "`all`",
    "ALL_BUT": "`all-`",
    "MEMBER": "a phone's name",
    "COMMA": "`,`",
    "<END-OF-FILE>": "the end",
}
_HINTS: dict[Rule, str] = {
    "text": "a variable is written ${param.<name>}; write \\${ for a plain ${",
    "selector": "write phone:all, phone:<name>,<name> or phone:all-<left out>,<left out>, without spaces",
}


def parse(rule: Rule, source: str) -> SourceTree:
    """Return the tree of `source` under `rule`, in time proportional to its length. Raises BadSyntax."""
    try:
        return _parser().parse(source, start=rule)  # pyright: ignore[reportUnknownMemberType] lark types it in part
    except UnexpectedToken as error:  # the lexer has a token for every character: nothing else can happen
        raise _translated(rule, source, error) from error


def column_of(token: Token) -> int:
    """Return where the token begins, counted from 1."""
    return cast("int", token.start_pos) + 1


@cache
def _parser() -> Lark:
    return Lark.open_from_package(  # pyright: ignore[reportUnknownMemberType] lark does not type its options
        "drover.language",
        "language.lark",
        parser="lalr",
        lexer="contextual",
        start=["text", "selector"],
        maybe_placeholders=False,
    )


def _translated(rule: Rule, source: str, error: UnexpectedToken) -> BadSyntax:
    token = cast("Token", error.token)
    ended = token.type == "$END"
    if ended and rule == "text":
        return BadSyntax(source.rindex("${") + 1, "this ${ is not closed by }", hint=_HINTS[rule])
    column, found = (len(source) + 1, "the end") if ended else (column_of(token), f"`{token[0]}`")
    return BadSyntax(column, f"expected {_either(error.expected)}, found {found}", hint=_HINTS[rule])


def _either(terminals: Iterable[str]) -> str:
    *others, last = [word for name, word in _WORDS.items() if name in terminals]
    return f"{', '.join(others)} or {last}" if others else last
