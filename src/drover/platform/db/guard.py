"""Keeps a session to the rows of whose name it was opened in, on both databases, whatever a repository asks for.

Selects, updates and deletes of the ORM get the owner's filter; objects are looked at before they are written; and what
cannot be filtered (SQL as text, tables without models, bulk writes) is refused. On PostgreSQL row-level security stands
below that; SQLite has this alone.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Engine, Table, event, inspect, text
from sqlalchemy.engine.interfaces import ExecutionContext
from sqlalchemy.orm import InstanceState, Mapper, ORMExecuteState, Session, SessionTransaction, with_loader_criteria
from sqlalchemy.orm.interfaces import ORMOption

from drover.kernel.clock import Clock
from drover.platform.db.errors import TenantLeak
from drover.platform.db.filtered import findings_of, watching
from drover.platform.db.reaching import reaching
from drover.platform.db.tables import OfClient, OfEither, OfOrganization, OrganizationItself, RowsOf, rows_of
from drover.platform.db.whose import Clients, Installation, OneClient, Whose, clients_of, organization_of

DOOR = "drover_door"
"""The execution option that lets a statement of `platform/db` itself pass."""
OPEN = {DOOR: True}
_WHOSE = "whose"
_WRITING = "writing"
_CLOCK = "clock"
_BEGAN = "began"
_HELD = "held"
_HINT = "this is a mistake in Drover: use the models and session.add, or open the unit in the right name"


class GuardedSession(Session):
    """A session that cannot leave its owner's rows; made by Database alone, with `info` whose, writing and clock."""

    def enter(self) -> None:
        """Begin the one transaction that the session has; after its end nothing more can be done with it."""
        self.begin()
        super().connection()

    def connection(self, *_: object, **__: object) -> Connection:
        """Refuse: what is done over the connection is seen by nobody. Raises TenantLeak."""
        raise _leak("the connection of a unit is not handed out")

    def bulk_save_objects(self, *_: object, **__: object) -> None:
        """Refuse, as it passes by what looks at objects. Raises TenantLeak."""
        raise _leak("bulk writes pass by the guard")

    bulk_insert_mappings = bulk_save_objects
    bulk_update_mappings = bulk_save_objects


def guard(engine: Engine) -> None:
    """Let the engine's sessions be what GuardedSession promises. Once for each engine."""
    engine.dialect.statement_compiler = watching(engine.dialect.statement_compiler)
    event.listen(engine, "before_cursor_execute", _look_at_what_is_sent)


@event.listens_for(GuardedSession, "after_begin")
def _enter(session: Session, _: SessionTransaction, connection: Connection) -> None:
    """Tell the database, until the end of the transaction, in whose name it is."""
    whose = _whose(session)
    connection.info[_WHOSE] = whose
    if connection.dialect.name != "postgresql":
        return
    entered = {
        "organization": "*" if isinstance(whose, Installation) else whose.organization,
        "clients": ",".join(sorted(clients_of(whose))),
        "readonly": "off" if session.info[_WRITING] else "on",
    }
    at = connection.execute(_ENTER, entered, execution_options=OPEN).one().at
    session.info[_BEGAN] = Began(at, cast("Clock", session.info[_CLOCK]).monotonic())


_ENTER = text(
    "SELECT set_config('app.organization_id', :organization, true), set_config('app.client_id', :clients, true),"
    " set_config('transaction_read_only', :readonly, true), clock_timestamp() AS at"
)


class Began(NamedTuple):
    """When a unit began, by the database's clock, and this process's monotonic seconds when that was heard."""

    at: datetime
    heard_s: float


def began_of(session: Session) -> Began | None:
    """Return when a session's transaction began; None where the database has no clock of its own."""
    return session.info.get(_BEGAN)


@event.listens_for(GuardedSession, "do_orm_execute")
def _filter(state: ORMExecuteState) -> None:
    """Add the owner's filter, and refuse what takes none. Raises TenantLeak."""
    if state.execution_options.get(DOOR):
        return
    changes = state.is_insert or state.is_update or state.is_delete
    if state.is_insert:
        raise _leak("an INSERT statement passes by the guard")
    if changes and not state.is_orm_statement:
        raise _leak("a change of a table and not of a model passes by the guard")
    if changes and not state.session.info[_WRITING]:
        raise _leak("a unit that reads changes nothing")
    if changes and state.is_executemany:
        raise _leak("bulk writes pass by the guard")
    if state.is_update:
        _keep_owner(state)
    if state.is_orm_statement and not state.is_column_load and not state.is_relationship_load:
        state.statement = state.statement.options(*_filters(_whose(state.session)))


def _keep_owner(state: ORMExecuteState) -> None:
    """Refuse an UPDATE of a column that says whose the row is."""
    statement, mapper = cast("Any", state.statement), cast("Mapper[Any]", state.bind_mapper)
    values: list[Any] = [*(statement._values or ()), *(state.parameters or ())]  # noqa: SLF001  no public name
    columns = {str(getattr(value, "key", value)) for value in values}
    for column in _owner_columns(mapper):
        if column in columns:
            raise _leak(f"{column} of {mapper.local_table} cannot be changed")


