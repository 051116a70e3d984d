"""Rows of the audit trail, and the chain that binds each to all before it. Pure."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import Enum
from typing import Final, Protocol

Facts = Mapping[str, object]
"""What is kept of a subject before or after an act: JSON, without secrets."""

ORGANIZATION_CHAIN: Final = ""
"""The chain of acts that are in no client."""


class Actor(Protocol):
    """Whoever does what is noted."""

    @property
    def actor(self) -> str:
        """The id, or the name of a part of Drover itself."""
        ...

    @property
    def actor_kind(self) -> str:
        """What `actor` is the id of: user, token, agent, system."""
        ...

    @property
    def address(self) -> str:
        """Where the request came from; empty for Drover itself."""
        ...


@dataclass(frozen=True, slots=True)
class System:
    """A part of Drover that acts by itself, such as the dispatcher."""

    actor: str
    actor_kind: str = "system"
    address: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an act was done to."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One act, as it is kept. `phone` and `frame` (a SHA-256) where it happened on a phone."""

    id: str
    organization: str
    client: str | None
    at: datetime
    actor: str
    actor_kind: str
    address: str
    act: str
    subject: Subject
    before: Facts | None = None
    after: Facts | None = None
    reason: str = ""
    phone: str | None = None
    frame: str | None = None

    @property
    def chain(self) -> str:
        """Which chain of the organization it belongs to."""
        return self.client or ORGANIZATION_CHAIN


@dataclass(frozen=True, slots=True)
class Seal:
    """An entry's place in its chain: positions count from 1; the hash covers the entry and the hash before it."""

    position: int
    at: datetime
    hash: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry with its seal."""

    entry: Entry
    seal: Seal


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain. Kept elsewhere, it shows later that nobody has rewritten the chain up to there."""

    position: int
    hash: str


class Flaw(Enum):
    """What is wrong at a position of a chain."""

    MISSING = "missing"  # rows were removed
    CHANGED = "changed"  # a row was changed, put in, or stands at another's place
    OTHER_HEAD = "other_head"  # the chain is whole, but not the one whose head was kept


@dataclass(frozen=True, slots=True)
class Break:
    """One place at which a chain does not hold; `id` is the row's, where there is one."""

    position: int
    flaw: Flaw
    id: str = ""


def start_of(organization: str, chain: str) -> Head:
    """Return what the first row of a chain is bound to, so that no chain passes for another."""
    return Head(0, hashlib.sha256(f"drover audit 1\n{organization}\n{chain}".encode()).hexdigest())


def seal(head: Head, entry: Entry, at: datetime) -> Seal:
    """Return the seal that puts `entry` behind `head`."""
    position = head.position + 1
    text = json.dumps(
        {"before": head.hash, "position": position, "sealed_at": _plain(at), "entry": _plain(entry)},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return Seal(position, at, hashlib.sha256(text.encode()).hexdigest())


def seal_all(head: Head, entries: Iterable[Entry], at: datetime) -> Iterator[Sealed]:
    """Return the entries in this order, each sealed behind the one before it."""
    for entry in entries:
        placed = seal(head, entry, at)
        head = Head(placed.position, placed.hash)
        yield Sealed(entry, placed)


@dataclass(slots=True)
class Verification:
    """Goes along a chain, part by part, in the order of positions; `breaks` holds what it found, up to a thousand."""

    head: Head
    breaks: list[Break]
    anchor: Head | None = None
    _most: int = 1000

    def follow(self, rows: Iterable[Sealed]) -> None:
        """Check rows that follow those already checked."""
        for row in rows:
            if row.seal.position > self.head.position + 1:
                self._found(Break(self.head.position + 1, Flaw.MISSING))
                # Whatever it was bound to is gone, so its own hash proves nothing; those after it prove it.
            elif row.seal != seal(self.head, row.entry, row.seal.at):
                self._found(Break(row.seal.position, Flaw.CHANGED, row.entry.id))
            self.head = Head(row.seal.position, row.seal.hash)
            self._check_anchor()

    def end(self, kept: Head) -> None:
        """Check that the chain ends where the sealer left it."""
        if kept.position > self.head.position:
            self._found(Break(self.head.position + 1, Flaw.MISSING))
        elif kept != self.head:
            self._found(Break(self.head.position, Flaw.CHANGED))
        if self.anchor is not None and self.anchor.position > self.head.position:
            self._found(Break(self.anchor.position, Flaw.OTHER_HEAD))

    def _check_anchor(self) -> None:
        if self.anchor is not None and self.anchor.position == self.head.position and self.anchor != self.head:
            self._found(Break(self.head.position, Flaw.OTHER_HEAD))

    def _found(self, flaw: Break) -> None:
        if len(self.breaks) < self._most:
            self.breaks.append(flaw)


def verification(organization: str, chain: str, anchor: Head | None = None) -> Verification:
    """Return the check of a chain from its start; `anchor` is a head of it that was kept elsewhere."""
    return Verification(start_of(organization, chain), [], anchor)


def _plain(value: object) -> object:
    """Return `value` as JSON with one spelling: times in UTC to the microsecond, records as their fields."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Entry | Subject):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
