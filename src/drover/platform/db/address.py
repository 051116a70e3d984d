"""Addresses of databases."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from drover.platform.db.errors import DatabaseUnusable

_HINT = "use sqlite:///PATH or postgresql://USER@HOST/NAME"


class Dialect(Enum):
    """Which database it is."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True)
class Address:
    """Where a database is. `shown` is without a password."""

    dialect: Dialect
    url: URL
    shown: str

    @property
    def path(self) -> Path:
        """The file, on SQLite."""
        return Path(self.url.database or "")

    @property
    def user(self) -> str:
        """The role, on PostgreSQL."""
        return self.url.username or ""


def parse_address(url: str) -> Address:
    """Return the address. Raises DatabaseUnusable for what is none, without repeating a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise DatabaseUnusable("the database's address cannot be read", hint=_HINT) from error
    shown = parsed.render_as_string(hide_password=True)
    if parsed.drivername == "sqlite":
        return Address(Dialect.SQLITE, _sqlite(parsed, shown), str(parsed.database))
    if parsed.drivername in ("postgresql", "postgres"):
        return Address(Dialect.POSTGRESQL, _postgresql(parsed, shown), shown)
    raise DatabaseUnusable(f"{shown}: {parsed.drivername} is no database that Drover knows", hint=_HINT)


def _sqlite(parsed: URL, shown: str) -> URL:
    if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:") or parsed.query:
        raise DatabaseUnusable(f"{shown}: the path of a file is missing, or more than that", hint=_HINT)
    return parsed.set(drivername="sqlite+aiosqlite")


def _postgresql(parsed: URL, shown: str) -> URL:
    if not parsed.username or not parsed.database:
        missing = "the role" if not parsed.username else "the name of the database"
        raise DatabaseUnusable(f"{shown}: {missing} is missing", hint=_HINT)
    return parsed.set(drivername="postgresql+psycopg")
