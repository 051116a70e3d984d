"""Models and migrated tables say the same, and every table says whose its rows are."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, ForeignKeyConstraint, Table

import drover
from drover.platform.db.address import parse_address
from drover.platform.db.engines import make_engine
from drover.platform.db.schema import revisions
from drover.platform.db.tables import Base, RowsOf, rows_of
from tests.databases import OWNER, RUNTIME, Postgres


def models() -> Iterator[str]:
    """Every module of tables there is: the models of all capabilities, found, so that a new one is never forgotten."""
    for package in pkgutil.walk_packages(drover.__path__, "drover."):
        if ".models" in package.name or package.name == "drover.platform.db.outbox":
            yield package.name


for module in models():
    importlib.import_module(module)

TABLES = sorted(Base.metadata.tables.values(), key=lambda table: table.name)
PROTECTED = [table for table in TABLES if rows_of(table) is not RowsOf.INSTALLATION]


def same(difference: Any) -> bool:
    """The migration alone holds that a client there is: models would have to know the table of clients."""
    if difference[0] != "remove_fk":
        return False
    constraint: ForeignKeyConstraint = difference[1]
    return constraint.column_keys == ["client_id"] and constraint.referred_table.name == "clients"


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return [found for found in compare_metadata(context, Base.metadata) if not same(found)]


async def test_models_and_migrated_tables_say_the_same(database_url: str) -> None:
    engine = make_engine(parse_address(database_url), pool=None)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_the_models_of_all_capabilities_were_found() -> None:
    names = {table.name for table in TABLES}
    assert names >= {"organizations", "audit_rows", "outbox_events", "phones", "accounts", "schedules", "task_runs"}


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_every_table_says_whose_its_rows_are(table: Table) -> None:
    """A table with a column for the client or the organization must be kept to it."""
    rows = rows_of(table)
    assert rows is not None
    owners = {"client_id", "organization_id"} & set(table.columns.keys())
    assert "client_id" not in owners or rows in (RowsOf.CLIENT, RowsOf.EITHER) or table.name == "client_access"
    assert not owners or rows is not RowsOf.INSTALLATION


@pytest.mark.parametrize("table", [table for table in TABLES if rows_of(table) is RowsOf.CLIENT], ids=str)
def test_a_client_s_row_is_known_by_client_and_id_and_points_at_none_of_another(table: Table) -> None:
    assert next(iter(table.primary_key.columns)).name == "client_id"
    for constraint in table.foreign_key_constraints:
        if rows_of(constraint.referred_table) is RowsOf.CLIENT:
            assert constraint.column_keys[0] == "client_id"
            assert constraint.elements[0].column.name == "client_id"


def test_revisions_are_one_line_without_a_way_back() -> None:
    assert list(revisions()) == sorted(revisions(), reverse=True)
    assert revisions()[-1] == "0001_tenancy"


@pytest.fixture(scope="module")
def policies(postgres: Postgres, postgres_template: str) -> dict[str, tuple[bool, bool, list[str], str]]:
    """What PostgreSQL says of each table: protected, from its owner too, the names of its policies, its owner."""
    with psycopg.connect(postgres.url(postgres_template, OWNER)) as connection:
        rows = connection.execute(
            "SELECT relname, relrowsecurity, relforcerowsecurity, array(SELECT polname::text FROM pg_policy"
            " WHERE polrelid = pg_class.oid ORDER BY 1), relowner::regrole::text"
            " FROM pg_class WHERE relkind IN ('r', 'p', 'v') AND relnamespace = 'public'::regnamespace"
        ).fetchall()
    return {name: rest for name, *rest in rows}  # type: ignore[misc]  # five columns


def test_every_table_of_the_server_is_a_model_s(policies: dict[str, Any]) -> None:
    assert set(policies) == {table.name for table in TABLES} | {"alembic_version"}


@pytest.mark.parametrize("table", PROTECTED, ids=str)
def test_a_table_that_is_somebody_s_has_its_policy(policies: dict[str, Any], table: Table) -> None:
    secured, forced, names, owner = policies[table.name]
    assert (secured, forced, owner) == (True, True, OWNER)
    assert names == ["due", "owner"]


def test_functions_that_look_over_the_fence_are_for_the_runtime_alone(
    postgres: Postgres, postgres_template: str
) -> None:
    with psycopg.connect(postgres.url(postgres_template, OWNER)) as connection:
        found = connection.execute(
            "SELECT proname, pg_get_function_result(oid), has_function_privilege(%s, oid, 'EXECUTE'),"
            " EXISTS (SELECT 1 FROM aclexplode(proacl) WHERE grantee = 0), array_to_string(proconfig, '')"
            " FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace",
            [RUNTIME],
        ).fetchall()
    assert found != []
    for name, result, runtime, public, settings in found:
        ids_only = "TABLE(organization_id character varying, client_id character varying, id character varying)"
        assert (result, runtime, public) == (ids_only, True, False), name
        assert settings.startswith("search_path=public, pg_temp"), name
