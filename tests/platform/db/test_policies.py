"""What PostgreSQL itself refuses, with nothing of Drover between: statements by hand, as the role that runs Drover."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import bindparam, func, select

from drover.platform.db.database import Database, Due, DueQuery
from drover.platform.db.errors import ReferenceBroken
from drover.platform.db.outbox import OutboxEventRow as Event
from drover.platform.db.types import UtcDateTime
from drover.platform.db.whose import Installation, OneClient, Organization
from drover.tenancy.models import ClientAccessRow, ClientRow, UserRow
from tests.databases import (
    BEGINNING,
    CLIENT,
    ORGANIZATION,
    OTHER_CLIENT,
    OTHER_ORGANIZATION,
    OURS,
    OWNER,
    SISTER_CLIENT,
    SISTERS,
    THEIRS,
    Postgres,
)

INSERT = (
    "INSERT INTO outbox_events (client_id, id, kind, subject_kind, subject_id, body, at)"
    " VALUES (%s, %s, 'k', 's', 'x', '{}', now())"
)


@pytest.fixture
def connection(postgres_url: str) -> Iterator[Connection[Any]]:
    """A connection as the runtime role, in one transaction; each client has one event."""
    with psycopg.connect(postgres_url) as made:
        for whose in (OURS, SISTERS, THEIRS):
            enter(made, whose.client, whose.organization)
            made.execute(INSERT, [whose.client, whose.client])
        made.commit()
        yield made


def enter(connection: Connection[Any], client: str, organization: str = "") -> None:
    connection.execute(
        "SELECT set_config('app.client_id', %s, true), set_config('app.organization_id', %s, true)",
        [client, organization],
    )


def seen(connection: Connection[Any], column: str = "client_id", table: str = "outbox_events") -> list[str]:
    statement = sql.SQL("SELECT {}::text FROM {}").format(sql.Identifier(column), sql.Identifier(table))
    return sorted(value for (value,) in connection.execute(statement))


def test_who_enters_nobody_s_name_sees_nothing(connection: Connection[Any]) -> None:
    for table in ("outbox_events", "clients", "organizations", "users", "audit_rows"):
        assert connection.execute(f"SELECT * FROM {table}").fetchall() == []  # type: ignore[arg-type]  # noqa: S608  a test's


def test_who_enters_a_name_sees_its_rows(connection: Connection[Any]) -> None:
    enter(connection, CLIENT, ORGANIZATION)
    assert seen(connection) == [CLIENT]
    assert seen(connection, "id", "clients") == sorted([CLIENT, SISTER_CLIENT])
    assert seen(connection, "id", "organizations") == [ORGANIZATION]


def test_a_name_ends_with_its_transaction(connection: Connection[Any]) -> None:
    enter(connection, CLIENT, ORGANIZATION)
    connection.commit()
    assert seen(connection) == []


@pytest.mark.parametrize("name", ["", "*", "%", f"{CLIENT} ", "NULL", "{}", f"'{CLIENT}'"])
def test_what_is_no_client_s_id_sees_nothing(connection: Connection[Any], name: str) -> None:
    enter(connection, name, ORGANIZATION)
    assert seen(connection) == []


@pytest.mark.parametrize("client", [SISTER_CLIENT, OTHER_CLIENT])
def test_a_row_for_another_is_refused(connection: Connection[Any], client: str) -> None:
    enter(connection, CLIENT, ORGANIZATION)
    with pytest.raises(InsufficientPrivilege):
        connection.execute(INSERT, [client, "new"])


def test_a_row_is_not_given_away(connection: Connection[Any]) -> None:
    enter(connection, CLIENT, ORGANIZATION)
    with pytest.raises(InsufficientPrivilege):
        connection.execute("UPDATE outbox_events SET client_id = %s", [SISTER_CLIENT])


def test_another_s_row_is_neither_changed_nor_deleted(connection: Connection[Any]) -> None:
    enter(connection, CLIENT, ORGANIZATION)
    assert connection.execute("UPDATE outbox_events SET kind = 'x' WHERE id = %s", [SISTER_CLIENT]).rowcount == 0
    assert connection.execute("DELETE FROM outbox_events WHERE id <> %s", [CLIENT]).rowcount == 0


def test_a_row_of_another_organization_is_refused(connection: Connection[Any]) -> None:
    enter(connection, "", ORGANIZATION)
    with pytest.raises(InsufficientPrivilege):
        connection.execute(
            "INSERT INTO clients (organization_id, id, name, status, created_at) VALUES (%s, 'x', 'x', 'x', now())",
            [OTHER_ORGANIZATION],
        )


@pytest.mark.parametrize("name", ["", "*"])
def test_the_owner_himself_sees_no_client_s_rows(postgres: Postgres, postgres_url: str, name: str) -> None:
    database = postgres_url.partition("@/")[2].partition("?")[0]
    with psycopg.connect(postgres.url(database, OWNER)) as connection:
        enter(connection, name, name)
        assert seen(connection) == []


@pytest.mark.parametrize(("kind", "mode"), [("reading", "on"), ("writing", "off")])
async def test_a_unit_that_reads_is_read_only_for_the_server_too(postgres_url: str, kind: str, mode: str) -> None:
    async with Database.open(postgres_url) as database, getattr(database, kind)(OURS) as unit:
        assert await unit.session.scalar(select(func.current_setting("transaction_read_only"))) == mode


async def test_a_key_of_another_organization_is_not_there(database: Database) -> None:
    """Policies do not look at what foreign keys find: the keys themselves must name the owner."""
    async with database.writing(Organization(ORGANIZATION)) as unit:
        unit.session.add(UserRow(**user("ada")))
    access = ClientAccessRow(organization_id=ORGANIZATION, user_id="ada", client_id=OTHER_CLIENT, level="full")
    with pytest.raises(ReferenceBroken):
        async with database.writing(Organization(ORGANIZATION)) as unit:
            unit.session.add(access)


async def test_a_client_that_is_not_there_has_no_rows(database: Database) -> None:
    with pytest.raises(ReferenceBroken):
        async with database.writing(OneClient(ORGANIZATION, "nobody")) as unit:
            unit.session.add(Event(id="1", kind="k", subject_kind="s", subject_id="x", body={}, at=BEGINNING))


def user(name: str) -> dict[str, Any]:
    return {
        "organization_id": ORGANIZATION,
        "id": name,
        "username": name,
        "password_hash": "",
        "role": "viewer",
        "status": "active",
        "created_at": BEGINNING,
        "password_changed_at": BEGINNING,
    }


DUE_CLIENTS = DueQuery(
    "due_events",
    ["moment"],
    select(ClientRow.organization_id, Event.client_id, Event.id)
    .join(ClientRow, ClientRow.id == Event.client_id)
    .where(Event.at <= bindparam("moment", type_=UtcDateTime()))
    .order_by(Event.client_id),
)
MADE = """
    CREATE FUNCTION due_events(moment timestamptz)
    RETURNS TABLE (organization_id varchar, client_id varchar, id varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $due$
        SELECT clients.organization_id, outbox_events.client_id, outbox_events.id FROM outbox_events
        JOIN clients ON clients.id = outbox_events.client_id WHERE outbox_events.at <= moment ORDER BY 2
    $due$
"""


@pytest.fixture
def with_due_events(request: pytest.FixtureRequest, database_url: str) -> str:
    """A database with a function for what is due, which SQLite does not need."""
    if database_url.startswith("postgresql"):
        name = database_url.partition("@/")[2].partition("?")[0]
        with psycopg.connect(request.getfixturevalue("postgres").url(name, OWNER)) as connection:
            connection.execute(MADE)
    return database_url


async def test_what_is_due_is_told_across_all_clients_as_ids_alone(with_due_events: str) -> None:
    async with Database.open(with_due_events) as database:
        for whose in (OURS, SISTERS, THEIRS):
            async with database.writing(whose) as unit:
                unit.session.add(
                    Event(id=whose.client, kind="k", subject_kind="s", subject_id="x", body={}, at=BEGINNING)
                )
        async with database.reading(Installation()) as unit:
            due = await unit.due(DUE_CLIENTS, moment=BEGINNING)
            assert await unit.due(DUE_CLIENTS, moment=BEGINNING - timedelta(seconds=1)) == []
            assert list(await unit.session.scalars(select(Event))) == []
    assert due == [Due(one.organization, one.client, one.client) for one in (OURS, SISTERS, THEIRS)]
