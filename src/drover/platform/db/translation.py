"""What a driver says, in our words: the one place where their errors are told apart."""

import re
from collections.abc import Callable

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import ExceptionContext

from drover.kernel.errors import DroverError
from drover.platform.db.errors import (
    Conflict,
    DatabaseBusy,
    DatabaseFailed,
    DatabaseFull,
    DatabaseUnavailable,
    DatabaseUnusable,
    ReferenceBroken,
    TenantLeak,
    ValueRefused,
)

_FREE_SPACE = "free space there; nothing that was confirmed is lost"
_COME_BACK = "it is tried again when the database is back"
_TRY_AGAIN = "try again"
_MISTAKE = "this is a mistake in Drover"
_SEE_ROLE = "see that the role, its password and the database are there, and that pg_hba.conf lets it in"
_REFUSAL = re.compile(
    r'(role|database) "[^"]*" (does not exist|is not permitted to log in)|password authentication failed for user "[^"]*"'
    r'|no pg_hba.conf entry [^\n]*|permission denied for database "[^"]*"'
)
"""What a server answers to a connection that it will never accept; such errors carry no code."""


def translate_errors(engine: Engine, where: str) -> None:
    """Let the engine raise our errors, `where` being how the database is named in them. Once for each engine."""

    def translate(context: ExceptionContext) -> None:
        error = context.original_exception
        if isinstance(error, DroverError):
            return
        raise translated(error, where, gone=context.is_disconnect) from error

    event.listen(engine, "handle_error", translate)


def translated(error: BaseException, where: str, *, gone: bool = False) -> DroverError:
    """Return our error for a driver's. `gone`: the connection is known to be lost."""
    if isinstance(error, psycopg.Error):
        return _of_postgresql(error, where, gone=gone)
    return _of_sqlite(error, where)


def _of_postgresql(error: psycopg.Error, where: str, *, gone: bool) -> DroverError:
    constraint = error.diag.constraint_name or ""
    table = error.diag.table_name or ""
    state = error.sqlstate or ""
    for prefixes, made in _POSTGRESQL:
        if state.startswith(prefixes):
            return made(where, table, constraint)
    if not state and (refusal := _REFUSAL.search(str(error))):
        return DatabaseUnusable(f"{where}: the server says: {refusal[0]}", hint=_SEE_ROLE)
    if gone or not state:
        return _unavailable(where, table, constraint)
    return _failed(where, error.diag.message_primary or state)


def _of_sqlite(error: BaseException, where: str) -> DroverError:
    name = str(getattr(error, "sqlite_errorname", ""))
    told = str(error).rpartition(": ")[2]
    for prefixes, made in _SQLITE:
        if name.startswith(prefixes):
            return made(where, told.partition(".")[0] if "." in told else "", told)
    return _failed(where, str(error))


def _unavailable(where: str, _table: str, _rule: str) -> DroverError:
    return DatabaseUnavailable(f"{where}: the database cannot be reached", hint=_COME_BACK)


def _unreadable(where: str, _table: str, _rule: str) -> DroverError:
    return DatabaseUnavailable(
        f"{where}: the file cannot be read or written", hint="see that it is there, and whose it is"
    )


def _full(where: str, _table: str, _rule: str) -> DroverError:
    return DatabaseFull(f"{where}: there is no room left where the database is kept", hint=_FREE_SPACE)


def _busy(where: str, _table: str, _rule: str) -> DroverError:
    return DatabaseBusy(f"{where}: others held what was needed for too long", hint=_TRY_AGAIN)


def _conflict(_where: str, table: str, rule: str) -> DroverError:
    return Conflict(f"{table}: there is one like that already ({rule})", constraint=rule)


def _reference(_where: str, table: str, rule: str) -> DroverError:
    what = f"{table}: " if table else ""
    return ReferenceBroken(f"{what}a row points at one that is not there ({rule})", constraint=rule)


def _value(_where: str, table: str, rule: str) -> DroverError:
    return ValueRefused(f"{table}: a value breaks a rule of its table ({rule})", constraint=rule)


def _leak(where: str, table: str, _rule: str) -> DroverError:
    return TenantLeak(f"{where}: the database refused a row of somebody else {table}".rstrip(), hint=_MISTAKE)


def _failed(where: str, told: str) -> DroverError:
    return DatabaseFailed(f"{where}: the database refused a statement: {told}", hint=_MISTAKE)


_Made = Callable[[str, str, str], DroverError]

_POSTGRESQL: tuple[tuple[tuple[str, ...], _Made], ...] = (
    (("23505", "23P01"), _conflict),
    (("23503",), _reference),
    (("23", "22"), _value),
    (("42501",), _leak),
    (("53100",), _full),
    (("53300", "57P", "08", "28"), _unavailable),
    (("40", "55P03", "57014", "53"), _busy),
)
"""By SQLSTATE: unique and exclusion; foreign keys; other rules; no right; disk; connection and shutdown; locks."""

_SQLITE: tuple[tuple[tuple[str, ...], _Made], ...] = (
    (("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"), _conflict),
    (("SQLITE_CONSTRAINT_FOREIGNKEY",), _reference),
    (("SQLITE_CONSTRAINT",), _value),
    (("SQLITE_FULL", "SQLITE_IOERR_WRITE"), _full),
    (("SQLITE_BUSY", "SQLITE_LOCKED"), _busy),
    (("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_NOTADB"), _unreadable),
)
"""By the extended name of the result."""
