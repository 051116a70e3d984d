"""The play's journal: every act is written down before it is done and after, in a local SQLite file.

It answers two questions after a crash: how far was a phone, and may a `once` act have happened already? Plain sqlite3,
on one thread of its own.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Self, TypeVar

from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError, Kind
from drover.platform.liveness import Liveness
from drover.sequences.domain import Effect

_TABLES = """
CREATE TABLE runs (
    run TEXT PRIMARY KEY, sequence TEXT NOT NULL, digest TEXT NOT NULL, parameters TEXT NOT NULL, phone TEXT NOT NULL,
    from_step INTEGER NOT NULL, began_at TEXT NOT NULL, ended_at TEXT, status TEXT, owner INTEGER NOT NULL,
    step INTEGER NOT NULL, place TEXT NOT NULL
) STRICT;
CREATE INDEX runs_of_phone ON runs (phone, sequence, began_at);
CREATE TABLE attempts (
    run TEXT NOT NULL REFERENCES runs (run), attempt INTEGER NOT NULL, began_at TEXT NOT NULL,
    from_step INTEGER NOT NULL, why TEXT NOT NULL, PRIMARY KEY (run, attempt)
) STRICT;
CREATE TABLE acts (
    act INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (run), step INTEGER NOT NULL, attempt INTEGER NOT NULL,
    name TEXT NOT NULL, effect TEXT NOT NULL, began_at TEXT NOT NULL, settled_at TEXT, outcome TEXT
) STRICT;
CREATE INDEX acts_of_run ON acts (run, act);
"""
_SCHEMA = 1
# The first journals had no version, no attempts, and one act for each step and try.
_SET_FIRST_ASIDE = """
ALTER TABLE acts RENAME TO first_acts;
ALTER TABLE runs RENAME TO first_runs;
DROP INDEX IF EXISTS runs_by_phone;
"""
_TAKE_OVER_FIRST = """
INSERT INTO runs SELECT run, sequence, digest, '', phone, from_step, began_at, ended_at,
    coalesce(status, 'interrupted'), 0, max(from_step - 1, coalesce((SELECT max(step) FROM first_acts
    WHERE first_acts.run = first_runs.run AND verified_at IS NOT NULL), 0)), '' FROM first_runs;
INSERT INTO acts (run, step, attempt, name, effect, began_at, settled_at, outcome)
    SELECT run, step, attempt, name, effect, began_at, verified_at, iif(verified_at IS NULL, NULL, 'seen')
    FROM first_acts ORDER BY rowid;
DROP TABLE first_acts;
DROP TABLE first_runs;
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


class Ending(Enum):
    """How a run stands. One that nobody ended, and whose process is gone, was cut off like an interrupted one."""

    PLAYING = "playing"
    CUT_OFF = "interrupted"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Playing:
    """What is played where: a sequence (`digest` is its file's) with `parameters` (a digest) on a phone's serial."""

    sequence: str
    digest: str
    parameters: str
    phone: str


@dataclass(frozen=True, slots=True)
class OpenAct:
    """An act that was begun and neither seen to have happened nor seen not to have."""

    act: int
    step: int
    name: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class LastRun:
    """A phone's last run of a sequence.

    `step` is the last one that was verified, and `place` what the player kept with it; `open_act` is the act after it.
    """

    run: str
    playing: Playing
    ending: Ending
    attempts: int
    step: int
    place: str
    open_act: OpenAct | None


