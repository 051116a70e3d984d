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
from drover.platform.db.sqlite_library import SqliteError

_FREE_SPACE = "free space there; nothing that was confirmed is lost"
_COME_BACK = "it is tried again when the database is back"
_TRY_AGAIN = "try again"
_MISTAKE = "this is a mistake in Drover"
_SEE_ROLE = "see that the role, its password and the database are there, and that pg_hba.conf lets it in"
_REFUSAL = re.compile(
    r'(role|database) "[^"]*" (does not exist|is not permitted to log in)'
    r'|password authentication failed for user "[^"]*"|no pg_hba.conf entry [^\n]*'
    r'|permission denied for database "[^"]*"'
)
"""What a server answers to a connection that it will never accept; such errors carry no code."""


def translate_errors(engine: Engine, where: str) -> None:
    """Let the engine raise our errors, `where` being how the database is named in them. Once for each engine."""

    def translate(context: ExceptionContext) -> None:
        error = context.original_exception
        if not isinstance(error, (psycopg.Error, SqliteError)):
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
    told = str(error)
    rule = told.partition("failed: ")[2]
    for beginning, made in _SQLITE:
        if told.startswith(beginning):
            return made(where, rule.partition(".")[0], rule)
    return _failed(where, told)


def _unavailable(where: str, _table: str, _rule: str) -> DroverError:
    return DatabaseUnavailable(f"{where}: the database cannot be reached", hint=_COME_BACK)


def _unreadable(where: str, _table: str, _rule: str) -> DroverError:
    return DatabaseUnavailable(
        f"{where}: the file cannot be read or written", hint="see that it is there, and whose it is"
    )


def _damaged(where: str, _table: str, _rule: str) -> DroverError:
    return DatabaseUnusable(f"{where}: the file is damaged, or no database", hint="restore it from a backup")


def _full(where: str, _table: str, _rule: str) -> DroverError:
    return DatabaseFull(f"{where}: there is no room left where the database is kept", hint=_FREE_SPACE)


def _busy(where: str, _table: str, _rule: str) -> DroverError:
    return DatabaseBusy(f"{where}: others held what was needed for too long", hint=_TRY_AGAIN)


def _conflict(where: str, table: str, rule: str) -> DroverError:
    return Conflict(f"{table or where}: there is one like that already{_in_brackets(rule)}", constraint=rule)


def _reference(where: str, table: str, rule: str) -> DroverError:
    told = f"{table or where}: a row points at one that is not there{_in_brackets(rule)}"
    return ReferenceBroken(told, constraint=rule)


def _value(where: str, table: str, rule: str) -> DroverError:
    return ValueRefused(f"{table or where}: a value breaks a rule of its table{_in_brackets(rule)}", constraint=rule)


def _in_brackets(rule: str) -> str:
    return f" ({rule})" if rule else ""


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

_SQLITE: tuple[tuple[str, _Made], ...] = (
    ("UNIQUE constraint", _conflict),
    ("FOREIGN KEY constraint", _reference),
    ("NOT NULL constraint", _value),
    ("CHECK constraint", _value),
    ("database or disk is full", _full),
    ("database is locked", _busy),
    ("database table is locked", _busy),
    ("unable to open database file", _unreadable),
    ("attempt to write a readonly database", _unreadable),
    ("disk I/O error", _unreadable),
    ("database disk image is malformed", _damaged),
    ("file is not a database", _damaged),
)
"""By the words of the library, which are fixed in it; its driver does not tell the extended codes."""