def _owner_columns(mapper: Mapper[Any]) -> Sequence[str]:
    rows = rows_of(cast("Table", mapper.local_table))
    return rows.value if rows else ()


@lru_cache(maxsize=4096)
def _filters(whose: Whose) -> Sequence[ORMOption]:
    """Return the options that keep every statement, and every part of one, to the owner's rows."""
    organization, clients = organization_of(whose), sorted(clients_of(whose))
    options: list[ORMOption] = []
    if len(clients) == 1:
        client = clients[0]
        options.append(with_loader_criteria(OfClient, lambda cls: cls.client_id == client, include_aliases=True))
    else:
        options.append(with_loader_criteria(OfClient, lambda cls: cls.client_id.in_(clients), include_aliases=True))
    if isinstance(whose, (OneClient, Clients)):
        options.append(with_loader_criteria(OfEither, lambda cls: cls.client_id.in_(clients), include_aliases=True))
    if organization is not None:
        own = organization
        options += [
            with_loader_criteria(OfOrganization, lambda cls: cls.organization_id == own, include_aliases=True),
            with_loader_criteria(OfEither, lambda cls: cls.organization_id == own, include_aliases=True),
            with_loader_criteria(OrganizationItself, lambda cls: cls.id == own, include_aliases=True),
        ]
    if isinstance(whose, OneClient):
        options += reaching(whose)
    return tuple(options)


def _look_at_what_is_sent(
    connection: Connection, _cursor: object, _statement: str, _parameters: object, context: ExecutionContext, *_: object
) -> None:
    """Refuse a statement in which a table lacks its filter, or that cannot be looked into. Raises TenantLeak."""
    if context.execution_options.get(DOOR):
        return
    found = findings_of(getattr(context, "compiled", None))
    if found is None:
        raise _leak("SQL as text passes by the guard")
    if found.opaque:
        raise _leak(f"{min(found.opaque)} passes by the guard")
    if found.unfiltered:
        whose = cast("Whose", connection.info[_WHOSE])
        for table, rows, column in sorted(found.unfiltered, key=str):
            if _needed(whose, rows, column):
                raise _leak(f"{table} was to be read or changed without a filter for {column}")


def _needed(whose: Whose, rows: RowsOf, column: str) -> bool:
    """Return whether a table must be compared by this column in that name."""
    if rows is RowsOf.CLIENT:
        return True
    if column == "client_id":
        return isinstance(whose, (OneClient, Clients))
    return not isinstance(whose, Installation)


@event.listens_for(GuardedSession, "loaded_as_persistent")
@event.listens_for(GuardedSession, "pending_to_persistent")
def _hold(session: Session, instance: object) -> None:
    """Keep what a unit that writes has read or made: a session forgets what nobody holds, and would read it again."""
    if session.info[_WRITING]:
        session.info.setdefault(_HELD, []).append(instance)


@event.listens_for(GuardedSession, "before_attach")
def _look_at_object(session: Session, instance: object) -> None:
    """Give a new object its owner, and refuse one of somebody else. Raises TenantLeak."""
    _own(_whose(session), cast("InstanceState[Any]", inspect(instance)))


@event.listens_for(GuardedSession, "before_flush")
def _look_at_objects(session: Session, _context: object, _instances: object) -> None:
    """Look at every object again before it is written: it may have been changed since. Raises TenantLeak."""
    changed = [*session.new, *session.dirty, *session.deleted]
    if changed and not session.info[_WRITING]:
        raise _leak("a unit that reads changes nothing")
    for instance in changed:
        state = cast("InstanceState[Any]", inspect(instance))
        _own(_whose(session), state)
        for column in _owner_columns(state.mapper) if state.persistent else ():
            if state.attrs[column].history.deleted:
                raise _leak(f"{column} of {state.mapper.local_table} cannot be changed")


def _own(whose: Whose, state: InstanceState[Any]) -> None:
    table, instance = state.mapper.local_table, cast("Any", state.obj())
    rows = rows_of(cast("Table", table))
    if rows is RowsOf.CLIENT and not isinstance(whose, (OneClient, Clients)):
        raise _leak(f"{table} has rows of clients, and the unit is no client's")
    for column in rows.value if rows else ():
        allowed = clients_of(whose) if column == "client_id" else _organizations(whose)
        if not allowed:
            continue
        if state.dict.get(column) is None and len(allowed) == 1 and state.transient:
            setattr(instance, column, *allowed)
        if state.dict.get(column) not in allowed:
            raise _leak(f"a row of {table} is somebody else's: {column} is {state.dict.get(column)!r}")


def _organizations(whose: Whose) -> frozenset[str]:
    """Return the organization that rows must be of; none: of any."""
    organization = organization_of(whose)
    return frozenset() if organization is None else frozenset({organization})


def _whose(session: Session) -> Whose:
    return cast("Whose", session.info[_WHOSE])


def _leak(what: str) -> TenantLeak:
    return TenantLeak(what, hint=_HINT)
