"""What persons type: texts with variables, looked at before and resolved for each phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from drover.platform.db.whose import OneClient


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that a text may have: how it is written, and what it stands for."""

    written: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Category:
    """Variables of one kind."""

    name: str
    meaning: str
    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a text comes to on one phone; where it has no value, `error` says why, and `hint` what to do."""

    text: str = ""
    error: str = ""
    hint: str = ""


class Texts(Protocol):
    """Resolves texts."""

    async def categories(self, whose: OneClient) -> Sequence[Category]:
        """Return what a text of this client may refer to."""
        ...

    async def shown(self, whose: OneClient, source: str, seed: int, phones: Sequence[str]) -> Mapping[str, Shown]:
        """Return what the text comes to on each of these phones; nothing is reserved or counted by it."""
        ...
