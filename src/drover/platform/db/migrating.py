"""What revisions are written with: tables that belong to somebody, and the policies that keep them theirs.

A revision calls these and `op`, never models: it must do the same for ever.
"""

from typing import Protocol

import sqlalchemy as sa

from drover.platform.db.tables import RowsOf
from drover.platform.db.types import id_type


class Operations(Protocol):
    """What is used of Alembic's `op`."""

    def create_table(self, table_name: str, /, *columns: sa.schema.SchemaItem) -> sa.Table:
        """Make a table."""
        ...

    def execute(self, sqltext: str, /) -> None:
        """Run a statement."""
        ...

    def get_bind(self) -> sa.Connection:
        """Return the connection."""
        ...


_OWN_ORGANIZATION = "{column} = current_setting('app.organization_id', true)"
_ANY_ORGANIZATION = "current_setting('app.organization_id', true) = '*'"
_OWN_CLIENT = "client_id = ANY (string_to_array(nullif(current_setting('app.client_id', true), ''), ','))"
_NO_CLIENT = "nullif(current_setting('app.client_id', true), '') IS NULL"


def _organization(column: str) -> str:
    return f"({_OWN_ORGANIZATION.format(column=column)} OR {_ANY_ORGANIZATION})"


_POLICIES = {
    RowsOf.CLIENT: _OWN_CLIENT,
    RowsOf.ORGANIZATION: _organization("organization_id"),
    RowsOf.EITHER: f"{_organization('organization_id')} AND ({_OWN_CLIENT} OR {_NO_CLIENT})",
    RowsOf.ORGANIZATION_ITSELF: _organization("id"),
}
"""Who sees and writes a row. Several clients are named for reading alone: the transaction is then read-only."""

POLICY = "owner"
_DUE_POLICY = "due"


def tenant_table(op: Operations, name: str, *parts: sa.schema.SchemaItem, key: tuple[str, ...] = ("id",)) -> None:
    """Make a table of rows of clients: client_id (of a client there is), an id unless `key` says otherwise, `parts`.

    The primary key is (client_id, *key); the policy comes with it. Foreign keys to other such tables must be made of
    (client_id, x_id): with x_id alone they would reach into another client.
    """
    columns: list[sa.schema.SchemaItem] = [sa.Column("client_id", id_type(), nullable=False)]
    if key == ("id",):
        columns.append(sa.Column("id", id_type(), nullable=False))
    if not any(isinstance(part, sa.ForeignKeyConstraint) and part.column_keys == ["client_id"] for part in parts):
        columns.append(sa.ForeignKeyConstraint(["client_id"], ["clients.id"]))
    op.create_table(name, *columns, *parts, sa.PrimaryKeyConstraint("client_id", *key))
    protect(op, name, RowsOf.CLIENT)


def organization_table(op: Operations, name: str, *parts: sa.schema.SchemaItem, key: tuple[str, ...] = ("id",)) -> None:
    """Make a table of rows of organizations, as `tenant_table` does of clients, by organization_id."""
    columns: list[sa.schema.SchemaItem] = [sa.Column("organization_id", id_type(), nullable=False)]
    if key == ("id",):
        columns.append(sa.Column("id", id_type(), nullable=False))
    op.create_table(name, *columns, *parts, sa.PrimaryKeyConstraint("organization_id", *key))
    protect(op, name, RowsOf.ORGANIZATION)


def plain_table(op: Operations, name: str, *parts: sa.schema.SchemaItem, rows: RowsOf) -> None:
    """Make a table with all that is in `parts`, and the policy for whose its rows are."""
    op.create_table(name, *parts)
    protect(op, name, rows)


def protect(op: Operations, name: str, rows: RowsOf) -> None:
    """Let PostgreSQL keep the rows of a table to their owner, even from the table's own owner."""
    if op.get_bind().dialect.name != "postgresql" or rows is RowsOf.INSTALLATION:
        return
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {POLICY} ON {name} USING ({_POLICIES[rows]}) WITH CHECK ({_POLICIES[rows]})")
    # The owner himself sees nothing of others either, but for the functions that run as him for another role.
    op.execute(f"CREATE POLICY {_DUE_POLICY} ON {name} FOR SELECT TO CURRENT_USER USING (current_user <> session_user)")


def due_function(op: Operations, name: str, arguments: str, query: str) -> None:
    """Make the function behind a `DueQuery`: `query` selects organization_id, client_id and id over all clients.

    `arguments` are such as `moment timestamptz, most integer`; one that has a column's name would mean the column. The
    function runs as the tables' owner, and so sees all rows. On SQLite there is nothing to make.
    """
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(
        f"CREATE OR REPLACE FUNCTION {name}({arguments})"
        " RETURNS TABLE (organization_id varchar, client_id varchar, id varchar)"
        " LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp"
        f" AS $due$ {query} $due$"
    )
    op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
