r"""Texts with variables, in three phases: parse and list the references, let their owners fetch values, render.

`${param.name}` and `${var.name}` are references; everything else is literal. `\${` is a plain `${`, `\{` a plain `{`,
and before either a backslash itself is written twice. `{a|b}` is refused until it means a choice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lark import Token, Tree

from drover.language.errors import BadSyntax, MissingValue, Unsupported
from drover.language.grammar import SourceTree, column_of, parse

CATEGORIES = ("param", "var")


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands for itself, escapes resolved. `column` is where it begins in the source, from 1."""

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A variable: `${param.name}` has category `param` and name `name`. `column` is that of its `$`, from 1."""

    category: str
    name: str
    column: int

    @property
    def key(self) -> str:
        """What its value is listed under: `param.name`."""
        return f"{self.category}.{self.name}"


@dataclass(frozen=True, slots=True)
class Text:
    """A parsed text: literals and references in their order; no two literals side by side."""

    parts: tuple[Literal | Reference, ...]


def parse_text(source: str) -> Text:
    """Return the parsed text.

    Raises BadSyntax for a broken `${` and for `{a|b}`, Unsupported for a variable of another category; both say the
    column. A column counts characters from the start of the whole text, a line break being one.
    """
    tree = parse("text", source)
    _refuse_choices(tree)
    return Text(tuple(_merged(tree)))


def references(text: Text) -> tuple[Reference, ...]:
    """Return the references in the order of the text, each as often as it occurs."""
    return tuple(part for part in text.parts if isinstance(part, Reference))


def render(text: Text, values: Mapping[str, str]) -> str:
    """Return the text with each reference replaced by the value under its key. Values are never parsed.

    Raises MissingValue, which says the column.
    """
    return "".join(part.text if isinstance(part, Literal) else _value(part, values) for part in text.parts)


def substitute(text: Text, texts: Mapping[str, Text]) -> Text:
    """Return the text with each reference whose key is in `texts` replaced by that text, which is not parsed again."""
    parts: list[Literal | Reference] = []
    for part in text.parts:
        replaced = texts.get(part.key) if isinstance(part, Reference) else None
        for each in (part,) if replaced is None else replaced.parts:
            last = parts[-1] if parts else None
            if isinstance(each, Literal) and isinstance(last, Literal):
                parts[-1] = Literal(last.text + each.text, last.column)
            else:
                parts.append(each)
    return Text(tuple(parts))


def literal(text: str) -> Text:
    """Return the text that stands for `text` as it is."""
    return Text((Literal(text, 1),) if text else ())


def _value(reference: Reference, values: Mapping[str, str]) -> str:
    try:
        return values[reference.key]
    except KeyError:
        reason = f"${{{reference.key}}} has no value"
        raise MissingValue(reference.column, reason, hint=f"give {reference.key} a value") from None


def _refuse_choices(tree: SourceTree) -> None:
    """Refuse a `|` inside plain braces, closed or not: what will be spintax must not be typed as it stands."""
    opened: list[int] = []
    for token in tree.children:
        if not isinstance(token, Token):
            continue
        if token.type == "LBRACE":
            opened.append(column_of(token))
        elif token.type == "RBRACE" and opened:
            opened.pop()
        elif token.type == "BAR" and opened:
            raise BadSyntax(
                opened[-1], "{ with | is reserved for choices such as {a|b}", hint="write \\{ for a plain {"
            )


def _merged(tree: SourceTree) -> Iterator[Literal | Reference]:
    pending: list[str] = []
    began = 1
    for child in tree.children:
        if isinstance(child, Token):
            began = began if pending else column_of(child)
            pending.append(_plain(child))
            continue
        if pending:
            yield Literal("".join(pending), began)
            pending.clear()
        yield _reference(child)
    if pending:
        yield Literal("".join(pending), began)


def _plain(token: Token) -> str:
    """Return what a literal token stands for."""
    match token.type:
        case "BACKSLASHES":
            return token[: len(token) // 2]
        case "ESCAPED":
            slashes = len(token) - len(token.lstrip("\\"))
            return token[slashes // 2 : slashes - 1] + token[slashes:]
        case _:
            return str(token)


def _reference(tree: SourceTree) -> Reference:
    opening, *inner = (child for child in tree.children if isinstance(child, Token))
    path = [str(token) for token in inner if token.type == "NAME"]
    column = column_of(opening)
    if path[0] not in CATEGORIES:
        shown = "${" + ".".join(path) + "}"
        raise Unsupported(column, f"unknown variable {shown}", hint=_SUPPORTED)
    if len(path) != 2 or any(isinstance(child, Tree) for child in tree.children):  # noqa: PLR2004 (category, name)
        raise Unsupported(column, f"a variable is ${{{path[0]}.<name>}} and nothing more", hint=_SUPPORTED)
    return Reference(path[0], path[1], column)


_SUPPORTED = "the variables of this version are ${param.<name>} and ${var.<name>}; write \\${ for a plain ${"
