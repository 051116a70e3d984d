"""A small SQLite file of this computer, on a thread of its own: for journals, and for what a host keeps."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from drover.kernel.errors import DroverError

T = TypeVar("T")

Unusable = Callable[[Path, str], DroverError]
"""Makes the error that says which file cannot be used, and why."""

_BUSY_S = 10.0


class LocalDatabase:
    """One file. An async context manager.

    `upgrades` are scripts that lead from one version of the tables to the next, from an empty file on: append, and
    never change one that has landed. A file of a later version is refused, not touched.
    """

    def __init__(self, path: Path, upgrades: Sequence[str], unusable: Unusable) -> None:
        self._path = path
        self._upgrades = upgrades
        self._unusable = unusable
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=path.stem)
        self._connection: sqlite3.Connection | None = None

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._path

    async def __aenter__(self) -> Self:
        """Open the file, and bring it up to date. Raises what `unusable` makes."""
        try:
            await self._run(self._open)
        except BaseException:
            self._thread.shutdown()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the file."""
        await self._run(self._close)
        self._thread.shutdown()

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `work` finds. Raises what `unusable` makes."""
        return await self._opened(lambda: self._guarded(work))

    async def write(self, work: Callable[[sqlite3.Connection], T], *, synced: bool = False) -> T:
        """Do `work` in one transaction, whole or not at all, and return what it returns.

        Every write survives the end of the process; with `synced` it also survives a power cut, for an fsync's time.
        """

        def transaction(connection: sqlite3.Connection) -> T:
            connection.execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(connection)
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
            return result

        return await self._opened(lambda: self._guarded(transaction))

    def _guarded(self, work: Callable[[sqlite3.Connection], T]) -> T:
        assert self._connection is not None  # noqa: S101  `_run` has seen that it is open
        try:
            return work(self._connection)
        except sqlite3.Error as error:
            raise self._unusable(self._path, str(error)) from error

    def _open(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._path, isolation_level=None, timeout=_BUSY_S)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._upgrade(self._connection)
        except sqlite3.Error as error:
            self._close()
            raise self._unusable(self._path, str(error)) from error
        except OSError as error:
            raise self._unusable(self._path, error.strerror or str(error)) from error
        except DroverError:
            self._close()
            raise

    def _upgrade(self, connection: sqlite3.Connection) -> None:
        newest = len(self._upgrades)
        if self._version(connection) == newest:
            return
        # The version is read again inside: another process may have been faster.
        connection.execute("BEGIN IMMEDIATE")
        version = self._version(connection)
        if version > newest:
            raise self._unusable(self._path, f"is of version {version}, newer than {newest}, which this Drover knows")
        for script in self._upgrades[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {newest}")
        connection.commit()

    @staticmethod
    def _version(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _opened(self, call: Callable[[], T]) -> T:
        if self._connection is None:
            raise self._unusable(self._path, "is closed")
        return await self._run(call)

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


def _statements(script: str) -> Sequence[str]:
    """Return a script's statements, as `executescript` would commit what is open before it."""
    statements: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
