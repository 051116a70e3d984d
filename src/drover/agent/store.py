"""What an agent must not forget: the orders it took on, the events that nobody has acknowledged, leases seen.

A local SQLite file; what is written survives the end of the process.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal, Self, cast

from drover.agent.errors import StoreUnusable
from drover.kernel.clock import Clock
from drover.platform.local_database import LocalDatabase
from drover.protocol.codec import decode, encode
from drover.protocol.messages import EventBody, PlayEnded, PlayEvent, PlayOrder, TaskBegan

KEPT: Final = timedelta(days=7)
"""How long plays are kept that have ended and told so: as long as an order for them could be sent again."""

_UPGRADES: Final = (
    """
    CREATE TABLE plays (
        sequence_run TEXT NOT NULL, attempt INTEGER NOT NULL, message BLOB NOT NULL, phone TEXT NOT NULL,
        token INTEGER NOT NULL, journal_run TEXT NOT NULL, from_step INTEGER, spent TEXT NOT NULL,
        accepted_at TEXT NOT NULL, ended_at TEXT, PRIMARY KEY (sequence_run, attempt)
    ) STRICT;
    CREATE INDEX plays_by_end ON plays (ended_at);
    CREATE TABLE numbers (sequence_run TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT;
    CREATE TABLE events (
        sequence_run TEXT NOT NULL, number INTEGER NOT NULL, attempt INTEGER NOT NULL, message BLOB NOT NULL,
        evidence TEXT NOT NULL, ends INTEGER NOT NULL, sent INTEGER NOT NULL, PRIMARY KEY (sequence_run, number)
    ) STRICT;
    CREATE INDEX events_unsent ON events (sent, sequence_run, number);
    CREATE TABLE tokens (phone TEXT PRIMARY KEY, token INTEGER NOT NULL) STRICT;
    """,
)


@dataclass(frozen=True, slots=True)
class TakenOn:
    """An order that was taken on, and how far it is. `journal_run` is the run that the player's journal keeps of it.

    `spent` are the acts that its budget has been charged with, by kind.
    """

    order: PlayOrder
    token: int
    journal_run: str
    from_step: int | None
    spent: Mapping[str, int]
    ended: bool


@dataclass(frozen=True, slots=True)
class Unsent:
    """An event that was not acknowledged yet; `evidence` is what of the blobs belongs to it."""

    event: PlayEvent
    evidence: Sequence[str]


class AgentStore:
    """An agent's file. An async context manager. Raises StoreUnusable."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._database = LocalDatabase(path, _UPGRADES, StoreUnusable)
        self._tokens: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        """Open the file, and forget what is long over."""
        await self._database.__aenter__()
        await self.forget()
        query = "SELECT phone, token FROM tokens"
        self._tokens = dict(await self._database.read(lambda database: database.execute(query).fetchall()))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the file."""
        await self._database.__aexit__()

    async def forget(self) -> None:
        """Remove plays that ended long ago and told so."""
        before = (self._clock.now() - KEPT).isoformat()
        over = (
            "SELECT sequence_run FROM plays GROUP BY sequence_run HAVING max(coalesce(ended_at, '9')) < ?"
            " AND sequence_run NOT IN (SELECT sequence_run FROM events WHERE sent = 0)"
        )

        def work(database: sqlite3.Connection) -> None:
            runs = [(run,) for (run,) in database.execute(over, (before,)).fetchall()]
            database.executemany("DELETE FROM events WHERE sequence_run = ?", runs)
            database.executemany("DELETE FROM numbers WHERE sequence_run = ?", runs)
            database.executemany("DELETE FROM plays WHERE sequence_run = ?", runs)

        await self._database.write(work)

    async def accept(self, order: PlayOrder, journal_run: str, from_step: int | None) -> TakenOn:
        """Write down an order that is taken on. On disk before this returns."""
        row = (
            *(order.sequence_run, order.attempt, encode(order), order.phone, order.token, journal_run, from_step),
            *("{}", self._now()),
        )
        self._see(order.phone, order.token)

        def work(database: sqlite3.Connection) -> None:
            database.execute(
                "INSERT INTO plays (sequence_run, attempt, message, phone, token, journal_run, from_step, spent,"
                " accepted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            _raise_token(database, order.phone, order.token)

        await self._database.write(work, synced=True)
        return TakenOn(order, order.token, journal_run, from_step, {}, ended=False)

    async def find(self, sequence_run: str, attempt: int) -> TakenOn | None:
        """Return an order that was taken on, or None."""
        query = f"{_PLAYS} WHERE sequence_run = ? AND attempt = ?"
        row = await self._read_one(query, sequence_run, attempt)
        return _taken_on(row) if row is not None else None

    async def newest(self, sequence_run: str) -> TakenOn | None:
        """Return the latest attempt of a sequence run that was taken on, or None."""
        row = await self._read_one(f"{_PLAYS} WHERE sequence_run = ? ORDER BY attempt DESC LIMIT 1", sequence_run)
        return _taken_on(row) if row is not None else None

    async def unfinished(self) -> Sequence[TakenOn]:
        """Return the plays that were taken on and have not ended, in the order in which they were."""
        query = f"{_PLAYS} WHERE ended_at IS NULL ORDER BY accepted_at, rowid"
        rows = await self._database.read(lambda database: database.execute(query).fetchall())
        return [_taken_on(row) for row in rows]

    async def renew_token(self, order: PlayOrder, token: int) -> None:
        """Write down that a play goes on under a newer lease of its phone."""
        self._see(order.phone, token)

        def work(database: sqlite3.Connection) -> None:
            database.execute(
                "UPDATE plays SET token = ? WHERE sequence_run = ? AND attempt = ?",
                (token, order.sequence_run, order.attempt),
            )
            _raise_token(database, order.phone, token)

        await self._database.write(work, synced=True)

    def newest_token(self, phone: str) -> int:
        """Return the newest token of a phone's lease that was ever seen; 0 where there was none."""
        return self._tokens.get(phone, 0)

    def _see(self, phone: str, token: int) -> None:
        # A token counts from when it is seen, though writing it down may fail.
        self._tokens[phone] = max(self._tokens.get(phone, 0), token)

    async def tell(
        self, play: TakenOn, token: int, body: EventBody, *, evidence: Sequence[str] = (), spent: Mapping[str, int]
    ) -> PlayEvent:
        """Write down an event under its number; one that begins a task with it, one that ends the play ends it."""
        order = play.order

        def work(database: sqlite3.Connection) -> PlayEvent:
            number = _next_number(database, order.sequence_run)
            event = PlayEvent(
                sequence_run=order.sequence_run,
                attempt=order.attempt,
                run=order.run,
                client=order.client,
                phone=order.phone,
                token=token,
                number=number,
                at=self._clock.now(),
                body=body,
            )
            ends = isinstance(body, PlayEnded)
            database.execute(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, 0)",
                (order.sequence_run, number, order.attempt, encode(event), json.dumps(list(evidence)), ends),
            )
            if ends:
                _update(database, order, "ended_at", self._now())
            if isinstance(body, TaskBegan):
                _update(database, order, "spent", json.dumps(dict(spent)))
            return event

        return await self._database.write(work, synced=isinstance(body, PlayEnded))

    async def unsent_runs(self) -> Sequence[str]:
        """Return the sequence runs that have events which nobody has acknowledged."""
        query = "SELECT DISTINCT sequence_run FROM events WHERE sent = 0"
        return [run for (run,) in await self._database.read(lambda database: database.execute(query).fetchall())]

    async def next_unsent(self, sequence_run: str) -> Unsent | None:
        """Return the first event of a sequence run that nobody has acknowledged, or None."""
        query = "SELECT message, evidence FROM events WHERE sent = 0 AND sequence_run = ? ORDER BY number LIMIT 1"
        row = await self._read_one(query, sequence_run)
        if row is None:
            return None
        return Unsent(decode(cast("bytes", row[0]), PlayEvent), json.loads(cast("str", row[1])))

    async def evidence(self, before: datetime) -> frozenset[str]:  # noqa: ARG002  it is asked for as others are
        """Return what of the blobs belongs to events that nobody has acknowledged, whenever it was put there."""
        query = "SELECT evidence FROM events WHERE sent = 0"
        rows = await self._database.read(lambda database: database.execute(query).fetchall())
        return frozenset(digest for (evidence,) in rows for digest in json.loads(evidence))

    async def count_unsent(self) -> int:
        """Return how many events nobody has acknowledged."""
        row = await self._read_one("SELECT count(*) FROM events WHERE sent = 0")
        return int(cast("int", row[0])) if row is not None else 0

    async def acknowledge(self, sequence_run: str, number: int) -> None:
        """Note that the events up to that number need not be sent again. Those that end a play are kept."""

        def work(database: sqlite3.Connection) -> None:
            values = (sequence_run, number)
            database.execute("DELETE FROM events WHERE sequence_run = ? AND number <= ? AND ends = 0", values)
            database.execute("UPDATE events SET sent = 1 WHERE sequence_run = ? AND number <= ?", values)

        await self._database.write(work)

    async def send_end_again(self, sequence_run: str, attempt: int) -> None:
        """Let the event that ended a play be sent again: whoever ordered it does not know of it."""
        statement = "UPDATE events SET sent = 0 WHERE sequence_run = ? AND attempt = ? AND ends = 1"
        await self._database.write(lambda database: database.execute(statement, (sequence_run, attempt)))

    async def _read_one(self, query: str, *values: object) -> tuple[object, ...] | None:
        return await self._database.read(lambda database: database.execute(query, values).fetchone())

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="microseconds")


