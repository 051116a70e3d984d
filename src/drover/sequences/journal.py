"""The play's journal: every act is written down before it is done and after, in a local SQLite file.

It answers two questions after a crash: how far was a phone, and may a `once` act have happened already? Plain sqlite3.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Self

from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError, Kind
from drover.platform.liveness import Liveness
from drover.platform.local_database import LocalDatabase
from drover.sequences.domain import Effect

_UPGRADES = (
    """
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
    """,
    """
    ALTER TABLE acts RENAME TO first_acts;
    ALTER TABLE runs RENAME TO first_runs;
    DROP INDEX runs_by_phone;
    CREATE TABLE runs (
        run TEXT PRIMARY KEY, sequence TEXT NOT NULL, digest TEXT NOT NULL, parameters TEXT NOT NULL,
        phone TEXT NOT NULL, from_step INTEGER NOT NULL, began_at TEXT NOT NULL, ended_at TEXT, status TEXT,
        owner INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX runs_of_phone ON runs (phone, sequence, began_at);
    CREATE TABLE marks (
        mark INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (run), step INTEGER NOT NULL, place TEXT NOT NULL
    ) STRICT;
    CREATE INDEX marks_of_run ON marks (run, mark);
    CREATE TABLE attempts (
        run TEXT NOT NULL REFERENCES runs (run), attempt INTEGER NOT NULL, began_at TEXT NOT NULL,
        from_step INTEGER NOT NULL, why TEXT NOT NULL, PRIMARY KEY (run, attempt)
    ) STRICT;
    CREATE TABLE acts (
        act INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (run), step INTEGER NOT NULL,
        attempt INTEGER NOT NULL, name TEXT NOT NULL, effect TEXT NOT NULL, began_at TEXT NOT NULL,
        settled_at TEXT, outcome TEXT
    ) STRICT;
    CREATE INDEX acts_of_run ON acts (run, act);
    INSERT INTO runs SELECT run, sequence, digest, '', phone, from_step, began_at, ended_at,
        coalesce(status, 'interrupted'), 0 FROM first_runs;
    INSERT INTO acts (run, step, attempt, name, effect, began_at, settled_at, outcome)
        SELECT run, step, attempt, name, effect, began_at, verified_at, iif(verified_at IS NULL, NULL, 'seen')
        FROM first_acts ORDER BY rowid;
    DROP TABLE first_acts;
    DROP TABLE first_runs;
    """,
    """
    CREATE TABLE texts (
        run TEXT NOT NULL REFERENCES runs (run), name TEXT NOT NULL, parts TEXT NOT NULL, PRIMARY KEY (run, name)
    ) STRICT;
    """,
)
_MOST_MARKS = 500
_RUNS = """
SELECT run, sequence, phone, digest, parameters, status, owner, from_step,
(SELECT count(*) + 1 FROM attempts WHERE attempts.run = runs.run) FROM runs
"""
_OPEN_ACT = """
SELECT act, step, name, effect, EXISTS (
    SELECT 1 FROM acts AS later JOIN runs AS other ON other.run = later.run
    WHERE other.phone = :phone AND other.run != :run AND later.act > acts.act
) FROM acts WHERE run = :run AND outcome IS NULL
AND (effect = 'once' OR act = (SELECT max(act) FROM acts WHERE run = :run))
ORDER BY effect = 'once' DESC, act DESC LIMIT 1
"""


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
    """A `once` act that was begun and never verified: step number and name.

    `disturbed`: other runs have acted on the phone since, so that what it shows tells nothing of this act any more.
    """

    step: int
    name: str
    disturbed: bool = False


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
    """An act that was begun and neither seen to have happened nor seen not to have.

    `disturbed` is as of a doubt.
    """

    act: int
    step: int
    name: str
    effect: Effect
    disturbed: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A step that was verified, and whatever the player needs to go on after it."""

    step: int
    place: str


@dataclass(frozen=True, slots=True)
class LastRun:
    """A phone's last run of a sequence.

    `marks` are its verified steps, the last 500 at most, in their order; `open_act` is the act after them.
    """

    run: str
    playing: Playing
    ending: Ending
    attempts: int
    from_step: int
    marks: tuple[Mark, ...]
    open_act: OpenAct | None

    @property
    def doubt(self) -> Doubt | None:
        """The `once` act that was left open, if one was."""
        act = self.open_act
        return Doubt(act.step, act.name, act.disturbed) if act is not None and act.effect is Effect.ONCE else None


def _open_act(act: int, step: int, name: str, effect: str, disturbed: int) -> OpenAct:
    return OpenAct(act, step, name, Effect(effect), disturbed=bool(disturbed))


class Journal:
    """One journal file, used by every phone's player of one process. An async context manager.

    Raises JournalUnusable. What is written survives the end of the process.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._database = LocalDatabase(path, _UPGRADES, JournalUnusable)
        self._liveness = Liveness(path.parent / "alive")

    async def __aenter__(self) -> Self:
        """Open the file."""
        await self._database.__aenter__()
        try:
            self._liveness.begin()
        except OSError as error:
            await self._database.__aexit__()
            raise JournalUnusable(self._path, error.strerror or str(error)) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the file."""
        self._liveness.end()
        await self._database.__aexit__()

    async def begin_run(self, run: str, playing: Playing, from_step: int) -> None:
        """Write down that a phone begins to play."""
        await self._write(
            "INSERT INTO runs (run, sequence, digest, parameters, phone, from_step, began_at, owner)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(run, playing.sequence, playing.digest, playing.parameters, playing.phone, from_step),
            *(self._now(), self._liveness.me),
        )

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

        await self._database.write(write)

    async def keep_texts(self, run: str, texts: Mapping[str, str]) -> None:
        """Write down what texts came to for the run, by name; secrets are never among it."""
        rows = [(run, name, parts) for name, parts in texts.items()]
        statement = "INSERT INTO texts (run, name, parts) VALUES (?, ?, ?)"
        await self._database.write(lambda database: database.executemany(statement, rows))

    async def texts(self, run: str) -> Mapping[str, str]:
        """Return what texts came to for the run, by name."""
        statement = "SELECT name, parts FROM texts WHERE run = ?"
        return dict(await self._database.read(lambda database: database.execute(statement, (run,)).fetchall()))

    async def end_run(self, run: str, ending: Ending) -> None:
        """Write down how the run ended."""
        await self._write("UPDATE runs SET ended_at = ?, status = ? WHERE run = ?", self._now(), ending.value, run)

    async def begin_act(self, run: str, step: int, attempt: int, name: str, effect: Effect) -> int:
        """Write down an act that is about to be done, and return its number.

        For a `once` act, on disk before this returns.
        """
        statement = "INSERT INTO acts (run, step, attempt, name, effect, began_at) VALUES (?, ?, ?, ?, ?, ?)"
        values = (run, step, attempt, name, effect.value, self._now())
        return await self._database.write(
            lambda database: database.execute(statement, values).lastrowid or 0, synced=effect is Effect.ONCE
        )

    async def void_act(self, act: int) -> None:
        """Write down that the act was seen not to have happened: it may be done."""
        await self._write("UPDATE acts SET settled_at = ?, outcome = 'not done' WHERE act = ?", self._now(), act)

    async def reach(self, run: str, mark: Mark, act: int | None) -> None:
        """Write down that a step was verified. `act` is its act, which was seen to have happened, if it has one."""

        def write(database: sqlite3.Connection) -> None:
            database.execute("INSERT INTO marks (run, step, place) VALUES (?, ?, ?)", (run, mark.step, mark.place))
            database.execute("UPDATE acts SET settled_at = ?, outcome = 'seen' WHERE act = ?", (self._now(), act))

        await self._database.write(write)

    async def last_run(self, sequence: str, phone: str) -> LastRun | None:
        """Return the phone's last run of the sequence, or None where it never played it."""
        return await self._one_run(
            "phone = ? AND sequence = ? ORDER BY began_at DESC, rowid DESC LIMIT 1", phone, sequence
        )

    async def run(self, run: str) -> LastRun | None:
        """Return the run of that id, or None where there is none."""
        return await self._one_run("run = ?", run)

    async def _one_run(self, condition: str, *values: str) -> LastRun | None:
        def query(database: sqlite3.Connection) -> LastRun | None:
            row = database.execute(f"{_RUNS} WHERE {condition}", values).fetchone()
            if row is None:
                return None
            run, sequence, phone, digest, parameters, status, owner, from_step, attempts = row
            marks = database.execute(
                "SELECT step, place FROM marks WHERE run = ? ORDER BY mark DESC LIMIT ?", (run, _MOST_MARKS)
            ).fetchall()
            act = database.execute(_OPEN_ACT, {"run": run, "phone": phone}).fetchone()
            return LastRun(
                run=run,
                playing=Playing(sequence, digest, parameters, phone),
                ending=self._ending(status, owner),
                attempts=attempts,
                from_step=from_step,
                marks=tuple(Mark(step, place) for step, place in reversed(marks)),
                open_act=_open_act(*act) if act is not None else None,
            )

        return await self._database.read(query)

    async def forget(self, before: datetime) -> None:
        """Remove runs that were over before that time; a phone's last run of a sequence stays."""
        old = (
            "SELECT run FROM runs WHERE coalesce(ended_at, began_at) < ? AND rowid NOT IN"
            " (SELECT max(rowid) FROM runs GROUP BY phone, sequence)"
        )

        def work(database: sqlite3.Connection) -> None:
            runs = database.execute(old, (before.isoformat(),)).fetchall()
            for table in ("texts", "marks", "attempts", "acts", "runs"):
                database.executemany(f"DELETE FROM {table} WHERE run = ?", runs)  # noqa: S608  one of those names

        await self._database.write(work)

    async def doubt(self, sequence: str, phone: str) -> Doubt | None:
        """Return the `once` act that the phone's last run of the sequence left unverified, or None."""
        last = await self.last_run(sequence, phone)
        return last.doubt if last is not None else None

    def _ending(self, status: str | None, owner: int) -> Ending:
        if status is not None:
            return Ending(status)
        return Ending.PLAYING if self._liveness.lives(owner) else Ending.CUT_OFF

    async def _write(self, statement: str, *values: str | int) -> None:
        await self._database.write(lambda database: database.execute(statement, values))

    def _now(self) -> str:
        return self._clock.now().isoformat()
