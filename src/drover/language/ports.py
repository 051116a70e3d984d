"""What the owners of values implement: capabilities, files of values, an AI. Phase two asks them, in batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from drover.language.rendering import Position, Value
from drover.language.spintax import Seed
from drover.language.text import Foreach, Variable


@dataclass(frozen=True, slots=True)
class Context:
    """For what a text is resolved: `run` and `text` name the run and the text in it, for good; `now` is aware."""

    run: str
    text: str
    seed: Seed
    now: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A value that is needed: of which variable, where it stands, for which entity of a foreach.

    A Foreach itself asks for the names of its group's entities. `prompt` is what a draft is asked for, filled in.
    """

    variable: Variable | Foreach
    position: Position
    entity: str = ""
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no value; why, and how to mend it."""

    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Several:
    """There is more than one value, and nothing says which is meant."""

    candidates: tuple[str, ...]


Answer = Value | Absent | Several


class Provider(Protocol):
    """An owner of values, of one category or more. Each call returns one answer to each request, in their order.

    Secrets (`Reference.secret`, and whatever the owner holds to be one) are answered `Sealed`. Sets and draws
    (`text.gives_names`) are answered with names, everything else with a text; `ai` with a Draft. An answer is never
    parsed. Only what the context's caller may see is answered. A call that fails raises DroverError.
    """

    async def fetch(self, context: Context, requests: Sequence[Request]) -> Sequence[Answer]:
        """Return the values, changing nothing. For what is reserved: what `reserve` would return now."""
        ...

    async def reserve(self, context: Context, requests: Sequence[Request]) -> Sequence[Answer]:
        """Take counters, media and drafts. The same run, text and position always get the same again."""
        ...
