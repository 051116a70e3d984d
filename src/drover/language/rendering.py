"""The third phase: a tree and values give one text. Pure: the same tree, values and seed give the same text.

Values are never parsed, whatever they hold.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from drover.language.dates import formatted
from drover.language.errors import MissingValue, TooLarge, Unsupported
from drover.language.sealed import Opener, Sealed
from drover.language.source import key_of
from drover.language.spintax import Seed, numbered, option_of
from drover.language.text import (
    Choice,
    Foreach,
    Generated,
    Literal,
    Moment,
    RandomChoice,
    RandomNumber,
    Reference,
    Text,
    Variable,
    is_draw,
)

MOST_TURNS: Final = 1_000
"""How many turns all repetitions of a text may take together."""
MOST_RENDERED: Final = 100_000
"""How many characters a rendered text may have."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a variable stands: the places of the parts that lead to it, and the turn of each foreach around it."""

    path: tuple[int, ...]
    turns: tuple[int, ...] = ()

    def inside(self, *places: int) -> "Position":
        """Return the position of a part of what stands here."""
        return Position((*self.path, *places), self.turns)

    def __str__(self) -> str:
        """Return it as `2.0.1`, or `2.0.1#3` in the third turn."""
        path, turns = (".".join(str(place) for place in places) for places in (self.path, self.turns))
        return f"{path}#{turns}" if turns else path


@dataclass(frozen=True, slots=True)
class Draft:
    """What an AI wrote, what it was asked for and by which model. A response waits for a person's approval."""

    text: str
    kind: str
    prompt: str
    model: str
    approved: bool = False


Value = str | Draft | tuple[str, ...]
"""A text (a `Sealed` one for secrets), a draft, or names: those of a set, or those that one is drawn from."""


@dataclass(frozen=True, slots=True)
class Values:
    """What the owners of the variables gave.

    `fetched` is by key (`source.key_of`), `placed` by position: what was reserved, and what differs from turn to turn.
    `groups` are the entities of each foreach, `now` an aware moment in the zone that dates are to show.
    """

    fetched: Mapping[str, Value] = field(default_factory=dict[str, Value])
    placed: Mapping[Position, Value] = field(default_factory=dict[Position, Value])
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A variable that takes part in this rendering, where it stands, and the entity of its turn, if any."""

    variable: Variable
    position: Position
    entity: str = ""

    @property
    def column(self) -> int:
        """Where the variable began in its source, from 1."""
        return self.variable.column


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered text, as it is stored with a run. As a string its secrets are stars."""

    parts: tuple[str | Draft, ...]

    def __str__(self) -> str:
        """Return the text, secrets as ***."""
        return "".join(part.text if isinstance(part, Draft) else part for part in self.parts)

    @property
    def text(self) -> str:
        """The text, secrets as ***."""
        return str(self)

    @property
    def secret(self) -> bool:
        """Whether there is a secret in it."""
        return any(isinstance(part, Sealed) for part in self.parts)

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """What an AI wrote of it, in order."""
        return tuple(part for part in self.parts if isinstance(part, Draft))

    @property
    def needs_approval(self) -> bool:
        """Whether a person has to approve a response in it before it is sent."""
        return any(draft.kind == "response" and not draft.approved for draft in self.drafts)

    def opened(self, opener: Opener) -> str:
        """Return the text with its secrets, to be typed now and kept nowhere. Raises what the opener raises."""
        opened = (opener.open(part) if isinstance(part, Sealed) else part for part in self.parts)
        return "".join(part.text if isinstance(part, Draft) else part for part in opened)


def render(text: Text, values: Values, seed: Seed) -> Rendered:
    """Return the text with its choices drawn and its variables filled in.

    Raises MissingValue with the column, TooLarge beyond MOST_TURNS or MOST_RENDERED.
    """
    parts: list[str | Draft] = []
    length = 0
    for part in walk(text, seed, values.groups):
        value = part.text if isinstance(part, Literal) else value_of(part, values, seed)
        length += len(value.text if isinstance(value, Draft) else value)
        if length > MOST_RENDERED:
            raise TooLarge(
                part.column, f"the rendered text has more than {MOST_RENDERED} characters", hint="shorten it"
            )
        last = parts[-1] if parts else None
        if type(value) is str and type(last) is str:
            parts[-1] = last + value
        else:
            parts.append(value)
    return Rendered(tuple(parts))


