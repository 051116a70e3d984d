"""Selectors: which phones of a rack are meant, and why the others are not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lark import Token

from drover.language.errors import Ambiguous, BadSyntax, NoSuchPhone, Unsupported
from drover.language.grammar import column_of, parse

_LATER = ("client:", "tag:", "group:")
_SUPPORTED = "this version has phone:all, phone:<name>,<name> and phone:all-<left out>,<left out>"
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Name:
    """A phone's name, or a pattern, whose `*` match any run of characters. `column` counts from 1."""

    pattern: str
    column: int

    def matches(self, name: str) -> bool:
        """Whether `name` is meant."""
        first, *rest = self.pattern.split("*")
        if not rest:
            return name == first
        *middle, last = rest
        end = len(name) - len(last)
        if end < len(first) or not (name.startswith(first) and name.endswith(last)):
            return False
        position = len(first)
        for piece in middle:
            found = name.find(piece, position, end)
            if found < 0:
                return False
            position = found + len(piece)
        return True


@dataclass(frozen=True, slots=True)
class Selector:
    """Phones by name. With `every`, all phones but those of `names`; without, those of `names`."""

    source: str
    every: bool
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A phone that is there and was not chosen, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What a selector hits on a rack: never empty; both in the order of the rack."""

    chosen: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def parse_selector(source: str) -> Selector:
    """Return the selector. Raises BadSyntax, or Unsupported for a kind of a later version; both say the column."""
    tokens = [child for child in parse("selector", source).children if isinstance(child, Token)]
    kind = tokens[0]
    if kind != "phone":
        raise Unsupported(column_of(kind), f"`{kind}:` is not a selector that this version has", hint=_SUPPORTED)
    members = tuple(token for token in tokens if token.type == "MEMBER")
    for member in members:
        _refuse_reserved(member)
    every = tokens[2].type in {"ALL", "ALL_BUT"}
    return Selector(source, every, tuple(Name(str(member), column_of(member)) for member in members))


def select(selector: Selector, names: Sequence[str]) -> Selection:
    """Return which of `names`, the phones that are there, the selector means; a name given twice counts once.

    Raises NoSuchPhone where a name fits no phone or no phone is left, Ambiguous where `all-x` is also a phone's name.
    """
    rack = tuple(dict.fromkeys(names))
    if not rack:
        raise NoSuchPhone(1, f"{selector.source} selects nothing: no phone is there", hint="attach or start a phone")
    _refuse_ambiguity(selector, rack)
    named: dict[str, Name] = {}
    for name in selector.names:
        named.update({phone: name for phone in _hits(name, selector, rack) if phone not in named})
    chosen = tuple(phone for phone in rack if (phone in named) is not selector.every)
    if not chosen:
        raise NoSuchPhone(1, f"{selector.source} leaves out every phone: {_listed(rack)}", hint=_meaning(selector))
    return Selection(chosen, tuple(_left_out(selector, rack, named)))


def _hits(name: Name, selector: Selector, rack: Sequence[str]) -> tuple[str, ...]:
    hits = tuple(phone for phone in rack if name.matches(phone))
    if not hits:
        what = "no phone is called" if "*" not in name.pattern else "no phone's name fits"
        raise NoSuchPhone(name.column, f"{what} {name.pattern}; there are: {_listed(rack)}", hint=_meaning(selector))
    return hits


def _left_out(selector: Selector, rack: Sequence[str], named: dict[str, Name]) -> Iterator[LeftOut]:
    for phone in rack:
        if selector.every and phone in named:
            yield LeftOut(phone, f"left out by {named[phone].pattern} in {selector.source}")
        elif not selector.every and phone not in named:
            yield LeftOut(phone, f"not named in {selector.source}")


def _refuse_reserved(member: Token) -> None:
    column = column_of(member)
    later = next((prefix for prefix in _LATER if member.startswith(prefix)), None)
    if later is not None:
        raise Unsupported(column, f"`phone:{later}` is not a selector that this version has", hint=_SUPPORTED)
    if member == "all" or member.startswith("all-"):
        raise BadSyntax(column, f"`{member}` cannot stand in a list", hint=_SUPPORTED)


def _refuse_ambiguity(selector: Selector, rack: Sequence[str]) -> None:
    name = f"all-{selector.names[0].pattern}" if selector.every and selector.names else ""
    if name in rack:
        raise Ambiguous(
            selector.names[0].column - len("all-"),
            f"{name} is the name of a phone, and also means all phones but {selector.names[0].pattern}",
            hint=f"write *{name} for the phone of that name",
        )


def _meaning(selector: Selector) -> str:
    if not selector.every:
        return "correct the name, or attach that phone; `*` matches any run of characters"
    listed = ", ".join(name.pattern for name in selector.names)
    return f"{selector.source} means all phones but {listed}: everything after `all-` is left out"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
