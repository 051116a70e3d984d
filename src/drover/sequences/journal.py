"""The play's journal: every act is written down before it is done and after, in a local SQLite file.

It answers one question after a crash: may a `once` act have happened already? Plain sqlite3, on one thread of its own.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError, Kind
from drover.sequences.domain import Effect

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run TEXT PRIMARY KEY, sequence TEXT NOT NULL, digest TEXT NOT NULL, phone TEXT NOT NULL,
    from_step INTEGER NOT NULL, began_at TEXT NOT NULL, ended_at TEXT, status TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS runs_by_phone ON runs (phone, sequence, began_at);
CREATE TABLE IF NOT EXISTS acts (
    run TEXT NOT NULL REFERENCES runs (run), step INTEGER NOT NULL, attempt INTEGER NOT NULL, name TEXT NOT NULL,
    effect TEXT NOT NULL, began_at TEXT NOT NULL, verified_at TEXT,
    PRIMARY KEY (run, step, attempt)
) STRICT;
"""

T = TypeVar("T")


class JournalUnusable(DroverError):
    """The journal's file cannot be used; nothing is played without a journal."""

    kind = Kind.UNAVAILABLE

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(
            f"journal {path}: {detail}",
            hint="check the folder and its free space; move the file away if it is no journal, or set data_dir",
        )


@dataclass(frozen=True, slots=True)
class Doubt:
    """A `once` act that was begun and never verified: step number and name."""

    step: int
    name: str


class Journal:
    """One journal file, used by every phone's player of one process. An async context manager."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._database: sqlite3.Connection | None = None

    async def __aenter__(self) -> Self:
        """Open the file. Raises JournalUnusable."""
        try:
            await self._run(self._open)
        except (OSError, JournalUnusable):
            self._thread.shutdown()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the file."""
        await self._run(self._close)
        self._thread.shutdown()

    async def begin_run(self, run: str, sequence: str, digest: str, phone: str, from_step: int) -> None:
        """Write down that a phone begins to play."""
        await self._write(
            "INSERT INTO runs (run, sequence, digest, phone, from_step, began_at) VALUES (?, ?, ?, ?, ?, ?)",
            (run, sequence, digest, phone, from_step, self._now()),
        )

    async def end_run(self, run: str, status: str) -> None:
        """Write down how the run ended."""
        await self._write("UPDATE runs SET ended_at = ?, status = ? WHERE run = ?", (self._now(), status, run))

    async def begin_act(self, run: str, step: int, attempt: int, name: str, effect: Effect) -> None:
        """Write down an act that is about to be done. For a `once` act, on disk before this returns."""
        await self._write(
            "INSERT INTO acts (run, step, attempt, name, effect, began_at) VALUES (?, ?, ?, ?, ?, ?)",
            (run, step, attempt, name, effect.value, self._now()),
            synced=effect is Effect.ONCE,
        )

    async def verify_act(self, run: str, step: int, attempt: int) -> None:
        """Write down that the act was seen to have happened."""
        await self._write(
            "UPDATE acts SET verified_at = ? WHERE run = ? AND step = ? AND attempt = ?",
            (self._now(), run, step, attempt),
        )

    async def doubt(self, sequence: str, phone: str) -> Doubt | None:
        """Return the `once` act that the phone's last run of the sequence left unverified, or None."""

        def query(database: sqlite3.Connection) -> Doubt | None:
            row = database.execute(
                "SELECT acts.step, acts.name FROM acts WHERE acts.effect = 'once' AND acts.verified_at IS NULL"
                " AND acts.run = (SELECT run FROM runs WHERE phone = ? AND sequence = ?"
                " ORDER BY began_at DESC, rowid DESC LIMIT 1)",
                (phone, sequence),
            ).fetchone()
            return Doubt(step=row[0], name=row[1]) if row is not None else None

        return await self._query(query)

    def _now(self) -> str:
        return self._clock.now().isoformat()

    def _open(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=True, timeout=10)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.executescript(_SCHEMA)
        except sqlite3.Error as error:
            self._close()
            raise JournalUnusable(self._path, str(error)) from error
        except OSError as error:
            raise JournalUnusable(self._path, error.strerror or str(error)) from error

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    async def _write(self, statement: str, values: tuple[str | int, ...], *, synced: bool = False) -> None:
        def write(database: sqlite3.Connection) -> None:
            # WAL with NORMAL survives a killed process; FULL also survives a power cut, and costs an fsync.
            database.execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
            database.execute(statement, values)

        await self._query(write)

    async def _query(self, work: Callable[[sqlite3.Connection], T]) -> T:
        def call() -> T:
            if self._database is None:
                raise JournalUnusable(self._path, "is closed")
            try:
                return work(self._database)
            except sqlite3.Error as error:
                raise JournalUnusable(self._path, str(error)) from error

        return await self._run(call)

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)
