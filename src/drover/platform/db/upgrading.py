"""Brings the schema up to date. Upgrades only: revisions are appended, and there is no way back but a backup."""

from dataclasses import dataclass

from alembic import command
from sqlalchemy import Connection, text

from drover.platform.db.address import Address, Dialect, parse_address
from drover.platform.db.engines import WRITES, make_engine
from drover.platform.db.errors import DatabaseUnusable
from drover.platform.db.granting import grant
from drover.platform.db.readiness import check_file, check_revision, check_server
from drover.platform.db.schema import configuration, revision_of, revisions

_LOCK = 0x64726F766572
"""The advisory lock that lets one upgrade at a time: "drover" in hexadecimal."""


@dataclass(frozen=True)
class Upgraded:
    """The revision before (None: there was nothing) and after."""

    before: str | None
    after: str


async def upgrade(url: str, *, runtime_role: str | None = None) -> Upgraded:
    """Bring the database at `url` up to date, making it (the file, on SQLite) where it is missing; all or nothing.

    On PostgreSQL `url` is the owner's, and `runtime_role` the role that Drover runs as, which gets the rights it needs
    and no more. Raises DatabaseUnusable, SchemaTooNew, DatabaseUnavailable.
    """
    address = parse_address(url)
    if address.dialect is Dialect.SQLITE:
        _make_folder(address)
    elif not runtime_role or runtime_role == address.user:
        raise DatabaseUnusable(
            f"{address.shown}: the role that Drover runs as must be named, and be another than the owner",
            hint="make one: CREATE ROLE drover_runtime LOGIN",
        )
    engine = make_engine(address, pool=None)
    try:
        async with engine.execution_options(**{WRITES: True}).begin() as connection:
            return await connection.run_sync(_upgrade, address, runtime_role)
    finally:
        await engine.dispose()


def _make_folder(address: Address) -> None:
    try:
        address.path.parent.mkdir(parents=True, exist_ok=True)
        address.path.touch(mode=0o600)
    except OSError as error:
        hint = "name a folder that can be written"
        raise DatabaseUnusable(f"{address.shown}: cannot be made: {error.strerror}", hint=hint) from error
    check_file(address.path)


def _upgrade(connection: Connection, address: Address, runtime_role: str | None) -> Upgraded:
    if address.dialect is Dialect.POSTGRESQL:
        check_server(connection, address)
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    before = revision_of(connection)
    if before is not None and before not in revisions():
        check_revision(before, address)
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if runtime_role:
        grant(connection, runtime_role)
    return Upgraded(before, revisions()[0])
