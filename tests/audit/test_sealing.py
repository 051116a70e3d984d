import asyncio
import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import delete, select, update

from drover.audit.domain import ORGANIZATION_CHAIN, Flaw, Head, System
from drover.audit.models import AuditRow
from drover.audit.service import Report, Sealer, Trail
from drover.kernel.clock import FakeClock
from drover.kernel.errors import DroverError
from drover.kernel.ids import random_id
from drover.platform.db.database import Database
from drover.platform.db.whose import Clients, Installation, OneClient, Organization, Whose
from tests.databases import CLIENT, ORGANIZATION, OTHER_ORGANIZATION, OURS, RUNTIME, SISTERS, THEIRS

DISPATCHER = System("dispatcher")
WHOLE = Organization(ORGANIZATION)
FACTS = {"name": "Grüße", "steps": [1, 2.5, None], "on": True}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def trail(clock: FakeClock) -> Trail:
    return Trail(clock, random_id)


@pytest.fixture
def sealer(database: Database, clock: FakeClock) -> Sealer:
    return Sealer(database, clock)


async def note(database: Database, trail: Trail, whose: OneClient | Organization, count: int = 1) -> None:
    for _ in range(count):
        async with database.writing(whose) as unit:
            trail.note(unit, DISPATCHER, "run.made", ("run", "r1"), before=None, after=FACTS, reason="due")


async def check(
    database: Database, trail: Trail, chain: str, whose: Whose = WHOLE, anchor: Head | None = None
) -> Report:
    async with database.reading(whose) as unit:
        return await trail.verify_chain(unit, chain, anchor=anchor)


def tamper(url: str, statement: str) -> None:
    """Change the table behind Drover's back, as who owns the database can."""
    statement = f"{statement} AND client_id = '{CLIENT}'"
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(Path(url.removeprefix("sqlite:///")))) as file, file:
            for trigger in ("as_written", "not_removed", "sealed_once"):
                file.execute(f"DROP TRIGGER audit_rows_{trigger}")
            file.execute(statement)
        return
    with psycopg.connect(url.replace(RUNTIME, "postgres")) as connection:
        connection.execute("ALTER TABLE audit_rows DISABLE TRIGGER USER")
        connection.execute(statement.encode())


async def test_what_is_noted_is_kept_only_with_what_was_done(database: Database, trail: Trail) -> None:
    async def fail() -> None:
        async with database.writing(OURS) as unit:
            trail.note(unit, DISPATCHER, "run.made", ("run", "r1"))
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    async with database.reading(OURS) as unit:
        assert await trail.newest(unit, CLIENT, after=None, limit=9) == []


async def test_an_entry_says_who_what_when_where_and_why(database: Database, trail: Trail, clock: FakeClock) -> None:
    async with database.writing(OURS) as unit:
        trail.note(
            unit,
            System("ada", "user", "192.0.2.7"),
            "schedule.paused",
            ("schedule", "s1"),
            before={"status": "active"},
            after={"status": "paused"},
            reason="holiday",
            phone="p1",
            frame="f" * 64,
        )
    async with database.reading(OURS) as unit:
        ((entry, position),) = await trail.newest(unit, CLIENT, after=None, limit=9)
    assert position is None
    assert (entry.organization, entry.client, entry.at) == (ORGANIZATION, CLIENT, clock.now())
    assert (entry.actor, entry.actor_kind, entry.address, entry.act) == ("ada", "user", "192.0.2.7", "schedule.paused")
    assert (entry.before, entry.after, entry.reason) == ({"status": "active"}, {"status": "paused"}, "holiday")
    assert (entry.phone, entry.frame) == ("p1", "f" * 64)


async def test_each_client_has_a_chain_in_order_and_the_organization_its_own(
    database: Database, trail: Trail, sealer: Sealer, clock: FakeClock
) -> None:
    for whose in (OURS, SISTERS, THEIRS, WHOLE) * 2:
        clock.advance(1)
        await note(database, trail, whose)
    assert await sealer.turn() == 8
    assert await sealer.turn() == 0
    for chain in (CLIENT, SISTERS.client, ORGANIZATION_CHAIN):
        report = await check(database, trail, chain)
        assert report.whole
        assert report.head.position == 2
    theirs = await check(database, trail, THEIRS.client, Organization(OTHER_ORGANIZATION))
    assert (theirs.whole, theirs.head.position) == (True, 2)


async def test_a_chain_goes_on_where_it_ended_and_is_read_page_by_page(
    database: Database, trail: Trail, sealer: Sealer, clock: FakeClock
) -> None:
    for _ in range(3):
        clock.advance(1)
        await note(database, trail, OURS, 2)
        await sealer.turn()
    async with database.reading(OURS) as unit:
        first = await trail.newest(unit, CLIENT, after=None, limit=4)
        rest = await trail.newest(unit, CLIENT, after=(first[-1][0].at, first[-1][0].id), limit=4)
    assert [position for _, position in (*first, *rest)] == [6, 5, 4, 3, 2, 1]
    assert (await check(database, trail, CLIENT, OURS)).whole


async def test_sealers_of_several_processes_make_one_chain(
    database: Database, database_url: str, trail: Trail, clock: FakeClock
) -> None:
    await note(database, trail, OURS, 8)
    async with Database.open(database_url) as other:
        sealers = [Sealer(opened, clock) for opened in (database, other, database, other)]
        counts = await asyncio.gather(*(sealer.turn() for sealer in sealers), note(database, trail, OURS, 4))
        await sealers[0].turn()
    report = await check(database, trail, CLIENT)
    assert sum(count for count in counts if count) <= 12
    assert (report.whole, report.head.position) == (True, 12)


