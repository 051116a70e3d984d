"""Engines: how connections to each database are made and kept."""

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from drover.platform.db.address import Address, Dialect
from drover.platform.db.guard import OPEN
from drover.platform.db.sqlite_cursor import BEGIN, one_trip_sqlite
from drover.platform.db.sqlite_library import use_newer_sqlite
from drover.platform.db.translation import translate_errors

BUSY_S = 10.0
"""How long one waits for what others hold: a lock, the one writer of SQLite, a free connection."""

CONNECT_S = 5
WRITES = "drover_writes"
"""The execution option of connections whose transactions write."""

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",  # survives a killed process; a power cut may take the last moments, never the file
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
)
_POSTGRESQL_OPTIONS = "-c statement_timeout=60s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"


def make_engine(address: Address, *, pool: int | None, busy_s: float = BUSY_S) -> AsyncEngine:
    """Return an engine that raises our errors; with a `pool` of so many connections, or a new one at each use."""
    use_newer_sqlite()
    kept: dict[str, Any] = {"poolclass": NullPool}
    if pool is not None:
        kept = {"pool_size": pool, "max_overflow": 0, "pool_timeout": busy_s, "pool_use_lifo": True}
    if address.dialect is Dialect.SQLITE:
        engine = create_async_engine(address.url, module=one_trip_sqlite(), connect_args={"timeout": busy_s}, **kept)
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    else:
        arguments = {
            "connect_timeout": CONNECT_S,
            "tcp_user_timeout": 15_000,
            "options": f"{_POSTGRESQL_OPTIONS} -c lock_timeout={busy_s * 1000:.0f}ms",
        }
        engine = create_async_engine(address.url, connect_args=arguments, **kept)
    translate_errors(engine.sync_engine, address.shown)
    return engine


def _set_up_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # Without it the library would begin transactions by itself, and too late: updates were lost silently.
    connection.isolation_level = None  # type: ignore[attr-defined]  # SQLite's connections have it
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else BEGIN, execution_options=OPEN)
