"""Organizations, clients, users and their ways in; the audit log; the outbox of events."""

import sqlalchemy as sa
from alembic import op

from drover.platform.db.migrating import organization_table, plain_table, tenant_table
from drover.platform.db.tables import RowsOf
from drover.platform.db.types import JsonDict, UtcDateTime, id_type

revision = "0001_tenancy"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _organizations()
    _users()
    _ways_in()
    _audit()
    _outbox()


def _halt() -> list[sa.Column[object]]:
    return [
        sa.Column("halted_at", UtcDateTime()),
        sa.Column("halted_by", sa.Text()),
        sa.Column("halt_reason", sa.Text()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    ]


def _of_organization() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"])


def _of_user() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["organization_id", "user_id"], ["users.organization_id", "users.id"])


def _organizations() -> None:
    plain_table(
        op,
        "organizations",
        sa.Column("id", id_type(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        *_halt(),
        sa.UniqueConstraint("name"),
        rows=RowsOf.ORGANIZATION_ITSELF,
    )
    organization_table(
        op,
        "clients",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        *_halt(),
        _of_organization(),
        sa.UniqueConstraint("organization_id", "name"),
        sa.UniqueConstraint("id"),
    )


def _users() -> None:
    organization_table(
        op,
        "users",
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("password_changed_at", UtcDateTime(), nullable=False),
        _of_organization(),
        sa.UniqueConstraint("username"),
    )
    organization_table(
        op,
        "client_access",
        sa.Column("user_id", id_type(), nullable=False),
        sa.Column("client_id", id_type(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("racks", JsonDict()),
        sa.Column("apps", JsonDict()),
        _of_user(),
        sa.ForeignKeyConstraint(["organization_id", "client_id"], ["clients.organization_id", "clients.id"]),
        key=("user_id", "client_id"),
    )


def _ways_in() -> None:
    organization_table(
        op,
        "tokens",
        sa.Column("user_id", id_type(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("scopes", JsonDict(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime()),
        sa.Column("expires_at", UtcDateTime()),
        sa.Column("revoked_at", UtcDateTime()),
        _of_user(),
        sa.UniqueConstraint("secret_hash"),
    )
    organization_table(
        op,
        "sessions",
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("user_id", id_type(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        _of_user(),
        sa.UniqueConstraint("secret_hash"),
        key=("secret_hash",),
    )
    plain_table(
        op,
        "login_failures",
        sa.Column("id", id_type(), primary_key=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        rows=RowsOf.INSTALLATION,
    )
    op.create_index("ix_login_failures_key_at", "login_failures", ["key", "at"])
    organization_table(
        op,
        "idempotency_keys",
        sa.Column("user_id", id_type(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("body", JsonDict()),
        sa.Column("at", UtcDateTime(), nullable=False),
        _of_user(),
        key=("user_id", "key"),
    )
    op.create_index("ix_idempotency_keys_at", "idempotency_keys", ["at"])


def _audit() -> None:
    plain_table(
        op,
        "audit_rows",
        sa.Column("organization_id", id_type(), nullable=False),
        sa.Column("client_id", id_type()),
        sa.Column("id", id_type(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("before", JsonDict()),
        sa.Column("after", JsonDict()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("phone_id", id_type()),
        sa.Column("frame", sa.Text()),
        sa.Column("sealed_at", UtcDateTime()),
        sa.Column("position", sa.BigInteger()),
        sa.Column("hash", sa.Text()),
        sa.PrimaryKeyConstraint("organization_id", "id"),
        _of_organization(),
        sa.ForeignKeyConstraint(["organization_id", "client_id"], ["clients.organization_id", "clients.id"]),
        sa.UniqueConstraint("organization_id", "client_id", "position"),
        rows=RowsOf.EITHER,
    )
    op.create_index("ix_audit_rows_organization_id_client_id_at", "audit_rows", ["organization_id", "client_id", "at"])
    unsealed = sa.text("sealed_at IS NULL")
    op.create_index(
        "ix_audit_rows_unsealed",
        "audit_rows",
        ["organization_id", "client_id", "at", "id"],
        postgresql_where=unsealed,
        sqlite_where=unsealed,
    )
    organization_table(
        op,
        "audit_chains",
        sa.Column("chain", id_type(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("sealed_at", UtcDateTime(), nullable=False),
        _of_organization(),
        key=("chain",),
    )
    _keep_audit_rows()


def _keep_audit_rows() -> None:
    """Have the database itself refuse to remove audit rows, and to change them but by sealing them once."""
    if op.get_bind().dialect.name == "postgresql":
        # What is not sealed yet, the runtime role may change in the sealer's columns alone: see granting.py.
        op.execute(
            "CREATE FUNCTION audit_rows_stay() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'audit rows stay as they are' USING ERRCODE = 'restrict_violation'; END $$"
        )
        stay = "FOR EACH ROW {when} EXECUTE FUNCTION audit_rows_stay()"
    else:
        stay = "{when} BEGIN SELECT RAISE(ABORT, 'audit rows stay as they are'); END"
        op.execute(
            "CREATE TRIGGER audit_rows_as_written BEFORE UPDATE OF organization_id, client_id, id, at, actor,"
            " actor_kind, address, act, subject_kind, subject_id, before, after, reason, phone_id, frame ON audit_rows "
            + stay.format(when="")
        )
    op.execute("CREATE TRIGGER audit_rows_not_removed BEFORE DELETE ON audit_rows " + stay.format(when=""))
    sealed = stay.format(when="WHEN (OLD.position IS NOT NULL)")
    op.execute("CREATE TRIGGER audit_rows_sealed_once BEFORE UPDATE ON audit_rows " + sealed)


def _outbox() -> None:
    tenant_table(
        op,
        "outbox_events",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("body", JsonDict(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("delivered_at", UtcDateTime()),
    )
    undelivered = sa.text("delivered_at IS NULL")
    op.create_index(
        "ix_outbox_events_undelivered",
        "outbox_events",
        ["at"],
        postgresql_where=undelivered,
        sqlite_where=undelivered,
    )
