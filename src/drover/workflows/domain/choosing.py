"""Which of a schedule's targets an occurrence takes: all of them, or the next ones of a rotation. Pure."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

_DIGITS: Final = re.compile(r"(\d+)")


class Turn(Enum):
    """In which order a rotation goes through its targets."""

    IN_ORDER = "in_order"
    SEEDED = "seeded"


@dataclass(frozen=True, slots=True)
class All:
    """Every target, each time."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """`take` targets at a time, in rounds in which each comes once: by name, or shuffled anew for each round."""

    take: int = 1
    order: Turn = Turn.IN_ORDER


Choosing = All | Rotation


@dataclass(frozen=True, slots=True)
class Position:
    """How far a rotation is: in which round, counted from 0, and which target came last in it; empty for none.

    It names the target, so that targets that come or go between two occurrences move no other out of its turn.
    """

    round: int = 0
    last: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The targets of an occurrence in the order in which they start, where the rotation is then, and why these."""

    targets: tuple[str, ...]
    position: Position
    why: str


def choose(choosing: Choosing, targets: Iterable[str], position: Position, seed: int) -> Chosen:
    """Return the targets that it is the turn of; no target comes twice. None where there are none."""
    names = sorted(set(targets), key=natural)
    if not names:
        return Chosen((), position, "there are no targets")
    match choosing:
        case All():
            return Chosen(tuple(names), position, f"all {len(names)} targets")
        case Rotation():
            return _next(choosing, names, position, seed)


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return the key by which phone2 comes before phone10."""
    parts = _DIGITS.split(name)
    return tuple((1, int(part), part) if part.isdecimal() else (0, 0, part) for part in parts)


def _next(rotation: Rotation, names: list[str], position: Position, seed: int) -> Chosen:
    """Return the next ones of a round, at its end fewer than `take`: so each comes equally often."""
    key = _key(rotation.order, position.round, seed)
    ahead = [name for name in sorted(names, key=key) if not position.last or key(name) > key(position.last)]
    if not ahead:
        position = Position(position.round + 1)
        ahead = sorted(names, key=_key(rotation.order, position.round, seed))
    taken = tuple(ahead[: rotation.take])
    how = "in order" if rotation.order is Turn.IN_ORDER else f"shuffled with seed {seed}"
    behind = f", after {position.last}" if position.last else ""
    why = (
        f"turn of {len(taken)} of {len(names)} targets in round {position.round + 1}, {how}{behind};"
        f" {len(ahead) - len(taken)} are left in it"
    )
    return Chosen(taken, Position(position.round, taken[-1]), why)


def _key(order: Turn, round_: int, seed: int) -> Callable[[str], tuple[object, ...]]:
    def shuffled(name: str) -> tuple[object, ...]:
        return (hashlib.sha256(f"{seed}\x1f{round_}\x1f{name}".encode()).hexdigest(), name)

    return natural if order is Turn.IN_ORDER else shuffled
