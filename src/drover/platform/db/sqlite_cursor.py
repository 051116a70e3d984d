"""SQLite's connections, each on a thread of its own, asked once for each statement.

SQLAlchemy's own cursor goes to the thread and back four times: to make a cursor, execute, fetch and close. Each is a
turn of two threads, which a busy machine makes wait: a unit of ten statements waited forty times.
"""

# The library has no public way to another cursor; a test fails if what is used here changes.
# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportIncompatibleVariableOverride=false
# pyright: reportIncompatibleMethodOverride=false, reportMissingSuperCall=false
# ruff: noqa: ANN401, SLF001

from collections import deque
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final, NamedTuple

from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util import await_only

from drover.platform.db.sqlite_library import LIBRARY, use_newer_sqlite

BEGIN: Final = "BEGIN"
"""How a transaction begins that only reads: it takes no lock before its first statement."""


class _Done(NamedTuple):
    """All that a statement gave."""

    rows: Sequence[Any]
    description: Any
    rowcount: int
    lastrowid: Any


_NOTHING = _Done((), None, -1, None)


class OneTripCursor(AsyncAdapt_aiosqlite_cursor):
    """A cursor whose statement is made, executed, fetched and closed in one trip to the connection's thread."""

    __slots__ = ("_done", "arraysize")
    _adapt_connection: "OneTripConnection"

    def __init__(self, adapt_connection: "OneTripConnection") -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._done = _NOTHING
        self._rows = deque()
        self.arraysize = 1

    @property
    def description(self) -> Any:
        """What the columns are; None for a statement without rows."""
        return self._done.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return self._done.rowcount

    @property
    def lastrowid(self) -> Any:
        """The number of the last row that was put in."""
        return self._done.lastrowid

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        """Execute one statement. A transaction that reads begins in the same trip as its first one."""
        if operation == BEGIN:
            self._adapt_connection.to_begin = self._adapt_connection.reads = True
            return
        given = () if parameters is None else parameters
        self._go(lambda cursor: cursor.execute(operation, given))

    def executemany(self, operation: Any, seq_of_parameters: Any) -> Any:
        """Execute one statement for each of these parameters."""
        self._go(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    def close(self) -> None:
        """Forget the rows; there is nothing else left of it."""
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """Do nothing: it was closed when its rows were fetched."""

    def _go(self, work: Callable[[Any], object]) -> None:
        connection = self._connection
        begins, self._adapt_connection.to_begin = self._adapt_connection.to_begin, False

        def there() -> _Done:
            cursor = connection._conn.cursor()
            try:
                if begins:
                    cursor.execute(BEGIN)
                work(cursor)
                rows = cursor.fetchall() if cursor.description else ()
                return _Done(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
            finally:
                cursor.close()

        async def gone() -> _Done:
            async with self._adapt_connection._execute_mutex:
                return await connection._execute(there)

        try:
            self._done = await_only(gone())
        except Exception as error:  # noqa: BLE001  the library tells errors apart
            self._adapt_connection._handle_exception(error)
        self._rows = deque(self._done.rows)


class OneTripConnection(AsyncAdapt_aiosqlite_connection):
    """A connection with such cursors. Nobody waits for the end of a transaction that has only read.

    Its thread does what it is given in turn, so that whatever comes next finds the end done.
    """

    __slots__ = ("reads", "to_begin")
    _cursor_cls = OneTripCursor

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self.reads = False
        self.to_begin = False

    def commit(self) -> None:
        """End the transaction, and keep what it wrote."""
        if not self._ended_reading("commit"):
            super().commit()

    def rollback(self) -> None:
        """End the transaction, and keep nothing."""
        if not self._ended_reading("rollback"):
            super().rollback()

    def _ended_reading(self, how: str) -> bool:
        """End a transaction that has only read, and return whether it was one."""
        began, reads = not self.to_begin, self.reads
        self.to_begin = self.reads = False
        if reads and began and self._connection._connection is not None:
            self._connection._tx.put_nowait((None, getattr(self._connection._conn, how)))
        return reads


class OneTripSqlite(AsyncAdapt_aiosqlite_dbapi):
    """The driver as the library adapts it, but for its cursors."""

    def connect(self, *args: Any, **given: Any) -> AsyncAdapt_aiosqlite_connection:
        """Open a connection, whose thread ends with the process at the latest."""
        connection = self.aiosqlite.connect(*args, **given)
        connection._thread.daemon = True
        return OneTripConnection(self, await_only(connection))


def one_trip_sqlite() -> OneTripSqlite:
    """Return the driver for `create_async_engine(..., module=)`, on the newer SQLite library."""
    use_newer_sqlite()
    return OneTripSqlite(import_module("aiosqlite"), LIBRARY)
