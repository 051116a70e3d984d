r"""Texts as trees: what is literal, what varies, what is chosen, what is repeated. Frozen data, and nothing else.

Columns say where a node began in its source, from 1; they take no part in equality. Two literals never lie side by
side and none is empty, so that equal texts are equal trees.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import ClassVar, Final
from typing import Literal as OneOf

from drover.language.criteria import Criteria
from drover.language.position import column_field
from drover.language.selector import Selector

SECRET_FIELDS: Final = frozenset({"password", "profile_password"})
"""The fields of accounts and profiles that only ever come sealed."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands for itself, escapes resolved."""

    text: str
    column: int = column_field()


@dataclass(frozen=True, slots=True)
class Reference:
    """A variable that is named and nothing more: `${param.name}` has category `param` and name `name`."""

    category: str
    name: str
    column: int = column_field()

    @property
    def key(self) -> str:
        """What its value is listed under: `param.name`."""
        return f"{self.category}.{self.name}"

    @property
    def secret(self) -> bool:
        """Whether its value may only come sealed."""
        return self.category in {"account", "profile", "foreach"} and self.name.rpartition(".")[2] in SECRET_FIELDS


@dataclass(frozen=True, slots=True)
class MediaFolder:
    """`${content.media.folder(<path>)}`: the next media file of a folder of the client's library."""

    category: ClassVar[str] = "content"
    path: str
    column: int = column_field()


@dataclass(frozen=True, slots=True)
class Moment:
    """`${dynamic.date.format(<f>)}` and `time`: when the text is rendered."""

    category: ClassVar[str] = "dynamic"
    kind: OneOf["date", "time"]
    pattern: str
    column: int = column_field()


@dataclass(frozen=True, slots=True)
class RandomNumber:
    """`${dynamic.random.number(1-9)}`: a whole number, both ends included."""

    category: ClassVar[str] = "dynamic"
    low: int
    high: int
    column: int = column_field()


@dataclass(frozen=True, slots=True)
class RandomChoice:
    """`${dynamic.random.choice(a,b,c)}`: one of the options."""

    category: ClassVar[str] = "dynamic"
    options: tuple[str, ...]
    column: int = column_field()


@dataclass(frozen=True, slots=True)
class Counter:
    """`${dynamic.counter(<name>,<start>,<step>)}`: `start` at first, and `step` more each further time."""

    category: ClassVar[str] = "dynamic"
    name: str
    start: int
    step: int
    column: int = column_field()


@dataclass(frozen=True, slots=True)
class Generated:
    """`${ai.caption(<prompt>)}`, `response`, `hashtags` (with `count`): a draft. Variables may stand in the prompt."""

    category: ClassVar[str] = "ai"
    kind: OneOf["caption", "response", "hashtags"]
    prompt: "Text"
    count: int = 0
    column: int = column_field()


@dataclass(frozen=True, slots=True)
class Filtered:
    """`${group.filter(<g>, <criteria>)}`: those of the group that fit."""

    category: ClassVar[str] = "group"
    group: str
    criteria: Criteria
    column: int = column_field()


@dataclass(frozen=True, slots=True)
class Combined:
    """`${group.intersection(<a>,<b>)}`: those of both groups; `difference`: those of the first alone."""

    category: ClassVar[str] = "group"
    operation: OneOf["intersection", "difference"]
    first: str
    second: str
    column: int = column_field()


@dataclass(frozen=True, slots=True)
class RandomOf:
    """`${random.account from <selector>}`: one of those selected."""

    category: ClassVar[str] = "random"
    entity: OneOf["account", "phone"]
    selector: Selector
    column: int = column_field()


@dataclass(frozen=True, slots=True)
class CountOf:
    """`${count.accounts in <selector>}`: how many are selected."""

    category: ClassVar[str] = "count"
    entity: OneOf["account", "phone"]
    selector: Selector
    column: int = column_field()


@dataclass(frozen=True, slots=True)
class FilterOf:
    """`${filter.phones where <criteria>}`: those that fit."""

    category: ClassVar[str] = "filter"
    entity: OneOf["account", "phone"]
    criteria: Criteria
    column: int = column_field()


