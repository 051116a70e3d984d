"""The phone book: a ledger in a local SQLite file, which every command of this computer's user shares."""

import sqlite3
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

from drover.devices.errors import DeviceError
from drover.fleet.domain import Event, Happening, Hold, PhoneState
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError, Kind
from drover.platform.liveness import Liveness
from drover.platform.local_database import LocalDatabase

KEPT: Final = timedelta(days=90)
"""How long history is kept."""

_UPGRADES: Final = (
    """
    CREATE TABLE events (
        at TEXT NOT NULL, serial TEXT NOT NULL, port TEXT NOT NULL, happening TEXT NOT NULL, word TEXT NOT NULL,
        detail TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_of_phone ON events (serial, at);
    CREATE INDEX events_of_port ON events (port, at);
    CREATE INDEX events_by_age ON events (at);
    CREATE TABLE holds (
        serial TEXT PRIMARY KEY, state TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE occupants (serial TEXT PRIMARY KEY, owner INTEGER NOT NULL, work TEXT NOT NULL) STRICT;
    """,
)


class LedgerUnusable(DroverError):
    """The phone book's file cannot be used."""

    kind = Kind.UNAVAILABLE

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(
            f"phone book {path}: {detail}",
            hint="check the folder and its free space; move the file away if it is no phone book, or set data_dir",
        )


class PhoneOccupied(DeviceError):
    """Another process of this computer is at work on the phone."""

    kind = Kind.CONFLICT

    def __init__(self, serial: str, work: str) -> None:
        super().__init__(serial, f"is in use: {work}", hint="wait until that has ended, or end it")


class PhoneHeld(DeviceError):
    """The phone is in maintenance or quarantined, and is given no work."""

    kind = Kind.CONFLICT

    def __init__(self, hold: Hold) -> None:
        super().__init__(
            hold.serial,
            f"is in {hold.state.value}: {hold.reason}" if hold.state is PhoneState.MAINTENANCE else hold.reason,
            hint=f"when it is well again: drover phones release {hold.serial}",
        )
        self.hold = hold


class PhoneBook:
    """One file. An async context manager, and a ledger for the monitor. Raises LedgerUnusable."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Keep the file in a folder."""
        path = folder / "phones.sqlite"
        self._database = LocalDatabase(path, _UPGRADES, LedgerUnusable)
        self._liveness = Liveness(folder / "alive")
        self._clock = clock
        self._path = path

    async def __aenter__(self) -> Self:
        """Open the file, and forget history that is too old."""
        await self._database.__aenter__()
        try:
            self._liveness.begin()
            oldest = (self._clock.now() - KEPT).isoformat()
            await self._database.write(lambda database: database.execute("DELETE FROM events WHERE at < ?", (oldest,)))
        except OSError as error:
            await self._database.__aexit__()
            raise LedgerUnusable(self._path, error.strerror or str(error)) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the file."""
        self._liveness.end()
        await self._database.__aexit__()

    async def note(self, *events: Event) -> None:
        """Keep events."""
        rows = [(e.at.isoformat(), e.serial, e.port, e.happening.value, e.word, e.detail) for e in events]
        await self._database.write(
            lambda database: database.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", rows)
        )

    async def history(self, *, serial: str = "", port: str = "", most: int = 100) -> Sequence[Event]:
        """Return the newest events, at most so many, the newest first: of one phone, of one port, or of all."""
        query = (
            "SELECT at, serial, port, happening, word, detail FROM events"
            " WHERE (? = '' OR serial = ?) AND (? = '' OR port = ?) ORDER BY at DESC, rowid DESC LIMIT ?"
        )
        values = (serial, serial, port, port, most)
        rows = await self._database.read(lambda database: database.execute(query, values).fetchall())
        return [_event(row) for row in rows]

    async def last_states(self) -> Mapping[str, Event]:
        """Return the newest event of each phone that tells its state, by serial."""
        query = (
            "SELECT at, serial, port, happening, word, detail FROM events WHERE rowid IN"
            " (SELECT max(rowid) FROM events WHERE happening = 'state' GROUP BY serial)"
        )
        rows = await self._database.read(lambda database: database.execute(query).fetchall())
        return {event.serial: event for event in map(_event, rows)}

    async def last_connected(self, serial: str) -> datetime | None:
        """Return when a phone that is not there was last seen to be: when it was found gone, or else when it came."""
        query = (
            "WITH last AS (SELECT max(rowid) AS came FROM events"
            " WHERE serial = ? AND happening = 'state' AND word IN ('online', 'busy'))"
            " SELECT coalesce((SELECT min(at) FROM events, last WHERE serial = ? AND happening = 'state'"
            " AND events.rowid > came), (SELECT at FROM events, last WHERE events.rowid = came))"
        )
        row = await self._database.read(lambda database: database.execute(query, (serial, serial)).fetchone())
        return datetime.fromisoformat(row[0]) if row[0] is not None else None

    async def holds(self) -> Mapping[str, Hold]:
        """Return the holds, by serial."""
        rows = await self._database.read(
            lambda database: database.execute("SELECT serial, state, reason, at FROM holds").fetchall()
        )
        return {
            serial: Hold(serial, PhoneState(state), reason, datetime.fromisoformat(at))
            for serial, state, reason, at in rows
        }

    async def hold(self, hold: Hold) -> None:
        """Keep a hold, in the place of one of the same phone."""
        row = (hold.serial, hold.state.value, hold.reason, hold.at.isoformat())
        await self._database.write(
            lambda database: database.execute("INSERT OR REPLACE INTO holds VALUES (?, ?, ?, ?)", row)
        )

    async def release(self, serial: str) -> Hold | None:
        """End a phone's hold, and return it; None where there was none."""
        held = (await self.holds()).get(serial)
        await self._database.write(lambda database: database.execute("DELETE FROM holds WHERE serial = ?", (serial,)))
        return held

    @asynccontextmanager
    async def occupied(self, serial: str, work: str) -> AsyncGenerator[None, None]:
        """Have the phone for oneself while the block lasts, or while this process lives.

        Raises PhoneOccupied with what the other one does, PhoneHeld.
        """
        held = (await self.holds()).get(serial)
        if held is not None:
            raise PhoneHeld(held)
        await self._database.write(lambda database: self._take(database, serial, work))
        try:
            yield
        finally:
            await self._database.write(
                lambda database: database.execute(
                    "DELETE FROM occupants WHERE serial = ? AND owner = ?", (serial, self._liveness.me)
                )
            )

    async def others(self) -> Mapping[str, str]:
        """Return what other processes, which still live, do with phones, by serial."""
        rows = await self._database.read(
            lambda database: database.execute("SELECT serial, owner, work FROM occupants").fetchall()
        )
        return {
            serial: work for serial, owner, work in rows if owner != self._liveness.me and self._liveness.lives(owner)
        }

    def _take(self, database: sqlite3.Connection, serial: str, work: str) -> None:
        row = database.execute("SELECT owner, work FROM occupants WHERE serial = ?", (serial,)).fetchone()
        if row is not None and self._liveness.lives(row[0]):
            raise PhoneOccupied(serial, row[1])
        database.execute("INSERT OR REPLACE INTO occupants VALUES (?, ?, ?)", (serial, self._liveness.me, work))


def _event(row: tuple[str, str, str, str, str, str]) -> Event:
    at, serial, port, happening, word, detail = row
    return Event(datetime.fromisoformat(at), serial, port, Happening(happening), word, detail)
