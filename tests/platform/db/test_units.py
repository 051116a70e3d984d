"""Units of work: whole or not at all, one writer's change never lost in another's, errors in our words."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import InvalidRequestError, StatementError

from drover.kernel.clock import FakeClock
from drover.kernel.errors import Kind, Retry
from drover.platform.db.address import parse_address
from drover.platform.db.database import Database, Unit
from drover.platform.db.engines import make_engine
from drover.platform.db.errors import Conflict, DatabaseBusy, DatabaseFailed, ReferenceBroken, ValueRefused
from drover.platform.db.outbox import OutboxEventRow as Event
from drover.platform.db.whose import Installation, OneClient, Organization, Whose, clients_of, organization_of
from drover.tenancy.models import ClientRow
from tests.databases import BEGINNING, CLIENT, ORGANIZATION, OURS


def event(id_: str, **body: object) -> Event:
    return Event(id=id_, kind="counted", subject_kind="phone", subject_id="p", body=body, at=BEGINNING)


def client(name: str, organization: str = ORGANIZATION, id_: str = "c9") -> ClientRow:
    return ClientRow(organization_id=organization, id=id_, name=name, status="active", created_at=BEGINNING)


async def count(unit: Unit) -> int:
    """Add one to the number in event 1, by reading and then writing it."""
    [found] = await unit.session.scalars(select(Event).where(Event.id == "1").with_for_update())
    await asyncio.sleep(0)
    found.body = {"n": found.body["n"] + 1}
    return int(found.body["n"])


async def number(database: Database) -> int:
    async with database.reading(OURS) as unit:
        [found] = await unit.session.scalars(select(Event).where(Event.id == "1"))
    return int(found.body["n"])


@pytest.fixture
async def counted(database: Database) -> Database:
    async with database.writing(OURS) as unit:
        unit.session.add(event("1", n=0))
    return database


async def test_a_value_comes_back_as_it_was(database: Database) -> None:
    body = {"text": "ä\u2028", "list": [1, 2.5, None, True], "deep": {"": {}}}
    at = datetime(2026, 3, 29, 3, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    async with database.writing(OURS) as unit:
        unit.session.add(Event(id="1", kind="k", subject_kind="s", subject_id="p", body=body, at=at))
    async with database.reading(OURS) as unit:
        [found] = await unit.session.scalars(select(Event).where(Event.at == at))
    assert (found.body, found.at, found.at.tzinfo, found.delivered_at, found.client_id) == (body, at, UTC, None, CLIENT)


async def test_moments_sort_by_time_whatever_their_zone(database: Database) -> None:
    moments = [BEGINNING + timedelta(microseconds=n) for n in (0, 1, 1_000_000)]
    async with database.writing(OURS) as unit:
        for n, moment in enumerate(moments):
            made = event(str(n))
            made.at = moment.astimezone(timezone(timedelta(hours=n)))
            unit.session.add(made)
    async with database.reading(OURS) as unit:
        assert list(await unit.session.scalars(select(Event.at).order_by(Event.at))) == moments
        later = (
            select(Event.id).where(Event.at > BEGINNING.astimezone(timezone(timedelta(hours=-5)))).order_by(Event.at)
        )
        assert list(await unit.session.scalars(later)) == ["1", "2"]


async def test_a_moment_without_zone_is_refused(database: Database) -> None:
    naive = BEGINNING.replace(tzinfo=None)
    async with database.writing(OURS) as unit:
        with pytest.raises(StatementError, match="time zone"):
            await unit.session.execute(update(Event).values(at=naive))


async def test_the_database_s_clock_goes_on_within_a_unit(database: Database) -> None:
    async with database.writing(OURS) as unit:
        first = await unit.now()
        await asyncio.sleep(0.01)
        second = await unit.now()
    assert first.tzinfo is UTC or first.utcoffset() == timedelta()
    assert timedelta() < second - first < timedelta(minutes=1)


async def test_a_unit_s_time_is_counted_on_from_when_the_server_told_it(postgres_url: str) -> None:
    """This computer's own wall clock is of no account where the server has one."""
    clock = FakeClock(datetime(1999, 1, 1, tzinfo=UTC))
    async with Database.open(postgres_url, clock=clock) as database, database.reading(OURS) as unit:
        first = await unit.now()
        clock.advance(30)
        assert await unit.now() - first == timedelta(seconds=30)
        assert first.year > 1999


async def test_the_time_of_a_file_is_this_computer_s(sqlite_url: str) -> None:
    clock = FakeClock(datetime(1999, 1, 1, tzinfo=UTC))
    async with Database.open(sqlite_url, clock=clock) as database, database.reading(OURS) as unit:
        assert await unit.now() == datetime(1999, 1, 1, tzinfo=UTC)


