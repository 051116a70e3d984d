"""What fails beneath: the server stopped, killed or frozen, the disk full, the file held or gone."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select

from drover.kernel.errors import DroverError, Kind, Retry
from drover.platform.db.database import Database
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
from drover.platform.db.outbox import OutboxEventRow as Event
from drover.platform.db.sqlite_library import SqliteError
from drover.platform.db.translation import translated
from tests.databases import BEGINNING, OURS, Postgres


def event(id_: str, size: int = 1) -> Event:
    return Event(id=id_, kind="k", subject_kind="s", subject_id="p", body={"x": "x" * size}, at=BEGINNING)


async def events(database: Database) -> int:
    async with database.reading(OURS) as unit:
        return await unit.session.scalar(select(func.count(Event.id))) or 0


@pytest.fixture
def restarted(postgres: Postgres) -> Iterator[Postgres]:
    """The server, running again at the end."""
    yield postgres
    if postgres.server is None:
        postgres.start()


@pytest.fixture
async def used(postgres_url: str) -> AsyncIterator[Database]:
    """A database all of whose connections have been used."""
    async with Database.open(postgres_url, pool=3) as database:
        await asyncio.gather(*(events(database) for _ in range(6)))
        yield database


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL])
async def test_a_server_that_went_is_unavailable_until_it_is_back(
    restarted: Postgres, used: Database, how: signal.Signals
) -> None:
    restarted.stop(how)
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable) as raised:
            await events(used)
        assert (raised.value.kind, raised.value.retry) == (Kind.UNAVAILABLE, Retry.WHEN_BACK)
        assert raised.value.message.endswith("the database cannot be reached")
    restarted.start()
    assert await events(used) == 0


async def test_kept_connections_outlive_a_restart_unseen(restarted: Postgres, used: Database) -> None:
    restarted.stop()
    restarted.start()
    assert await asyncio.gather(*(events(used) for _ in range(6))) == [0] * 6


async def test_a_unit_that_the_server_left_is_not_written(restarted: Postgres, used: Database) -> None:
    async def write() -> None:
        async with used.writing(OURS) as unit:
            unit.session.add(event("1"))
            await unit.session.flush()
            restarted.stop()

    with pytest.raises(DatabaseUnavailable):
        await write()
    restarted.start()
    assert await events(used) == 0


async def test_what_was_committed_outlives_the_server(restarted: Postgres, used: Database) -> None:
    async with used.writing(OURS) as unit:
        unit.session.add(event("1"))
    restarted.stop(signal.SIGINT)
    restarted.start()
    assert await events(used) == 1


async def test_a_frozen_server_can_be_given_up(used: Database) -> None:
    """Nobody waits longer than he wants to, and the server is used again when it is back."""

    async def ask() -> None:
        async with used.reading(OURS) as unit:
            [backend] = await unit.session.scalars(select(func.pg_backend_pid()))
            os.kill(backend, signal.SIGSTOP)
            try:
                async with asyncio.timeout(0.2):
                    await unit.answers()
            finally:
                os.kill(backend, signal.SIGCONT)

    with pytest.raises(TimeoutError):
        await ask()
    assert await events(used) == 0


@pytest.mark.skipif(
    subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode != 0,
    reason="this kernel gives nobody a disk of his own",
)
def test_a_full_disk_is_told_and_nothing_is_half_written(sqlite_template: Path, tmp_path: Path) -> None:
    """On a real file system of 2 MB, in a process of its own."""
    script = f"import asyncio; from tests.platform.db.test_failures import fill; asyncio.run(fill({str(tmp_path)!r}))"
    small = f"mount -t tmpfs -o size=2m none {tmp_path} && cp {sqlite_template} {tmp_path}/drover.db && exec "
    command = ["unshare", "-rm", "sh", "-c", f'{small} "$@"', "sh", sys.executable, "-c", script]
    done = subprocess.run(command, check=False, timeout=60, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


async def fill(folder: str) -> None:
    """Write until the disk is full, then with room again."""
    ballast = Path(folder, "ballast")
    ballast.write_bytes(bytes(1_000_000))
    async with Database.open(f"sqlite:///{folder}/drover.db") as database:
        async with database.writing(OURS) as unit:
            unit.session.add(event("1"))
        with pytest.raises(DatabaseFull) as raised:
            async with database.writing(OURS) as unit:
                unit.session.add(event("2", size=2_000_000))
        assert (raised.value.kind, raised.value.retry) == (Kind.UNAVAILABLE, Retry.WHEN_BACK)
        assert "free space" in raised.value.hint
        assert await events(database) == 1
        ballast.unlink()
        async with database.writing(OURS) as unit:
            unit.session.add(event("3", size=100_000))
        assert await events(database) == 2


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (psycopg.errors.DiskFull, DatabaseFull),
        (psycopg.errors.TooManyConnections, DatabaseUnavailable),
        (psycopg.errors.CannotConnectNow, DatabaseUnavailable),
        (psycopg.errors.SerializationFailure, DatabaseBusy),
        (psycopg.errors.QueryCanceled, DatabaseBusy),
        (psycopg.errors.InsufficientPrivilege, TenantLeak),
        (psycopg.errors.NumericValueOutOfRange, ValueRefused),
        (psycopg.errors.UndefinedTable, DatabaseFailed),
        (psycopg.InterfaceError, DatabaseUnavailable),
    ],
)
def test_what_the_server_tells_has_our_word(told: type[psycopg.Error], error: type[DroverError]) -> None:
    made = translated(told("in its own words"), "here")
    assert type(made) is error
    assert made.message.startswith("here: ")


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ("UNIQUE constraint failed: phones.client_id, phones.serial", Conflict),
        ("FOREIGN KEY constraint failed", ReferenceBroken),
        ("CHECK constraint failed: ck_phones_slots", ValueRefused),
        ("database or disk is full", DatabaseFull),
        ("database is locked", DatabaseBusy),
        ("attempt to write a readonly database", DatabaseUnavailable),
        ("disk I/O error", DatabaseUnavailable),
        ("database disk image is malformed", DatabaseUnusable),
        ("no such table: phones", DatabaseFailed),
    ],
)
def test_what_sqlite_tells_has_our_word(told: str, error: type[DroverError]) -> None:
    assert type(translated(SqliteError(told), "here")) is error


async def test_a_unit_that_passes_over_an_error_is_not_written(database: Database) -> None:
    async def write() -> None:
        async with database.writing(OURS) as unit:
            unit.session.add(event("1"))
            await unit.session.flush()
            unit.session.expunge_all()
            unit.session.add(event("1"))
            with pytest.raises(Conflict):
                await unit.session.flush()

    with pytest.raises(DatabaseFailed):
        await write()
    assert await events(database) == 0


async def test_a_process_that_is_killed_while_it_writes_leaves_whole_units(sqlite_url: str) -> None:
    script = (
        "import asyncio, sys\n"
        "from tests.platform.db.test_failures import write_on\n"
        "asyncio.run(write_on(sys.argv[1]))\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", script, sqlite_url], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    confirmed = [writer.stdout.readline() for _ in range(20)]
    writer.kill()
    confirmed += writer.stdout.readlines()
    writer.wait()
    writer.stdout.close()
    async with Database.open(sqlite_url) as database:
        found = await events(database)
    assert found % 3 == 0
    assert found >= 3 * (len(confirmed) - 1) >= 3 * 19


async def write_on(url: str) -> None:
    """Write three events in a unit, again and again, and say each time that it is done."""
    async with Database.open(url) as database:
        for number in range(100_000):
            async with database.writing(OURS) as unit:
                unit.session.add_all(event(f"{number}-{part}") for part in range(3))
            print(number, flush=True)  # noqa: T201  tells the test


async def test_a_file_that_another_library_holds_is_waited_for(sqlite_url: str) -> None:
    """A backup or a person's own tool takes the file for a moment, as another process."""
    script = (
        "import sqlite3, sys\n"
        "held = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "held.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.readline()\n"
        "held.execute('COMMIT')\n"
    )
    path = sqlite_url.removeprefix("sqlite:///")
    holder = subprocess.Popen(
        [sys.executable, "-c", script, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    holder.stdout.readline()
    async with Database.open(sqlite_url) as database:

        async def write() -> None:
            async with database.writing(OURS) as unit:
                unit.session.add(event("1"))

        writing = asyncio.create_task(write())
        assert await events(database) == 0
        holder.communicate("\n")
        await writing
        assert await events(database) == 1
