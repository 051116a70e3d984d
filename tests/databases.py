"""Databases for tests: SQLite files, and a PostgreSQL of this test process alone. Both start from a migrated template.

`database` runs a test on both, with two organizations in it, and two clients in the first.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from drover.platform.db.database import Database
from drover.platform.db.upgrading import upgrade
from drover.platform.db.whose import Installation, OneClient
from drover.tenancy.models import ClientRow, OrganizationRow

ORGANIZATION, OTHER_ORGANIZATION = "0a" * 16, "0b" * 16
CLIENT, SISTER_CLIENT, OTHER_CLIENT = "c1" * 16, "c2" * 16, "c3" * 16
"""The first two belong to ORGANIZATION, the last to OTHER_ORGANIZATION."""

OURS = OneClient(ORGANIZATION, CLIENT)
SISTERS = OneClient(ORGANIZATION, SISTER_CLIENT)
THEIRS = OneClient(OTHER_ORGANIZATION, OTHER_CLIENT)

OWNER, RUNTIME = "drover_owner", "drover_runtime"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_TEMPLATE = "template_drover"
_START_S = 60


_TABLES = (
    "SELECT schemaname, tablename FROM pg_tables"
    " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename !~ 'migration|alembic'"
)
_COPY_IN = sql.SQL("COPY {} FROM STDIN")
_LET_GO = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
Table = tuple[str, str]
"""Its schema and name."""
Rows = dict[Table, bytes]


@dataclass
class Postgres:
    """A PostgreSQL server in a folder of its own, reached by a socket in there; a direct child of this process."""

    folder: Path
    programs: Path
    server: subprocess.Popen[bytes] | None = None
    names: Iterator[int] = field(default_factory=count)
    forgetful: bool = True
    """Whether a crash may lose what was committed just before; that is quicker."""

    def make(self) -> None:
        """Make the folder a server's."""
        self.folder.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        initdb = [
            self.programs / "initdb",
            "-D",
            self._data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
        ]
        subprocess.run(_unprivileged([*map(str, initdb), "--locale=C"]), check=True, capture_output=True, cwd="/")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off" if self.forgetful else "on",
            "max_connections": 100,
            "shared_buffers": "32MB",
            "max_wal_size": "256MB",
            "autovacuum": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(self.programs / "postgres"), "-D", str(self._data), *options]
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen(_unprivileged(command), stdout=log, stderr=log, cwd="/")
        self._wait_until_it_answers()

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop it; SIGQUIT: at once, as a crash would."""
        if self.server is not None:
            self.server.send_signal(how)
            self.server.wait(_START_S)
            self.server = None

    def url(self, name: str, role: str = RUNTIME) -> str:
        """Return the address of a database of it."""
        return f"postgresql://{role}@/{name}?host={self.folder}"

    def run(self, statement: str, *names: str, database: str = "postgres") -> None:
        """Run a statement as the superuser, `{}` being the names."""
        with psycopg.connect(self.url(database, "postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]  # a test's

    def copy_of(self, template: str) -> str:
        """Return the name of a new database like `template`."""
        name = f"test_{next(self.names)}"
        self.run("CREATE DATABASE {} TEMPLATE {} OWNER {}", name, template, OWNER)
        return name

    def rows_of(self, name: str) -> Rows:
        """Return all rows of a database, by table."""
        with psycopg.connect(self.url(name, "postgres")) as connection:
            return {table: _copied(connection, table) for table in _tables(connection)}

    def give_back(self, name: str, rows: Rows) -> None:
        """Leave these rows in a database, whoever still uses it, in a twentieth of the time that a new one takes."""
        with psycopg.connect(self.url(name, "postgres")) as connection:
            connection.execute(_LET_GO)
            connection.execute("SET session_replication_role = replica")  # neither foreign keys nor triggers are asked
            for table in _tables(connection):
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(*table)))
                if rows.get(table):
                    with connection.cursor().copy(_COPY_IN.format(sql.Identifier(*table))) as copy:
                        copy.write(rows[table])

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _wait_until_it_answers(self) -> None:
        ready = [str(self.programs / "pg_isready"), "-q", "-h", str(self.folder), "-U", "postgres", "-t", str(_START_S)]
        for _ in range(_START_S * 20):
            if subprocess.run(ready, check=False).returncode == 0:
                return
            assert self.server is not None
            assert self.server.poll() is None, (self.folder / "log").read_text()
            pause()
        raise AssertionError((self.folder / "log").read_text())


def _tables(connection: psycopg.Connection) -> list[Table]:
    return [(schema, name) for schema, name in connection.execute(_TABLES)]


def _copied(connection: psycopg.Connection, table: Table) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(*table))) as copy:
        return b"".join(bytes(part) for part in copy)


def pause() -> None:
    """Wait a moment for another process, which tells nobody when it is ready."""
    signal.sigtimedwait([], 0.05)


def _unprivileged(command: list[str]) -> list[str]:
    """Return the command as the user `postgres` where this is root, as which it refuses to run; it dies with us."""
    if sys.platform != "linux":
        return command
    as_user = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *as_user, "--pdeathsig=QUIT", *command]


def programs_of_postgres() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest that is installed."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parent.parent.name))
    found = str(versions[-1]) if versions else shutil.which("postgres")
    return Path(found).resolve().parent if found else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server, with the roles of owner and runtime."""
    programs = programs_of_postgres()
    if programs is None:
        assert os.environ.get("CI") != "true", "PostgreSQL is not installed: tools/prepare_tests.sh"
        pytest.skip("PostgreSQL is not installed: tools/prepare_tests.sh")
    folder = Path(tempfile.mkdtemp(prefix="drover-pg-"))
    server = Postgres(folder, programs)
    try:
        server.make()
        server.start()
        server.run("CREATE ROLE {} LOGIN", OWNER)
        server.run("CREATE ROLE {} LOGIN", RUNTIME)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a database that is up to date and has the two organizations."""
    postgres.run("CREATE DATABASE {} OWNER {}", _TEMPLATE, OWNER)
    asyncio.run(_prepare(postgres.url(_TEMPLATE, OWNER), postgres.url(_TEMPLATE), RUNTIME))
    return _TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is up to date and has the two organizations."""
    path = tmp_path_factory.mktemp("template") / "drover.db"
    asyncio.run(_prepare(f"sqlite:///{path}", f"sqlite:///{path}", None))
    return path


