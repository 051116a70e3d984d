"""Counters that texts count with, in a SQLite file of this computer: atomic across plays and processes."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from drover.kernel.errors import DroverError, Kind
from drover.language.ports import Absent, Answer, Context, Request
from drover.language.text import Counter
from drover.platform.local_database import LocalDatabase

_UPGRADES = (
    """
    CREATE TABLE counters (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE taken (
        run TEXT NOT NULL, text TEXT NOT NULL, position TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (run, text, position)
    ) STRICT;
    """,
)


class CountersUnusable(DroverError):
    """The file of the counters cannot be used."""

    kind = Kind.UNAVAILABLE

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(f"counters {path}: {detail}", hint="check the folder and its free space, or set data_dir")


class Counters:
    """The owner of `${dynamic.counter(...)}`. An async context manager. Raises CountersUnusable."""

    def __init__(self, path: Path) -> None:
        self._database = LocalDatabase(path, _UPGRADES, CountersUnusable)

    async def __aenter__(self) -> Self:
        """Open the file."""
        await self._database.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the file."""
        await self._database.__aexit__()

    async def fetch(self, context: Context, requests: Sequence[Request]) -> Sequence[Answer]:
        """Return what `reserve` would return now."""
        return await self._database.read(lambda database: _Counting(database, context).answers(requests))

    async def reserve(self, context: Context, requests: Sequence[Request]) -> Sequence[Answer]:
        """Count, once for each run, text and position."""

        def count(database: sqlite3.Connection) -> Sequence[Answer]:
            counting = _Counting(database, context)
            answers = counting.answers(requests)
            counting.keep()
            return answers

        return await self._database.write(count)


class _Counting:
    """Counts from where the file stands; nothing is written before `keep`."""

    def __init__(self, database: sqlite3.Connection, context: Context) -> None:
        self._database = database
        self._context = context
        self._standing: dict[str, int] = {}
        self._taken: dict[str, tuple[str, int]] = {}

    def answers(self, requests: Sequence[Request]) -> Sequence[Answer]:
        return [self._answer(request) for request in requests]

    def keep(self) -> None:
        run, text = self._context.run, self._context.text
        self._database.executemany(
            "INSERT INTO taken (run, text, position, name, value) VALUES (?, ?, ?, ?, ?)",
            [(run, text, position, name, str(value)) for position, (name, value) in self._taken.items()],
        )
        self._database.executemany(
            "INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            [(name, str(value)) for name, value in self._standing.items()],
        )

    def _answer(self, request: Request) -> Answer:
        counter = request.variable
        if not isinstance(counter, Counter):
            return Absent("it is no counter")
        position = str(request.position)
        kept = self._database.execute(
            "SELECT value FROM taken WHERE run = ? AND text = ? AND position = ?",
            (self._context.run, self._context.text, position),
        ).fetchone()
        if kept is not None:
            return str(kept[0])
        value = self._next(counter)
        self._standing[counter.name] = value
        self._taken[position] = (counter.name, value)
        return str(value)

    def _next(self, counter: Counter) -> int:
        if counter.name in self._standing:
            return self._standing[counter.name] + counter.step
        row = self._database.execute("SELECT value FROM counters WHERE name = ?", (counter.name,)).fetchone()
        return counter.start if row is None else int(row[0]) + counter.step
