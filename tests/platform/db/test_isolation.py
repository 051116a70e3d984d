"""The raw cases: every way known to reach another client's rows, tried on both databases."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import pytest
from sqlalchemy import (
    Select,
    Table,
    case,
    delete,
    exists,
    func,
    insert,
    join,
    lambda_stmt,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
    true,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased, with_loader_criteria

from drover.audit.models import AuditRow
from drover.platform.db.database import Database, Unit
from drover.platform.db.errors import TenantLeak
from drover.platform.db.outbox import OutboxEventRow as Event
from drover.platform.db.whose import Clients, Installation, OneClient, Organization, Whose
from drover.tenancy.models import ClientRow, OrganizationRow
from tests.databases import BEGINNING, CLIENT, ORGANIZATION, OURS, SISTER_CLIENT, SISTERS, THEIRS

TABLE: Table = Event.__table__  # type: ignore[assignment]  # declarative classes have tables


def event(id_: str, **fields: Any) -> Event:
    made = {"kind": "k", "subject_kind": "phone", "subject_id": "secret", "body": {}, "at": BEGINNING}
    return Event(id=id_, **made | fields)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def filled_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with an event and an audit row of each client; those of others must never be seen or changed."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("filled") / "drover.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        server = request.getfixturevalue("postgres")
        url = server.url(server.copy_of(request.getfixturevalue("postgres_template")))
    asyncio.run(_fill(url))
    return url


async def _fill(url: str) -> None:
    async with Database.open(url) as database:
        for whose, id_ in ((OURS, "ours"), (SISTERS, "sisters"), (THEIRS, "theirs")):
            async with database.writing(whose) as unit:
                unit.session.add_all([event(id_, subject_id=id_), audit(id_, whose)])


@pytest.fixture
async def filled(filled_url: str) -> AsyncIterator[Database]:
    async with Database.open(filled_url) as database:
        yield database


def audit(id_: str, whose: OneClient) -> AuditRow:
    return AuditRow(
        organization_id=whose.organization,
        client_id=whose.client,
        id=id_,
        at=BEGINNING,
        actor="ada",
        actor_kind="user",
        address="127.0.0.1",
        act="look",
        reason="",
        subject_kind="phone",
        subject_id=id_,
    )


def _other() -> Any:
    return aliased(Event)


def _recursive() -> Select[Any]:
    part = select(Event.subject_id).cte(recursive=True)
    return select(part.union(select(Event.subject_id).join(part, true())).c.subject_id)


FILTERED: dict[str, Callable[[], Any]] = {
    "a column": lambda: select(Event.subject_id),
    "a column or all": lambda: select(Event.subject_id).where(or_(true(), Event.client_id == CLIENT)),
    "another client asked for": lambda: select(Event.subject_id).where(Event.client_id == SISTER_CLIENT),
    "an alias": lambda: select(aliased(Event).subject_id),
    "a self join": lambda: select((o := _other()).subject_id).select_from(Event).join(o, true()),
    "an outer join": lambda: select((o := _other()).subject_id).select_from(Event).outerjoin(o, true()),
    "two froms": lambda: select((o := _other()).subject_id).where(Event.kind == o.kind),
    "where alone": lambda: select(literal("leak")).where(Event.subject_id != "ours"),
    "having": lambda: select(func.max(Event.subject_id)).having(func.count() > 0),
    "a scalar subquery": lambda: select(select(func.max(Event.subject_id)).scalar_subquery()),
    "a correlated subquery": lambda: select(
        select((o := _other()).subject_id).where(o.id == Event.id).correlate(Event).scalar_subquery()
    ).select_from(Event),
    "a subquery": lambda: select(select(Event.subject_id).subquery().c.subject_id),
    "an alias of a subquery": lambda: select(aliased(Event, select(Event).subquery()).subject_id),
    "a cte": lambda: select(select(Event.subject_id).cte().c.subject_id),
    "a recursive cte": _recursive,
    "a union": lambda: union_all(select(Event.subject_id), select(Event.subject_id)),
    "a union in a subquery": lambda: select(
        union_all(select(Event.subject_id), select(Event.subject_id)).subquery().c.subject_id
    ),
    "exists from an organization's table": lambda: (
        select(literal("leak")).select_from(ClientRow).where(exists(select(Event.id).where(Event.id == "sisters")))
    ),
    "in": lambda: select(literal("leak")).where(literal("sisters").in_(select(Event.subject_id))),
    "order by": lambda: select(literal("ours")).order_by(select(Event.id).where(Event.id == "x").scalar_subquery()),
    "values compared": lambda: select(Event.subject_id).where(tuple_(Event.id, Event.kind).in_([("sisters", "k")])),
    "a lambda": lambda: lambda_stmt(lambda: select(Event.subject_id)),
    "an option of one's own": lambda: select(Event.subject_id).options(
        with_loader_criteria(Event, Event.client_id == SISTER_CLIENT)
    ),
    "the audit log": lambda: select(AuditRow.subject_id),
    "the audit log of another": lambda: select(AuditRow.subject_id).where(AuditRow.client_id == SISTER_CLIENT),
    "a lock": lambda: select(Event.subject_id).with_for_update(),
}
"""Statements that may be asked: each answers one's own rows alone."""