def walk(text: Text, seed: Seed, groups: Mapping[str, Sequence[str]]) -> Iterator[Literal | Placed]:
    """Yield what stands in the text once its choices are drawn and its repetitions are written out.

    Raises MissingValue for a group that is not in `groups`, TooLarge for too many turns.
    """
    return _Walk(seed, groups).text(text, seed.draw(text.variants, "variant"), Position(()), "")


def prompt_of(placed: Placed) -> Iterator[Literal | Placed]:
    """Yield what stands in the prompt of a draft; of any other variable nothing. Raises Unsupported for a choice."""
    parts = placed.variable.prompt.parts if isinstance(placed.variable, Generated) else ()
    for place, part in enumerate(parts):
        if isinstance(part, Choice | Foreach):  # nobody can write one there, but one can be put in
            reason = "a choice or repetition cannot stand in a prompt"
            raise Unsupported(placed.column, reason, hint="draw it before")
        yield part if isinstance(part, Literal) else Placed(part, placed.position.inside(place), placed.entity)


class _Walk:
    def __init__(self, seed: Seed, groups: Mapping[str, Sequence[str]]) -> None:
        self._seed = seed
        self._groups = groups
        self._turns = 0

    def text(self, text: Text, number: int, position: Position, entity: str) -> Iterator[Literal | Placed]:
        for place, (part, own) in enumerate(numbered(text, number)):
            match part:
                case Literal():
                    yield part
                case Choice():
                    option, inner = option_of(part, own)
                    yield from self.text(part.options[option], inner, position.inside(place, option), entity)
                case Foreach():
                    yield from self._repeated(part, position.inside(place))
                case _:
                    yield Placed(part, position.inside(place), entity)

    def _repeated(self, foreach: Foreach, position: Position) -> Iterator[Literal | Placed]:
        if foreach.group not in self._groups:
            reason = f"nothing is known of group {foreach.group}"
            raise MissingValue(foreach.column, reason, hint="give its entities")
        entities = self._groups[foreach.group]
        self._turns += len(entities)
        if self._turns > MOST_TURNS:
            raise TooLarge(foreach.column, f"more than {MOST_TURNS} turns", hint="repeat for a smaller group")
        for turn, entity in enumerate(entities, 1):
            here = Position(position.path, (*position.turns, turn))
            number = self._seed.draw(foreach.body.variants, "turn", here)
            yield from self.text(foreach.body, number, here, entity)


def value_of(placed: Placed, values: Values, seed: Seed) -> str | Draft:
    """Return what stands in the text for the variable. Raises MissingValue."""
    variable, position = placed.variable, placed.position
    match variable:
        case Moment():
            if values.now is None:
                raise missing(variable, "it is not known what time it is", "give `now`")
            return formatted(variable.kind, variable.pattern, values.now)
        case RandomNumber():
            return str(variable.low + seed.draw(variable.high - variable.low + 1, "number", position))
        case RandomChoice():
            return variable.options[seed.draw(len(variable.options), "choice", position)]
        case Reference(category="foreach", name="entity") if placed.entity:
            return placed.entity
        case _:
            value = values.placed.get(position)
            value = values.fetched.get(key_of(variable)) if value is None else value
            if value is None:
                raise missing(variable)
            return _of_names(placed, value, seed) if isinstance(value, tuple) else value


def _of_names(placed: Placed, names: tuple[str, ...], seed: Seed) -> str:
    if not is_draw(placed.variable):
        return ",".join(names)
    if not names:
        raise missing(placed.variable, "there is none to draw from", "choose others")
    return names[seed.draw(len(names), "draw", placed.position)]


def missing(variable: Variable, reason: str = "", hint: str = "") -> MissingValue:
    """Return the error for a variable without a value."""
    key = key_of(variable)
    because = f": {reason}" if reason else ""
    return MissingValue(variable.column, f"${{{key}}} has no value{because}", hint=hint or f"give {key} a value")