_PLAYS: Final = "SELECT message, token, journal_run, from_step, spent, ended_at FROM plays"


def _taken_on(row: tuple[object, ...]) -> TakenOn:
    message, token, journal_run, from_step, spent, ended_at = row
    return TakenOn(
        order=decode(cast("bytes", message), PlayOrder),
        token=cast("int", token),
        journal_run=cast("str", journal_run),
        from_step=cast("int | None", from_step),
        spent=json.loads(cast("str", spent)),
        ended=ended_at is not None,
    )


def _raise_token(database: sqlite3.Connection, phone: str, token: int) -> None:
    database.execute(
        "INSERT INTO tokens VALUES (?, ?) ON CONFLICT (phone) DO UPDATE SET token = max(token, excluded.token)",
        (phone, token),
    )


def _next_number(database: sqlite3.Connection, sequence_run: str) -> int:
    row = database.execute(
        "INSERT INTO numbers VALUES (?, 1) ON CONFLICT (sequence_run) DO UPDATE SET last = last + 1 RETURNING last",
        (sequence_run,),
    ).fetchone()
    return int(row[0])


def _update(database: sqlite3.Connection, order: PlayOrder, column: Literal["ended_at", "spent"], value: str) -> None:
    database.execute(
        f"UPDATE plays SET {column} = ? WHERE sequence_run = ? AND attempt = ?",  # noqa: S608  one of two names
        (value, order.sequence_run, order.attempt),
    )
