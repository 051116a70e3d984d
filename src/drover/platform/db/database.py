"""The door to the database: units of work, each one transaction in one name."""

import asyncio
import zlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import Executable, text
from sqlalchemy.exc import PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from drover.kernel.clock import Clock, SleeplessClock
from drover.platform.db.address import Address, Dialect, parse_address
from drover.platform.db.engines import BUSY_S, WRITES, make_engine
from drover.platform.db.errors import Conflict, DatabaseBusy, DatabaseFailed, DatabaseUnavailable
from drover.platform.db.guard import OPEN, GuardedSession, began_of, guard
from drover.platform.db.readiness import check_ready
from drover.platform.db.whose import Installation, OneClient, Organization, Whose

_TRY_AGAIN = "try again"
_ASKED = text("SELECT count(*) FROM alembic_version")
_ALONE = text("SELECT pg_advisory_xact_lock(:key)")


class Due(NamedTuple):
    """Something that is due in some client."""

    organization: str
    client: str
    id: str


class DueQuery(NamedTuple):
    """What is due across clients, the only look over their fence: it tells ids, and nothing else.

    `function` is made on PostgreSQL by `migrating.due_function`; SQLite runs `statement`, which selects the same three
    columns and has the function's arguments as parameters of the same names, in the same order as in `arguments`.
    """

    function: str
    arguments: Sequence[str]
    statement: Executable


class Unit:
    """One transaction in one name. `session` sees the rows of `whose` and no others."""

    def __init__(self, session: AsyncSession, whose: Whose, dialect: Dialect, clock: Clock) -> None:
        self.session = session
        self.whose = whose
        self._dialect = dialect
        self._clock = clock

    async def now(self) -> datetime:
        """Return the time by the database's clock, as aware UTC; it goes on within a unit.

        No query is needed. SQLite's clock is this process's own. PostgreSQL told its time when the unit began; counted
        on from the moment at which that was heard it is never ahead of the server's, so no lease is prolonged by it.
        """
        began = began_of(self.session.sync_session)
        if began is None:
            return self._clock.now()
        return began.at + timedelta(seconds=self._clock.monotonic() - began.heard_s)

    @property
    def client(self) -> str:
        """The one client whose rows are seen. Raises ValueError in a unit that is in another name."""
        if not isinstance(self.whose, OneClient):
            raise ValueError("the unit is not in one client's name")  # noqa: TRY004  a matter of state
        return self.whose.client

    async def answers(self) -> None:
        """Return once the database has answered; nothing else. Raises DatabaseUnavailable."""
        await self.session.execute(_ASKED, execution_options=OPEN)

    async def alone(self, *names: str) -> None:
        """Let no other unit that gives one of these names go on from here until this one ends.

        For what no row can be locked for, as it is not there yet. On SQLite a unit that writes is alone anyway.
        """
        if self._dialect is Dialect.POSTGRESQL:
            # In one order, so that two units with the same names do not wait for each other.
            for key in sorted(zlib.crc32(name.encode()) for name in names):
                await self.session.execute(_ALONE, {"key": key}, execution_options=OPEN)

    async def due(self, query: DueQuery, **arguments: object) -> Sequence[Due]:
        """Return what is due in all clients; in a unit of the Installation alone. Raises ValueError in another."""
        if not isinstance(self.whose, Installation):
            raise ValueError("only a unit of the installation sees what is due")  # noqa: TRY004  a matter of state
        statement: Any = query.statement
        if self._dialect is Dialect.POSTGRESQL:
            names = ", ".join(f":{name}" for name in query.arguments)
            statement = text(f"SELECT organization_id, client_id, id FROM {query.function}({names})")  # noqa: S608  ours
        rows = await self.session.execute(statement, arguments, execution_options=OPEN)
        return [Due(*row) for row in rows]