REFUSED: dict[str, Callable[[], Any]] = {
    "text": lambda: text("SELECT subject_id FROM outbox_events"),
    "a model from text": lambda: select(Event).from_statement(text("SELECT * FROM outbox_events")),
    "columns from text": lambda: text("SELECT subject_id FROM outbox_events").columns(TABLE.c.subject_id),
    "text as a condition": lambda: select(Event.subject_id).where(text("1 = 1) OR (1 = 1")),
    "text as a column": lambda: select(literal_column("(SELECT max(subject_id) FROM outbox_events)")),
    "text as a from": lambda: select(literal_column("subject_id")).select_from(text("outbox_events")),
    "a table": lambda: select(TABLE.c.subject_id),
    "an alias of a table": lambda: select(TABLE.alias().c.subject_id),
    "a table beside a model": lambda: select(TABLE.alias().c.subject_id).join(Event, true()),
    "a table in a subquery": lambda: select(Event.subject_id).where(
        exists(select((t := TABLE.alias()).c.id).where(t.c.subject_id == "sisters"))
    ),
    "a table filtered by hand": lambda: select(TABLE.c.subject_id).where(TABLE.c.client_id == SISTER_CLIENT),
    "a bare table": lambda: select(literal_column("1")).select_from(table("outbox_events")),
    "a core join of models": lambda: select((o := _other()).subject_id).select_from(join(Event, o, true())),
    "exists over nothing": lambda: select(literal("leak")).where(exists().where(Event.subject_id == "sisters")),
    "case": lambda: select(case((exists().where(Event.subject_id == "sisters"), "leak"), else_="ours")),
    "a left join of a table's filtered alias": lambda: select(TABLE.c.subject_id).select_from(
        TABLE.outerjoin(Event, TABLE.c.client_id == CLIENT)
    ),
    "a window": lambda: select(func.max(Event.subject_id).over()),
    "a full join": lambda: select((o := _other()).subject_id).select_from(Event).join(o, true(), full=True),
    "entering another's name": lambda: select(func.set_config("app.client_id", SISTER_CLIENT, True)),
    "insert": lambda: insert(Event).values(client_id=SISTER_CLIENT, id="x"),
    "insert of one's own": lambda: insert(Event).values(client_id=CLIENT, id="x"),
    "insert from select": lambda: insert(Event).from_select(["id"], select(Event.id)),
    "insert into a table": lambda: insert(TABLE).values(client_id=SISTER_CLIENT, id="x"),
    "update of a table": lambda: update(TABLE).values(subject_id="x"),
    "delete from a table": lambda: delete(TABLE),
    "giving a row away": lambda: update(Event).values(client_id=SISTER_CLIENT),
    "giving a row away by the attribute": lambda: update(Event).values({Event.client_id: SISTER_CLIENT}),
    "a change inside a select": lambda: select(delete(TABLE).returning(TABLE.c.subject_id).cte().c.subject_id),
    "an insert inside a select": lambda: select(
        insert(TABLE).values(client_id=CLIENT, id="x").returning(TABLE.c.subject_id).cte().c.subject_id
    ),
}
"""Statements that are refused before anything is sent, as nobody can tell whose rows they reach."""