async def test_a_statement_for_many_values_and_one_without_rows_tell_how_many_they_changed(sqlite_url: str) -> None:
    engine = make_engine(parse_address(sqlite_url), pool=1)
    async with engine.connect() as connection:
        await connection.exec_driver_sql("CREATE TEMP TABLE counted (n INTEGER PRIMARY KEY)")
        many = await connection.exec_driver_sql("INSERT INTO counted VALUES (?)", [(1,), (2,), (3,)])
        assert (many.rowcount, many.lastrowid) == (3, None)
        found = await connection.exec_driver_sql("SELECT n FROM counted WHERE n > ? ORDER BY n", (1,))
        assert (found.fetchone(), found.fetchmany(5), found.fetchall()) == ((2,), [(3,)], [])
        assert (await connection.exec_driver_sql("DELETE FROM counted")).rowcount == 3
        with pytest.raises(DatabaseFailed, match="no such table: gone"):
            await connection.exec_driver_sql("SELECT * FROM gone")
    await engine.dispose()


async def test_the_database_s_clock_compares_with_what_is_kept(database: Database) -> None:
    async with database.writing(OURS) as unit:
        made = event("1")
        made.at = await unit.now()
        unit.session.add(made)
        await unit.session.flush()
        assert await unit.session.scalar(select(Event.id).where(Event.at <= await unit.now())) == "1"


async def test_an_error_undoes_the_whole_unit(counted: Database) -> None:
    async def fail() -> None:
        async with counted.writing(OURS) as unit:
            await count(unit)
            await unit.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await number(counted) == 0


async def test_a_cancelled_unit_is_undone_and_holds_nobody_up(counted: Database) -> None:
    async def write() -> None:
        async with counted.writing(OURS) as unit:
            await count(unit)
            await unit.session.flush()
            entered.set()
            await asyncio.Event().wait()

    for _ in range(12):  # more than there are connections
        entered = asyncio.Event()
        task = asyncio.create_task(write())
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with counted.writing(OURS) as unit:
        await count(unit)
    assert await number(counted) == 1


async def test_a_unit_cancelled_at_any_moment_is_whole_or_not_at_all(counted: Database) -> None:
    done = 0

    async def write() -> None:
        nonlocal done
        async with counted.writing(OURS) as unit:
            await count(unit)
        done += 1

    for pauses in range(30):
        task = asyncio.create_task(write())
        for _ in range(pauses):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert done <= await number(counted) <= 30


async def test_twenty_writers_lose_no_update(counted: Database) -> None:
    async def write() -> None:
        for _ in range(10):
            async with counted.writing(OURS) as unit:
                await count(unit)

    await asyncio.gather(*(write() for _ in range(20)))
    assert await number(counted) == 200


async def test_writers_of_several_processes_lose_no_update(database_url: str) -> None:
    """Two open databases share nothing but the file or server."""
    async with Database.open(database_url) as one, Database.open(database_url) as other:
        async with one.writing(OURS) as unit:
            unit.session.add(event("1", n=0))

        async def write(database: Database) -> None:
            for _ in range(5):
                async with database.writing(OURS) as unit:
                    await count(unit)

        await asyncio.gather(*(write(database) for database in (one, other) * 5))
        assert await number(one) == 50


async def test_readers_see_one_state_and_are_not_held_up_by_a_writer(counted: Database) -> None:
    async with counted.writing(OURS) as writer:
        await count(writer)
        await writer.session.flush()
        assert await number(counted) == 0
    assert await number(counted) == 1


async def test_one_like_that_already_is_a_conflict(database: Database) -> None:
    with pytest.raises(Conflict) as raised:
        async with database.writing(Organization(ORGANIZATION)) as unit:
            unit.session.add_all([client("twin", id_="x1"), client("twin", id_="x2")])
    assert (raised.value.kind, raised.value.retry) == (Kind.CONFLICT, Retry.NEVER)
    assert "clients" in raised.value.message
    assert "name" in raised.value.constraint


async def test_after_a_conflict_in_a_part_the_unit_goes_on(database: Database) -> None:
    async with database.writing(Organization(ORGANIZATION)) as unit:
        unit.session.add(client("first", id_="x1"))
        await unit.session.flush()
        with pytest.raises(Conflict):
            async with unit.session.begin_nested():
                unit.session.add(client("first", id_="x2"))
        unit.session.add(client("second", id_="x3"))
    async with database.reading(Organization(ORGANIZATION)) as unit:
        names = set(await unit.session.scalars(select(ClientRow.name)))
    assert names >= {"first", "second"}


