"""Opening and upgrading: what cannot be used is refused with what, where, and how to mend it."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
import pytest

from drover.kernel.errors import DroverError
from drover.platform.db.database import Database
from drover.platform.db.errors import DatabaseUnavailable, DatabaseUnusable, SchemaOutdated, SchemaTooNew
from drover.platform.db.schema import revisions
from drover.platform.db.upgrading import upgrade
from drover.platform.db.whose import Installation
from tests.databases import OWNER, RUNTIME, Postgres

LIBRARY_WORDS = ("sqlalchemy", "psycopg", "aiosqlite", "alembic", "sqlite3", "OperationalError", "Traceback", "http")


async def opened(url: str) -> None:
    async with Database.open(url):
        pass


async def refusal(error: type[DroverError], act: Awaitable[object]) -> DroverError:
    """Return the error, whose message and hint are ours: no library's."""
    with pytest.raises(error) as raised:
        await act
    told = f"{raised.value.message} {raised.value.hint}"
    assert not [word for word in LIBRARY_WORDS if word in told]
    assert raised.value.hint
    return raised.value


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "cannot be read"),
        ("no address", "cannot be read"),
        ("postgresql://u:secret@host:port/name", "cannot be read"),
        ("mysql://u:secret@host/name", "mysql"),
        ("sqlite://", "path of a file"),
        ("sqlite:///:memory:", "path of a file"),
        ("sqlite:///file:x?mode=ro", "path of a file"),
        ("sqlite+aiosqlite:///x", "sqlite+aiosqlite"),
        ("postgresql:///name", "role"),
        ("postgresql://u:secret@host", "name of the database"),
    ],
)
async def test_an_address_that_is_none_is_refused_without_its_password(url: str, told: str) -> None:
    with pytest.raises(DatabaseUnusable) as raised:
        await opened(url)
    assert told in raised.value.message
    assert "secret" not in raised.value.message
    assert raised.value.hint


async def test_a_file_that_is_not_there_is_to_be_made_by_an_upgrade(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/deep/drover.db"
    assert str(tmp_path) in (await refusal(SchemaOutdated, opened(url))).message
    done = await upgrade(url)
    assert (done.before, done.after) == (None, revisions()[0])
    await opened(url)


async def test_upgrading_what_is_up_to_date_changes_nothing(sqlite_url: str) -> None:
    done = await upgrade(sqlite_url)
    assert done.before == done.after == revisions()[0]


@pytest.mark.parametrize("act", [opened, upgrade])
async def test_a_file_of_another_kind_is_refused_and_left_alone(
    tmp_path: Path, act: Callable[[str], Awaitable[object]]
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary, today I was taken for a database")
    assert str(path) in (await refusal(DatabaseUnusable, act(f"sqlite:///{path}"))).message
    assert path.read_text().startswith("dear diary")


@pytest.mark.parametrize("act", [opened, upgrade])
async def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path, act: Callable[[str], Awaitable[object]]) -> None:
    assert str(tmp_path) in (await refusal(DatabaseUnusable, act(f"sqlite:///{tmp_path}"))).message


async def test_a_damaged_file_is_refused(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    path.write_bytes(path.read_bytes()[:1000])
    await refusal(DatabaseUnusable, opened(sqlite_url))


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """As another user where this is root, whom nothing is forbidden."""
    path = tmp_path / "drover.db"
    path.touch(mode=0o666)
    script = (
        "import asyncio, os, sys\n"
        "from drover.platform.db.database import Database\n"
        "from drover.platform.db.errors import DatabaseUnusable\n"
        "from drover.platform.db import readiness, upgrading\n"
        "from pathlib import Path\n"
        "os.geteuid() or os.setuid(65534)\n"
        "try:\n"
        "    readiness.check_file(Path(sys.argv[1]))\n"
        "except DatabaseUnusable as error:\n"
        "    print(error.message, '|', error.hint)\n"
    )
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    tmp_path.chmod(0o555)
    found = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False)
    tmp_path.chmod(0o755)
    assert f"{path}: cannot be written" in found.stdout, found.stderr


async def set_revision(url: str, revision: str) -> None:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [revision])
    connection.close()


async def test_tables_of_a_newer_drover_are_refused_and_left_alone(sqlite_url: str) -> None:
    await set_revision(sqlite_url, "9999_future")
    assert "9999_future" in (await refusal(SchemaTooNew, opened(sqlite_url))).message
    assert "9999_future" in (await refusal(SchemaTooNew, upgrade(sqlite_url))).message


async def test_tables_of_an_older_drover_are_refused(sqlite_url: str) -> None:
    await set_revision(sqlite_url, "0001_tenancy")
    assert "0001_tenancy" in (await refusal(SchemaOutdated, opened(sqlite_url))).message


async def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    url = f"postgresql://somebody:secret@/name?host={tmp_path}"
    told = await refusal(DatabaseUnavailable, opened(url))
    assert "secret" not in told.message
    assert str(tmp_path.name) in told.message