async def test_many_rows_are_sealed_in_one_turn(database: Database, trail: Trail, sealer: Sealer) -> None:
    async with database.writing(OURS) as unit:
        for number in range(1100):
            trail.note(unit, DISPATCHER, "run.made", ("run", f"r{number}"))
    assert await sealer.turn() == 1100
    report = await check(database, trail, CLIENT)
    assert (report.whole, report.head.position) == (True, 1100)


@pytest.mark.parametrize(
    ("statement", "flaws"),
    [
        ("UPDATE audit_rows SET reason = 'other' WHERE position = 2", [(2, Flaw.CHANGED)]),
        ('UPDATE audit_rows SET after = \'{"name": "other"}\' WHERE position = 4', [(4, Flaw.CHANGED)]),
        ("UPDATE audit_rows SET act = 'run.kept' WHERE position = 1", [(1, Flaw.CHANGED)]),
        ("DELETE FROM audit_rows WHERE position = 3", [(3, Flaw.MISSING)]),
        ("DELETE FROM audit_rows WHERE position > 2", [(3, Flaw.MISSING)]),
        ("UPDATE audit_rows SET position = 5 WHERE position = 3", [(3, Flaw.MISSING), (5, Flaw.CHANGED)]),
        ("UPDATE audit_rows SET position = NULL, sealed_at = NULL WHERE position = 2", [(2, Flaw.MISSING)]),
    ],
)
async def test_what_the_owner_of_the_database_changes_shows(
    database: Database,
    database_url: str,
    trail: Trail,
    sealer: Sealer,
    statement: str,
    flaws: list[tuple[int, Flaw]],
) -> None:
    await note(database, trail, OURS, 4)
    await note(database, trail, SISTERS, 4)
    await sealer.turn()
    tamper(database_url, statement)
    found = [(one.position, one.flaw) for one in (await check(database, trail, CLIENT)).breaks]
    assert set(flaws) <= set(found)
    assert (await check(database, trail, SISTERS.client)).whole


async def test_a_head_that_was_kept_finds_a_chain_that_was_sealed_anew(
    database: Database, trail: Trail, sealer: Sealer
) -> None:
    await note(database, trail, OURS, 3)
    await sealer.turn()
    kept = (await check(database, trail, CLIENT)).head
    await note(database, trail, OURS)
    await sealer.turn()
    assert (await check(database, trail, CLIENT, anchor=kept)).whole
    report = await check(database, trail, CLIENT, anchor=replace(kept, hash="0" * 64))
    assert [one.flaw for one in report.breaks] == [Flaw.OTHER_HEAD]


async def test_drover_itself_can_neither_remove_nor_change_what_is_sealed(
    database: Database, trail: Trail, sealer: Sealer
) -> None:
    await note(database, trail, OURS)
    await sealer.turn()
    changes = [
        delete(AuditRow).where(AuditRow.position == 1),
        update(AuditRow).where(AuditRow.position == 1).values(reason="other"),
        update(AuditRow).where(AuditRow.position == 1).values(hash="0"),
    ]
    for change in changes:
        with pytest.raises(DroverError):
            async with database.writing(OURS) as unit:
                await unit.session.execute(change)
    assert (await check(database, trail, CLIENT)).whole


async def test_what_is_not_sealed_yet_can_only_be_sealed(database: Database, trail: Trail) -> None:
    await note(database, trail, OURS)
    for change in (delete(AuditRow), update(AuditRow).values(reason="other")):
        with pytest.raises(DroverError):
            async with database.writing(OURS) as unit:
                await unit.session.execute(change)
    async with database.reading(OURS) as unit:
        assert await unit.session.scalar(select(AuditRow.reason)) == "due"


async def test_a_client_s_chain_is_not_seen_from_another(database: Database, trail: Trail, sealer: Sealer) -> None:
    await note(database, trail, OURS)
    await sealer.turn()
    async with database.reading(SISTERS) as unit:
        assert await trail.newest(unit, CLIENT, after=None, limit=9) == []


async def test_an_act_in_nobody_s_name_must_say_in_whose(database: Database, trail: Trail) -> None:
    async with database.writing(Installation()) as unit:
        with pytest.raises(ValueError, match="must name its organization"):
            trail.note(unit, DISPATCHER, "run.made", ("run", "r1"))
        trail.note(unit, DISPATCHER, "run.made", ("run", "r1"), organization=ORGANIZATION)
    async with database.reading(WHOLE) as unit:
        assert len(await trail.newest(unit, ORGANIZATION_CHAIN, after=None, limit=9)) == 1


@pytest.mark.parametrize("whose", [Installation(), Clients(ORGANIZATION, frozenset({CLIENT}))])
async def test_a_chain_is_checked_in_the_name_of_its_owner(database: Database, trail: Trail, whose: Whose) -> None:
    with pytest.raises(ValueError, match="in the name of its organization or client"):
        await check(database, trail, CLIENT, whose)


async def test_an_empty_chain_is_whole(database: Database, trail: Trail) -> None:
    report = await check(database, trail, CLIENT)
    assert (report.whole, report.head.position) == (True, 0)