async def _prepare(owner_url: str, url: str, role: str | None) -> None:
    await upgrade(owner_url, runtime_role=role)
    async with Database.open(url) as database, database.writing(Installation()) as unit:
        for organization in (ORGANIZATION, OTHER_ORGANIZATION):
            unit.session.add(
                OrganizationRow(id=organization, name=f"o-{organization[:2]}", status="active", created_at=BEGINNING)
            )
        await unit.session.flush()
        for whose in (OURS, SISTERS, THEIRS):
            unit.session.add(
                ClientRow(
                    organization_id=whose.organization,
                    id=whose.client,
                    name=f"c-{whose.client[:2]}",
                    status="active",
                    created_at=BEGINNING,
                )
            )


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite database."""
    path = tmp_path / "drover.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def fresh_postgres_url(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """The address of a PostgreSQL database of this test's own, whose schema it may change."""
    name = postgres.copy_of(postgres_template)
    yield postgres.url(name)
    postgres.run("DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def shared_postgres(postgres: Postgres, postgres_template: str) -> tuple[str, Rows]:
    """The name of a database for all tests that leave the schema alone, and the rows that each of them finds."""
    name = postgres.copy_of(postgres_template)
    return name, postgres.rows_of(name)


@pytest.fixture
def postgres_url(postgres: Postgres, shared_postgres: tuple[str, Rows]) -> Iterator[str]:
    """The address of a PostgreSQL database as fresh, as the role that Drover runs as; its schema stays as it is."""
    name, rows = shared_postgres
    yield postgres.url(name)
    postgres.give_back(name, rows)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database; the test runs on each."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open fresh database; the test runs on each."""
    async with Database.open(database_url) as opened:
        yield opened


@asynccontextmanager
async def reopened(url: str, *, pool: int = 10) -> AsyncGenerator[Database]:
    """Open a database a second time, as another process would."""
    async with Database.open(url, pool=pool) as opened:
        yield opened
