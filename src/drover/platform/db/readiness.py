"""What is looked at before a database is used: that it is one, up to date, and the role one that may not see all."""

from pathlib import Path

from sqlalchemy import Connection, text

from drover.platform.db.address import Address, Dialect
from drover.platform.db.engines import make_engine
from drover.platform.db.errors import DatabaseUnusable, SchemaOutdated, SchemaTooNew
from drover.platform.db.schema import revision_of, revisions

_MAGIC = b"SQLite format 3\x00"
_POSTGRESQL_VERSION = 15_00_00

_ROLE = text(
    """
    SELECT role.rolsuper, role.rolbypassrls, EXISTS (
        SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
        WHERE nspname = current_schema() AND pg_has_role(role.oid, relowner, 'MEMBER')
    ) FROM pg_roles role WHERE role.rolname = current_user
    """
)


async def check_ready(address: Address) -> None:
    """Raise DatabaseUnusable, SchemaOutdated, SchemaTooNew or DatabaseUnavailable unless all is well."""
    if address.dialect is Dialect.SQLITE:
        if not address.path.exists():
            raise SchemaOutdated(f"{address.shown}: there is no database yet", hint="let Drover make it: upgrade first")
        check_file(address.path)
    engine = make_engine(address, pool=None)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_check, address)
    finally:
        await engine.dispose()


def check_file(path: Path) -> None:
    """Refuse a file that is no SQLite database or that cannot be written. Raises DatabaseUnusable."""
    try:
        with path.open("rb+") as file:
            start = file.read(len(_MAGIC))
        probe = path.with_name(f"{path.name}-probe")
        probe.touch()
        probe.unlink()
    except OSError as error:
        hint = "the file and its folder must belong to the user that runs Drover"
        raise DatabaseUnusable(f"{path}: cannot be written: {error.strerror}", hint=hint) from error
    if start and start != _MAGIC:
        raise DatabaseUnusable(f"{path}: is not an SQLite database", hint="name another file, or move this one away")


def _check(connection: Connection, address: Address) -> None:
    if address.dialect is Dialect.POSTGRESQL:
        check_server(connection, address)
        _check_role(connection, address)
    check_revision(revision_of(connection), address)


def check_server(connection: Connection, address: Address) -> None:
    """Refuse a server that is too old. Raises DatabaseUnusable."""
    version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    if version < _POSTGRESQL_VERSION:
        raise DatabaseUnusable(
            f"{address.shown}: PostgreSQL {version // 10_000} is too old", hint="use PostgreSQL 15 or newer"
        )


def check_revision(found: str | None, address: Address) -> None:
    """Refuse tables that are not this Drover's. Raises SchemaOutdated, SchemaTooNew."""
    known = revisions()
    if found is not None and found not in known:
        raise SchemaTooNew(
            f"{address.shown}: its tables are of revision {found}, this Drover knows {known[0]}",
            hint="use the newer Drover that has made them",
        )
    if found != known[0]:
        raise SchemaOutdated(
            f"{address.shown}: its tables are of revision {found or 'none'}, this Drover needs {known[0]}",
            hint="back it up, then upgrade it",
        )


def _check_role(connection: Connection, address: Address) -> None:
    superuser, bypasses, owns = connection.execute(_ROLE).one()
    what = (
        "is a superuser" if superuser else "bypasses row-level security" if bypasses else "owns tables" if owns else ""
    )
    if what:
        raise DatabaseUnusable(
            f"{address.shown}: the role {address.user} {what}; nothing would keep clients apart",
            hint="run Drover with a role of its own that owns nothing; the owner is for upgrades alone",
        )