class Database:
    """An open database, brought up to date before. Made by `open`; used on one event loop."""

    def __init__(self, address: Address, engine: AsyncEngine, busy_s: float, clock: Clock) -> None:
        self._clock = clock
        self.dialect = address.dialect
        self._busy_s = busy_s
        self._shown = address.shown
        self._engine = engine
        self._writing_engine = engine.execution_options(**{WRITES: True})
        # SQLite has one writer: they wait in a row here, each for its turn, and hold no connection meanwhile.
        self._writer = asyncio.Semaphore(1 if self.dialect is Dialect.SQLITE else 10_000)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, *, pool: int = 10, busy_s: float = BUSY_S, clock: Clock | None = None
    ) -> AsyncGenerator["Database"]:
        """Open the database at `sqlite:///PATH` or `postgresql://...` with at most `pool` connections, and close it.

        `busy_s` is how long a unit waits for what others hold: a lock, SQLite's one writer, a free connection.
        Raises DatabaseUnusable for an address, file or role that cannot be used, SchemaOutdated and SchemaTooNew where
        `upgrading.upgrade` or a newer Drover is needed, DatabaseUnavailable.
        """
        address = parse_address(url)
        await check_ready(address)
        engine = make_engine(address, pool=pool, busy_s=busy_s)
        guard(engine.sync_engine)
        try:
            yield cls(address, engine, busy_s, clock or SleeplessClock())
        finally:
            await engine.dispose()

    @asynccontextmanager
    async def reading(self, whose: Whose) -> AsyncGenerator[Unit]:
        """Enter a unit that sees one state of the database and changes nothing. Raises what `writing` does."""
        async with self._unit(self._engine, whose, writing=False) as unit:
            yield unit

    @asynccontextmanager
    async def writing(self, whose: OneClient | Organization | Installation) -> AsyncGenerator[Unit]:
        """Enter a unit that is committed at the end, whole, or not at all if an error leaves it.

        On SQLite it is alone from its begin on; on PostgreSQL select what you will change `with_for_update()`. Raises
        DatabaseUnavailable, DatabaseFull, DatabaseBusy, Conflict and TenantLeak, here and from the session.
        """
        await self._turn()
        try:
            async with self._unit(self._writing_engine, whose, writing=True) as unit:
                yield unit
        finally:
            self._writer.release()

    async def _turn(self) -> None:
        try:
            async with asyncio.timeout(self._busy_s):
                await self._writer.acquire()
        except TimeoutError:
            raise DatabaseBusy(
                f"{self._shown}: another unit has been writing for {self._busy_s:g} s", hint=_TRY_AGAIN
            ) from None

    @asynccontextmanager
    async def _unit(self, engine: AsyncEngine, whose: Whose, *, writing: bool) -> AsyncGenerator[Unit]:
        try:
            session = await self._entered(engine, whose, writing=writing)
        except DatabaseUnavailable:
            # A connection that was kept may be from before the server's last restart: the next one is new.
            session = await self._entered(engine, whose, writing=writing)
        async with session:
            try:
                yield Unit(session, whose, self.dialect, self._clock)
                await session.commit()
            except StaleDataError as error:
                raise Conflict(f"{self._shown}: a row was changed or deleted meanwhile", hint=_TRY_AGAIN) from error
            except PendingRollbackError as error:
                told = f"{self._shown}: a unit went on after an error, and was not written"
                raise DatabaseFailed(told, hint="do in a begin_nested() what may fail") from error

    async def _entered(self, engine: AsyncEngine, whose: Whose, *, writing: bool) -> AsyncSession:
        session = AsyncSession(
            engine,
            sync_session_class=GuardedSession,
            expire_on_commit=False,
            autobegin=False,
            info={"whose": whose, "writing": writing, "clock": self._clock},
        )
        try:
            await session.run_sync(lambda guarded: cast("GuardedSession", guarded).enter())
        except BaseException as error:
            await session.close()
            if isinstance(error, NoConnection):
                told = f"{self._shown}: all connections were in use for {self._busy_s:g} s"
                raise DatabaseBusy(told, hint=_TRY_AGAIN) from error
            raise
        return session