CHANGES: dict[str, Callable[[], Any]] = {
    "update": lambda: update(Event).values(subject_id="changed"),
    "update where": lambda: update(Event).where(Event.id == "sisters").values(subject_id="changed"),
    "update by a subquery": lambda: (
        update(Event).where(Event.id.in_(select(aliased(Event).id))).values(subject_id="changed")
    ),
    "delete": lambda: delete(Event).where(Event.id != "ours"),
    "delete all": lambda: delete(Event),
    "delete with returning": lambda: delete(Event).returning(Event.id),
}
"""Changes that may be asked: each reaches one's own rows alone."""


class Undone(Exception):
    """Leaves a unit whose changes must not stay."""


async def seen(database: Database, whose: Whose) -> list[str]:
    async with database.reading(whose) as unit:
        return sorted(await unit.session.scalars(select(Event.subject_id)))


@pytest.mark.parametrize("case_", FILTERED)
async def test_a_statement_answers_one_s_own_rows_alone(filled: Database, case_: str) -> None:
    async with filled.writing(OURS) as unit:
        found = set((await unit.session.execute(FILTERED[case_]())).scalars())
    assert found <= {"ours", None}


@pytest.mark.parametrize("case_", REFUSED)
async def test_a_statement_that_cannot_be_filtered_is_refused(filled: Database, case_: str) -> None:
    with pytest.raises(TenantLeak):
        async with filled.writing(OURS) as unit:
            await unit.session.execute(REFUSED[case_]())


@pytest.mark.parametrize("case_", CHANGES)
async def test_a_change_reaches_one_s_own_rows_alone(database: Database, case_: str) -> None:
    for whose, id_ in ((OURS, "ours"), (SISTERS, "sisters")):
        async with database.writing(whose) as unit:
            unit.session.add(event(id_, subject_id=id_))
    async with database.writing(OURS) as unit:
        await unit.session.execute(CHANGES[case_]())
    assert await seen(database, SISTERS) == ["sisters"]


Act = Callable[[Unit], Awaitable[object]]


async def add(unit: Unit, *objects: object) -> None:
    unit.session.add_all(objects)
    await unit.session.flush()


async def give_away(unit: Unit) -> None:
    [found] = await unit.session.scalars(select(Event))
    found.client_id = SISTER_CLIENT
    await unit.session.flush()


async def merge(unit: Unit) -> None:
    await unit.session.merge(event("sisters", client_id=SISTER_CLIENT))


async def bulk_update_by_key(unit: Unit) -> None:
    await unit.session.execute(update(Event), [{"client_id": SISTER_CLIENT, "id": "sisters", "subject_id": "x"}])


async def bulk_insert(unit: Unit) -> None:
    await unit.session.execute(insert(Event), [{"client_id": SISTER_CLIENT, "id": "x"}])


async def bulk_mappings(unit: Unit) -> None:
    await unit.session.run_sync(lambda session: session.bulk_insert_mappings(Event, [{"id": "x"}]))


async def bulk_objects(unit: Unit) -> None:
    await unit.session.run_sync(lambda session: session.bulk_save_objects([event("x", client_id=SISTER_CLIENT)]))


