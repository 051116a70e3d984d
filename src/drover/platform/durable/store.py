"""Where the engine keeps its rows: a SQLite file of its own, or a schema of its own in PostgreSQL."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pysqlite3.dbapi2  # pyright: ignore[reportMissingTypeStubs]  it has none; its interface is sqlite3's
from dbos import DBOS
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from drover.platform.durable.errors import EngineUnusable
from drover.platform.durable.quiet import quiet_library

SCHEMA = "engine"
"""The engine's schema in PostgreSQL; nothing of Drover's own stands there."""

_POOL = 5
_BUSY_MS = 30_000
_CONNECT_S = 5


class EngineStore(Protocol):
    """One place of rows."""

    @property
    def migrates(self) -> bool:
        """Whether opening may create and change tables."""
        ...

    def url(self) -> str:
        """Return the address, for the library."""
        ...

    def engine(self) -> Engine:
        """Return a new pool of connections."""
        ...

    def __str__(self) -> str:
        """Name the place without a password."""
        ...


@dataclass(frozen=True)
class SqliteStore:
    """A file that nothing else is kept in."""

    path: Path
    migrates: bool = True

    def url(self) -> str:
        """Return the address, for the library."""
        return f"sqlite:///{self.path}"

    def engine(self) -> Engine:
        """Return a pool whose connections write ahead, and begin with the write lock.

        The library of pysqlite3, as Debian 12's own can lose data of a write-ahead log. With the default journal the
        engine made 32-60 steps a second and stalled for 30 s; so it makes more than 400 (measured).
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(self.url(), module=pysqlite3.dbapi2, pool_size=_POOL, max_overflow=0)
        event.listen(engine, "connect", _write_ahead)
        return engine

    def __str__(self) -> str:
        """Name the file."""
        return str(self.path)


@dataclass(frozen=True)
class PostgresStore:
    """A schema of a PostgreSQL database. A role that owns nothing opens it with `migrates` off, once it is prepared."""

    address: str
    schema: str = SCHEMA
    migrates: bool = False

    def url(self) -> str:
        """Return the address, for the library."""
        return self._url().render_as_string(hide_password=False)

    def engine(self) -> Engine:
        """Return a pool that tries a connection before it hands it out: the server may have been away."""
        return create_engine(
            self._url(),
            pool_size=_POOL,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"connect_timeout": _CONNECT_S, "application_name": "drover-engine"},
        )

    def _url(self) -> URL:
        return make_url(self.address).set(drivername="postgresql+psycopg")

    def __str__(self) -> str:
        """Name the database without its password."""
        return f"{self._url().render_as_string(hide_password=True)} schema {self.schema}"


async def prepare_postgres(owner_address: str, *, role: str | None, schema: str = SCHEMA) -> None:
    """Create or migrate the engine's schema as its owner, and grant `role` the use of it.

    Raises EngineUnusable.
    """
    quiet_library()
    store = PostgresStore(owner_address, schema)
    try:
        await asyncio.to_thread(DBOS.migrate, store.url(), schema=schema, application_role=role)
    except (SQLAlchemyError, OSError) as error:
        raise EngineUnusable(str(store), _first_line(error)) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _write_ahead(connection: Any, _: object) -> None:  # noqa: ANN401  a driver's own connection has no shared type
    connection.isolation_level = "IMMEDIATE"
    for pragma in (f"busy_timeout={_BUSY_MS}", "foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