class Journal:
    """One journal file, used by every phone's player of one process. An async context manager."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._database: sqlite3.Connection | None = None
        self._liveness = Liveness(path.parent / "alive")

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

    async def begin_run(self, run: str, playing: Playing, from_step: int) -> None:
        """Write down that a phone begins to play."""

        def write(database: sqlite3.Connection) -> None:
            database.execute(
                "INSERT INTO runs (run, sequence, digest, parameters, phone, from_step, began_at, owner, step, place)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '')",
                (
                    *(run, playing.sequence, playing.digest, playing.parameters, playing.phone, from_step),
                    *(self._now(), self._liveness.me, from_step - 1),
                ),
            )

        await self._query(write)

    async def resume_run(self, run: str, from_step: int, why: str) -> None:
        """Write down that a run is gone on with, at which step and why there. Its acts stay its own."""

        def write(database: sqlite3.Connection) -> None:
            (attempts,) = database.execute("SELECT count(*) FROM attempts WHERE run = ?", (run,)).fetchone()
            database.execute(
                "INSERT INTO attempts (run, attempt, began_at, from_step, why) VALUES (?, ?, ?, ?, ?)",
                (run, attempts + 2, self._now(), from_step, why),
            )
            database.execute(
                "UPDATE runs SET ended_at = NULL, status = NULL, owner = ? WHERE run = ?", (self._liveness.me, run)
            )

        await self._query(write)

    async def end_run(self, run: str, ending: Ending) -> None:
        """Write down how the run ended."""
        await self._write("UPDATE runs SET ended_at = ?, status = ? WHERE run = ?", (self._now(), ending.value, run))

    async def begin_act(self, run: str, step: int, attempt: int, name: str, effect: Effect) -> int:
        """Write down an act that is about to be done, and return its number.

        For a `once` act, on disk before this returns.
        """
        return await self._write(
            "INSERT INTO acts (run, step, attempt, name, effect, began_at) VALUES (?, ?, ?, ?, ?, ?)",
            (run, step, attempt, name, effect.value, self._now()),
            synced=effect is Effect.ONCE,
        )

    async def verify_act(self, act: int) -> None:
        """Write down that the act was seen to have happened."""
        await self._settle(act, "seen")

    async def void_act(self, act: int) -> None:
        """Write down that the act was seen not to have happened: it may be done."""
        await self._settle(act, "not done")

    async def reach(self, run: str, step: int, place: str) -> None:
        """Write down that a step was verified; `place` is whatever the player needs to go on after it."""
        await self._write("UPDATE runs SET step = ?, place = ? WHERE run = ?", (step, place, run))

    async def last_run(self, sequence: str, phone: str) -> LastRun | None:
        """Return the phone's last run of the sequence, or None where it never played it."""

        def query(database: sqlite3.Connection) -> LastRun | None:
            row = database.execute(
                "SELECT run, digest, parameters, status, owner, step, place,"
                " (SELECT count(*) + 1 FROM attempts WHERE attempts.run = runs.run)"
                " FROM runs WHERE phone = ? AND sequence = ? ORDER BY began_at DESC, rowid DESC LIMIT 1",
                (phone, sequence),
            ).fetchone()
            if row is None:
                return None
            run, digest, parameters, status, owner, step, place, attempts = row
            playing = Playing(sequence, digest, parameters, phone)
            ending = self._ending(status, owner)
            return LastRun(run, playing, ending, attempts, step, place, _open_act(database, run))

        return await self._query(query)

    async def doubt(self, sequence: str, phone: str) -> Doubt | None:
        """Return the `once` act that the phone's last run of the sequence left unverified, or None."""
        last = await self.last_run(sequence, phone)
        act = last.open_act if last is not None else None
        return Doubt(act.step, act.name) if act is not None and act.effect is Effect.ONCE else None

    def _ending(self, status: str | None, owner: int) -> Ending:
        if status is not None:
            return Ending(status)
        return Ending.PLAYING if self._liveness.lives(owner) else Ending.CUT_OFF

    async def _settle(self, act: int, outcome: str) -> None:
        await self._write("UPDATE acts SET settled_at = ?, outcome = ? WHERE act = ?", (self._now(), outcome, act))

    def _now(self) -> str:
        return self._clock.now().isoformat()

    def _open(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=True, timeout=10)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            _migrate(self._database)
            self._liveness.begin()
        except sqlite3.Error as error:
            self._close()
            raise JournalUnusable(self._path, str(error)) from error
        except OSError as error:
            self._close()
            raise JournalUnusable(self._path, error.strerror or str(error)) from error

    def _close(self) -> None:
        self._liveness.end()
        if self._database is not None:
            self._database.close()
            self._database = None

    async def _write(self, statement: str, values: tuple[str | int, ...], *, synced: bool = False) -> int:
        def write(database: sqlite3.Connection) -> int:
            # WAL with NORMAL survives a killed process; FULL also survives a power cut, and costs an fsync.
            database.execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
            return database.execute(statement, values).lastrowid or 0

        return await self._query(write)

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


def _open_act(database: sqlite3.Connection, run: str) -> OpenAct | None:
    """Return the run's last act, if it is open; before it, only a `once` act that was left open counts."""
    rows = database.execute(
        "SELECT act, step, name, effect FROM acts WHERE run = ? AND outcome IS NULL AND (effect = 'once'"
        " OR act = (SELECT max(act) FROM acts WHERE run = ?)) ORDER BY effect = 'once' DESC, act DESC LIMIT 1",
        (run, run),
    ).fetchall()
    return next((OpenAct(act, step, name, Effect(effect)) for act, step, name, effect in rows), None)


def _migrate(database: sqlite3.Connection) -> None:
    """Bring the tables to this version, or make them. Raises sqlite3.DatabaseError for a newer journal."""
    database.execute("BEGIN IMMEDIATE")  # two processes may open a new file at once
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > _SCHEMA:
        raise sqlite3.DatabaseError(f"is of a newer Drover (version {version})")
    if version < _SCHEMA:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        script = _SET_FIRST_ASIDE + _TABLES + _TAKE_OVER_FIRST if "runs" in tables else _TABLES
        for statement in script.split(";"):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {_SCHEMA}")
    database.execute("COMMIT")