async def test_a_port_where_nobody_listens_is_unavailable() -> None:
    await refusal(DatabaseUnavailable, opened("postgresql://somebody@127.0.0.1:1/name"))


async def test_a_database_or_role_that_is_not_there_is_unusable(postgres: Postgres) -> None:
    assert "nowhere" in (await refusal(DatabaseUnusable, opened(postgres.url("nowhere")))).message
    assert "nobody" in (await refusal(DatabaseUnusable, opened(postgres.url("postgres", "nobody")))).message


async def test_an_empty_database_is_to_be_upgraded_first(postgres: Postgres) -> None:
    await refusal(SchemaOutdated, opened(postgres.url("postgres")))


@pytest.mark.parametrize(
    ("role", "made", "told"),
    [
        ("postgres", "SELECT 1", "superuser"),
        (OWNER, "SELECT 1", "owns tables"),
        ("member", f"CREATE ROLE member LOGIN IN ROLE {OWNER}", "owns tables"),
        ("bypasser", "CREATE ROLE bypasser LOGIN BYPASSRLS", "bypasses"),
    ],
)
async def test_a_role_that_nothing_would_hold_is_refused(
    postgres: Postgres, postgres_template: str, role: str, made: str, told: str
) -> None:
    postgres.run(made)
    error = await refusal(DatabaseUnusable, opened(postgres.url(postgres_template, role)))
    assert told in error.message
    assert "secret" not in error.message


@pytest.mark.parametrize("role", [None, OWNER])
async def test_an_upgrade_needs_another_role_than_the_owner(
    postgres: Postgres, postgres_template: str, role: str | None
) -> None:
    await refusal(DatabaseUnusable, upgrade(postgres.url(postgres_template, OWNER), runtime_role=role))


async def test_an_upgrade_needs_a_role_that_there_is(postgres: Postgres, postgres_template: str) -> None:
    url = postgres.url(postgres_template, OWNER)
    assert "nobody" in (await refusal(DatabaseUnusable, upgrade(url, runtime_role="nobody"))).message


async def test_several_may_upgrade_at_once(postgres: Postgres, tmp_path: Path) -> None:
    postgres.run("CREATE DATABASE race OWNER {}", OWNER)
    url = postgres.url("race", OWNER)
    done = await asyncio.gather(*(upgrade(url, runtime_role=RUNTIME) for _ in range(3)))
    assert sorted(str(one.before) for one in done) == sorted([revisions()[0]] * 2 + ["None"])
    file = f"sqlite:///{tmp_path}/drover.db"
    done = await asyncio.gather(*(upgrade(file) for _ in range(3)))
    assert sorted(str(one.before) for one in done) == sorted([revisions()[0]] * 2 + ["None"])
    await opened(postgres.url("race"))
    await opened(file)


async def test_the_runtime_role_owns_nothing_and_may_not_change_the_schema(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for statement in (
            "CREATE TABLE mine (x int)",
            "DROP TABLE users",
            "ALTER TABLE users DISABLE ROW LEVEL SECURITY",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
        for statement in ("DELETE FROM audit_rows", "UPDATE audit_rows SET act = ''", "TRUNCATE users"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


async def test_the_newer_sqlite_is_used_as_it_must_be(sqlite_url: str) -> None:
    script = (
        "import asyncio, sys\n"
        "from drover.platform.db.database import Database\n"
        "from drover.platform.db.guard import OPEN\n"
        "from drover.platform.db.whose import Installation\n"
        "from sqlalchemy import text\n"
        "async def main():\n"
        "    async with Database.open(sys.argv[1]) as database, database.reading(Installation()) as unit:\n"
        "        for what in ('SELECT sqlite_version()', 'PRAGMA journal_mode', 'PRAGMA foreign_keys'):\n"
        "            print(await unit.session.scalar(text(what), execution_options=OPEN))\n"
        "asyncio.run(main())\n"
    )
    found = subprocess.run([sys.executable, "-c", script, sqlite_url], capture_output=True, text=True, check=True)
    version, journal, keys = found.stdout.split()
    assert tuple(map(int, version.split("."))) >= (3, 51, 3)
    assert (journal, keys) == ("wal", "1")


async def test_a_closed_database_leaves_no_connection(postgres: Postgres, postgres_url: str) -> None:
    async with Database.open(postgres_url) as database, database.reading(Installation()) as unit:
        await unit.now()
    with psycopg.connect(postgres.url("postgres", "postgres")) as connection:
        name = postgres_url.partition("@/")[2].partition("?")[0]
        rows = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name]).fetchone()
    assert rows == (0,)


async def test_a_sqlite_file_is_its_user_s_alone(tmp_path: Path) -> None:
    await upgrade(f"sqlite:///{tmp_path}/own.db")
    assert (tmp_path / "own.db").stat().st_mode & 0o077 == 0