ACTS: dict[str, Act] = {
    "adding another client's object": lambda unit: add(unit, event("x", client_id=SISTER_CLIENT)),
    "adding another organization's row": lambda unit: add(
        unit, ClientRow(organization_id="0b" * 16, id="x", name="x", status="active", created_at=BEGINNING)
    ),
    "giving an object away": give_away,
    "merging another client's object": merge,
    "bulk update by key": bulk_update_by_key,
    "bulk insert": bulk_insert,
    "bulk insert of mappings": bulk_mappings,
    "bulk save of objects": bulk_objects,
    "the connection": lambda unit: unit.session.connection(),
}


@pytest.mark.parametrize("act", ACTS)
async def test_an_act_that_passes_by_the_guard_is_refused(filled: Database, act: str) -> None:
    with pytest.raises(TenantLeak):
        async with filled.writing(OURS) as unit:
            await ACTS[act](unit)
    assert await seen(filled, SISTERS) == ["sisters"]


async def test_a_connection_taken_past_the_session_answers_no_text(filled: Database) -> None:
    async with filled.reading(OURS) as unit:
        bind = cast("AsyncEngine", unit.session.bind)
        async with bind.connect() as connection:
            with pytest.raises(TenantLeak):
                await connection.exec_driver_sql("SELECT * FROM outbox_events")


async def test_another_s_row_is_not_found_by_its_key(filled: Database) -> None:
    async with filled.reading(OURS) as unit:
        assert await unit.session.get(Event, (SISTER_CLIENT, "sisters")) is None
        assert await unit.session.get(Event, (CLIENT, "ours")) is not None


async def test_an_object_of_another_unit_is_not_taken_in(filled: Database) -> None:
    async with filled.reading(SISTERS) as unit:
        [theirs] = await unit.session.scalars(select(Event))
    async with filled.reading(OURS) as unit:
        with pytest.raises(TenantLeak):
            unit.session.add(theirs)


async def test_a_loaded_object_is_read_anew(filled: Database) -> None:
    async with filled.reading(OURS) as unit:
        [found] = await unit.session.scalars(select(Event))
        await unit.session.refresh(found)
        assert found.subject_id == "ours"


async def test_several_clients_are_read_together_and_written_never(filled: Database) -> None:
    both = Clients(ORGANIZATION, frozenset({CLIENT, SISTER_CLIENT}))
    assert await seen(filled, both) == ["ours", "sisters"]
    async with filled.reading(both) as unit:
        assert sorted(await unit.session.scalars(select(AuditRow.subject_id))) == ["ours", "sisters"]
        unit.session.add(event("x", client_id=CLIENT))
        with pytest.raises(TenantLeak):
            await unit.session.flush()
        unit.session.expunge_all()


@pytest.mark.parametrize("whose", [Organization(ORGANIZATION), Installation(), Clients(ORGANIZATION, frozenset())])
async def test_who_works_for_no_client_sees_no_client_s_rows(filled: Database, whose: Whose) -> None:
    assert await seen(filled, whose) == []


async def test_an_organization_sees_its_own_rows_and_audit_log(filled: Database) -> None:
    async with filled.reading(Organization(ORGANIZATION)) as unit:
        assert sorted(await unit.session.scalars(select(ClientRow.id))) == sorted([CLIENT, SISTER_CLIENT])
        assert list(await unit.session.scalars(select(OrganizationRow.id))) == [ORGANIZATION]
        assert sorted(await unit.session.scalars(select(AuditRow.subject_id))) == ["ours", "sisters"]


async def test_the_installation_sees_every_organization(filled: Database) -> None:
    async with filled.reading(Installation()) as unit:
        assert len((await unit.session.scalars(select(OrganizationRow))).all()) == 2


async def test_a_unit_that_reads_changes_nothing(filled: Database) -> None:
    async with filled.reading(OURS) as unit:
        for statement in (update(Event).values(subject_id="x"), delete(Event)):
            with pytest.raises(TenantLeak):
                await unit.session.execute(statement)
        unit.session.add(event("x"))
        with pytest.raises(TenantLeak):
            await unit.session.flush()
        unit.session.expunge_all()