async def test_a_conflict_that_is_found_at_the_end_leaves_the_unit_as_one(database: Database) -> None:
    with pytest.raises(ReferenceBroken):
        async with database.writing(Installation()) as unit:
            unit.session.add(client("lost", organization="nowhere"))


async def test_a_value_that_breaks_a_rule_is_invalid(database: Database) -> None:
    made = event("1")
    made.kind = None  # type: ignore[assignment]  # what the table refuses
    with pytest.raises(ValueRefused, match="outbox_events") as raised:
        async with database.writing(OURS) as unit:
            unit.session.add(made)
    assert raised.value.kind is Kind.INVALID


async def test_a_row_that_went_meanwhile_is_a_conflict(counted: Database) -> None:
    async def change() -> None:
        async with counted.writing(OURS) as unit:
            [found] = await unit.session.scalars(select(Event))
            await unit.session.execute(delete(Event), execution_options={"synchronize_session": False})
            found.body = {"n": 5}

    with pytest.raises(Conflict):
        await change()


async def test_a_unit_is_one_transaction(counted: Database) -> None:
    async def go_on() -> None:
        async with counted.writing(OURS) as unit:
            await unit.session.commit()
            await unit.session.execute(select(Event))

    with pytest.raises(InvalidRequestError):
        await go_on()


async def test_what_is_due_is_seen_by_the_installation_alone(database: Database) -> None:
    async with database.reading(OURS) as unit:
        with pytest.raises(ValueError, match="installation"):
            await unit.due(None)  # type: ignore[arg-type]  # refused before it is looked at


async def test_a_writer_that_never_ends_makes_others_busy(sqlite_url: str) -> None:
    async with (
        Database.open(sqlite_url, busy_s=0.2) as one,
        Database.open(sqlite_url, busy_s=0.2) as other,
        one.writing(OURS),
    ):
        for waiting in (one, other):
            with pytest.raises(DatabaseBusy) as raised:
                async with waiting.writing(OURS):
                    raise AssertionError("two write at once")
            assert (raised.value.retry, raised.value.hint) == (Retry.AT_ONCE, "try again")


async def test_a_row_that_is_held_for_too_long_makes_others_busy(postgres_url: str) -> None:
    async with Database.open(postgres_url, busy_s=0.2) as database:
        async with database.writing(OURS) as unit:
            unit.session.add(event("1", n=0))
        async with database.writing(OURS) as unit:
            await count(unit)
            with pytest.raises(DatabaseBusy):
                async with database.writing(OURS) as second:
                    await count(second)


async def test_two_units_that_wait_for_each_other_end_and_one_is_busy(postgres_url: str) -> None:
    async def lock(unit: Unit, id_: str) -> None:
        await unit.session.scalars(select(Event).where(Event.id == id_).with_for_update())

    async def both(database: Database, first: str, second: str, ready: asyncio.Barrier) -> None:
        async with database.writing(OURS) as unit:
            await lock(unit, first)
            await ready.wait()
            await lock(unit, second)

    async with Database.open(postgres_url) as database:
        async with database.writing(OURS) as unit:
            unit.session.add_all([event("1"), event("2")])
        ready = asyncio.Barrier(2)
        ended = await asyncio.gather(
            both(database, "1", "2", ready), both(database, "2", "1", ready), return_exceptions=True
        )
    assert sorted(type(one).__name__ for one in ended) == ["DatabaseBusy", "NoneType"]


async def test_when_all_connections_are_in_use_one_is_busy(database_url: str) -> None:
    async with (
        Database.open(database_url, pool=1, busy_s=0.2) as database,
        database.reading(OURS) as unit,
    ):
        await unit.now()
        with pytest.raises(DatabaseBusy):
            async with database.reading(OURS) as second:
                await second.now()


@pytest.mark.parametrize("wrong", ["", "a,b", "*", "x" * 33, "a b", "é"])
def test_what_is_no_id_is_refused_before_it_reaches_a_filter(wrong: str) -> None:
    for made in (lambda: OneClient("o", wrong), lambda: OneClient(wrong, "c"), lambda: Organization(wrong)):
        with pytest.raises(ValueError, match="is no id"):
            made()


@pytest.mark.parametrize(
    ("whose", "organization", "clients"),
    [(OURS, ORGANIZATION, {CLIENT}), (Organization("o"), "o", set()), (Installation(), None, set())],
)
def test_a_name_says_its_organization_and_clients(whose: Whose, organization: str | None, clients: set[str]) -> None:
    assert (organization_of(whose), clients_of(whose)) == (organization, clients)
