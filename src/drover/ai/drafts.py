"""Drafts that are kept: by their place in a run, with prompt and model, and who approved them."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from drover.ai.errors import DraftAmbiguous, DraftMissing
from drover.kernel.clock import Clock
from drover.platform.local_database import LocalDatabase

NEEDS_APPROVAL: Final = frozenset({"response"})
"""Kinds that are sent only after a person approved them."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft belongs: the text of a run, and the position in it."""

    organization: str
    run: str
    text: str
    position: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What an AI generated. `prompt` is as it left, masked. `approved_by` is empty until somebody approved it."""

    place: Place
    kind: str
    text: str
    prompt: str
    model: str
    at: datetime
    approved_by: str = ""
    approved_at: datetime | None = None

    @property
    def id(self) -> str:
        """What people call it by: the same for the same place, and its first letters will do."""
        place = (self.place.organization, self.place.run, self.place.text, self.place.position)
        return sha256("\n".join(place).encode()).hexdigest()[:_ID_LENGTH]

    @property
    def needs_approval(self) -> bool:
        """Whether a person has to approve it before it is sent."""
        return self.kind in NEEDS_APPROVAL and not self.approved_by


_ID_LENGTH: Final = 16
_COLUMNS: Final = "organization, run, text, position, kind, draft, prompt, model, at, approved_by, approved_at"
_AT_PLACE: Final = "organization = ? AND run = ? AND text = ? AND position = ?"


class DraftStore:
    """Keeps drafts in a file. What is kept at a place first stays there."""

    def __init__(self, database: LocalDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def find(self, place: Place) -> Draft | None:
        """Return the draft that is kept at a place, if one is."""
        return await self._database.read(lambda database: _at(database, place))

    async def keep(self, place: Place, *, kind: str, text: str, prompt: str, model: str) -> Draft:
        """Keep a draft, and return the one that is kept there: another's where that came first."""
        row = (*_key(place), kind, text, prompt, model, self._clock.now().isoformat(), "", "")

        def work(database: sqlite3.Connection) -> Draft:
            database.execute(f"INSERT OR IGNORE INTO drafts ({_COLUMNS}) VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608  constants
            return _required(database, place)

        return await self._database.write(work, synced=True)

    async def approve(self, place: Place, by: str) -> Draft:
        """Say that a person approves the draft, and return it; who approved it first stays. Raises DraftMissing."""
        now = self._clock.now().isoformat()

        def work(database: sqlite3.Connection) -> Draft:
            database.execute(
                f"UPDATE drafts SET approved_by = ?, approved_at = ? WHERE {_AT_PLACE} AND approved_by = ''",  # noqa: S608  constants
                (by, now, *_key(place)),
            )
            return _required(database, place)

        return await self._database.write(work, synced=True)

    async def reject(self, place: Place, by: str, reason: str) -> Draft:
        """Say that a person refuses the draft, and return it; its place asks for another one. Raises DraftMissing."""
        now = self._clock.now().isoformat()

        def work(database: sqlite3.Connection) -> Draft:
            draft = _required(database, place)
            told = (*_key(place), draft.kind, draft.text, draft.prompt, draft.model, draft.at.isoformat())
            row = (*told, by, now, reason)
            database.execute(f"INSERT INTO rejected VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608  constants
            database.execute(f"DELETE FROM drafts WHERE {_AT_PLACE}", _key(place))  # noqa: S608  constants
            return draft

        return await self._database.write(work, synced=True)

    async def named(self, organization: str, id_: str) -> Draft:
        """Return the draft whose id begins so. Raises DraftMissing, DraftAmbiguous."""
        found = [draft for draft in await self.every(organization) if draft.id.startswith(id_.lower())]
        if not found:
            raise DraftMissing(f"there is no draft {id_}", hint="`drover drafts list --all` shows all there are")
        if len(found) > 1:
            raise DraftAmbiguous(id_, [draft.id for draft in found])
        return found[0]

    async def every(self, organization: str) -> Sequence[Draft]:
        """Return all drafts, the oldest first."""
        return await self._database.read(lambda database: _listed(database, "organization = ?", (organization,)))

    async def of_run(self, organization: str, run: str) -> Sequence[Draft]:
        """Return the drafts of a run, the oldest first."""
        where = "organization = ? AND run = ?"
        return await self._database.read(lambda database: _listed(database, where, (organization, run)))

    async def waiting(self, organization: str) -> Sequence[Draft]:
        """Return the drafts that a person has to approve, the oldest first."""
        kinds = sorted(NEEDS_APPROVAL)
        where = f"organization = ? AND approved_by = '' AND kind IN ({', '.join('?' * len(kinds))})"
        return await self._database.read(lambda database: _listed(database, where, (organization, *kinds)))


def _key(place: Place) -> tuple[str, str, str, str]:
    return place.organization, place.run, place.text, place.position


def _listed(database: sqlite3.Connection, where: str, values: Sequence[str]) -> Sequence[Draft]:
    rows = database.execute(f"SELECT {_COLUMNS} FROM drafts WHERE {where} ORDER BY at, rowid", values)  # noqa: S608  constants
    return [_draft(row) for row in rows]


def _at(database: sqlite3.Connection, place: Place) -> Draft | None:
    found = _listed(database, _AT_PLACE, _key(place))
    return found[0] if found else None


def _required(database: sqlite3.Connection, place: Place) -> Draft:
    draft = _at(database, place)
    if draft is None:
        raise DraftMissing(
            f"no draft is kept for position {place.position} of text {place.text} in run {place.run}",
            hint="list the drafts of the run",
        )
    return draft


def _draft(row: Sequence[str]) -> Draft:
    *place, kind, text, prompt, model, at, approved_by, approved_at = row
    approved = datetime.fromisoformat(approved_at) if approved_at else None
    return Draft(Place(*place), kind, text, prompt, model, datetime.fromisoformat(at), approved_by, approved)