Variable = (
    Reference
    | MediaFolder
    | Moment
    | RandomNumber
    | RandomChoice
    | Counter
    | Generated
    | Filtered
    | Combined
    | RandomOf
    | CountOf
    | FilterOf
)


@dataclass(frozen=True, slots=True)
class Choice:
    """`{a|b}`: one of at least two options. `variants` is the sum of theirs."""

    options: tuple["Text", ...]
    column: int = column_field()
    variants: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "variants", sum(option.variants for option in self.options))


@dataclass(frozen=True, slots=True)
class Foreach:
    """`${foreach.entity in group:<g>}` ... `${end}`: the body once for each entity of the group."""

    category: ClassVar[str] = "foreach"
    group: str
    body: "Text"
    column: int = column_field()


Part = Literal | Variable | Choice | Foreach


@dataclass(frozen=True, slots=True)
class Text:
    """A parsed text: its parts in their order. `variants` counts what its choices come to, exactly.

    The body of a foreach counts as in one turn.
    """

    parts: tuple[Part, ...]
    variants: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "variants", prod(_variants(part) for part in self.parts))


def _variants(part: Part) -> int:
    match part:
        case Choice():
            return part.variants
        case Foreach():
            return part.body.variants
        case _:
            return 1


def text_of(parts: Iterable[Part]) -> Text:
    """Return the text of these parts, literals side by side made one, empty ones left out."""
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if not isinstance(part, Literal):
            merged.append(part)
        elif isinstance(last, Literal):
            merged[-1] = Literal(last.text + part.text, last.column)
        elif part.text:
            merged.append(part)
    return Text(tuple(merged))


def literal(text: str) -> Text:
    """Return the text that stands for `text` as it is."""
    return text_of([Literal(text, 1)])


def references(text: Text) -> tuple[Variable | Foreach, ...]:
    """Return what needs a value, in the order of the text, each as often as it occurs.

    Those of every option of a choice are among them, those of a foreach's body, which follow it, and those of a
    prompt, which come before the draft that it is for.
    """
    return tuple(_references(text))


def _references(text: Text) -> Iterator[Variable | Foreach]:
    for part in text.parts:
        match part:
            case Literal():
                pass
            case Choice():
                for option in part.options:
                    yield from _references(option)
            case Foreach():
                yield part
                yield from _references(part.body)
            case Generated():
                yield from _references(part.prompt)
                yield part
            case _:
                yield part


def strays(text: Text) -> Iterator[Reference]:
    """Yield the references to the entity of a foreach that stand in none."""
    for part in text.parts:
        match part:
            case Reference(category="foreach"):
                yield part
            case Choice():
                for option in part.options:
                    yield from strays(option)
            case Generated():
                yield from strays(part.prompt)
            case _:
                pass


def is_draw(variable: Variable | Foreach) -> bool:
    """Whether the variable's value are names that one is drawn from."""
    return isinstance(variable, RandomOf) or (
        isinstance(variable, Reference) and variable.category == "group" and variable.name.endswith(".random")
    )


def gives_names(variable: Variable | Foreach) -> bool:
    """Whether the variable's value are names: those of a set, or those that one is drawn from."""
    return isinstance(variable, Foreach | Filtered | Combined | FilterOf) or is_draw(variable)


def is_reserved(variable: Variable | Foreach) -> bool:
    """Whether the variable's value is used up by using it."""
    return isinstance(variable, Counter | MediaFolder | Generated) or (
        isinstance(variable, Reference) and variable.key == "content.media.next"
    )


def substitute(text: Text, texts: Mapping[str, Text]) -> Text:
    """Return the text with each Reference whose key is in `texts` replaced by that text, which is not parsed again."""
    return text_of(each for part in text.parts for each in _substituted(part, texts))


def _substituted(part: Part, texts: Mapping[str, Text]) -> tuple[Part, ...]:
    match part:
        case Reference():
            replaced = texts.get(part.key)
            return (part,) if replaced is None else replaced.parts
        case Choice():
            return (Choice(tuple(substitute(option, texts) for option in part.options), part.column),)
        case Foreach():
            return (Foreach(part.group, substitute(part.body, texts), part.column),)
        case Generated():
            return (Generated(part.kind, substitute(part.prompt, texts), part.count, part.column),)
        case _:
            return (part,)
