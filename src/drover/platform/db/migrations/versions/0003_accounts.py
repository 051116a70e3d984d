"""Apps, profiles and accounts of clients, and what is active and in front on their phones."""

import sqlalchemy as sa
from alembic import op

from drover.platform.db.migrating import tenant_table
from drover.platform.db.types import JsonDict, UtcDateTime, id_type

revision = "0003_accounts"
down_revision = "0002_fleet"

_LIVE = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    """Make the tables."""
    tenant_table(
        op,
        "apps",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("package", sa.Text, nullable=False),
        sa.Column("slots", sa.Integer, nullable=False),
        sa.Column("switch_sequence", sa.Text, nullable=False),
        sa.Column("policy", JsonDict, nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"]),
        sa.UniqueConstraint("client_id", "name"),
        sa.CheckConstraint("slots BETWEEN 0 AND 30", name="slots"),
    )
    tenant_table(
        op,
        "profiles",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("fields", JsonDict, nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"]),
        sa.UniqueConstraint("client_id", "name"),
    )
    _accounts()
    _seen()


def _accounts() -> None:
    tenant_table(
        op,
        "accounts",
        sa.Column("app_id", id_type(), nullable=False),
        sa.Column("phone_id", id_type(), nullable=False),
        sa.Column("slot", sa.Integer),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("lifecycle", sa.Text, nullable=False),
        sa.Column("origin", sa.Text),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("change_reason", sa.Text, nullable=False),
        sa.Column("warmup_started_at", UtcDateTime),
        sa.Column("profile_id", id_type()),
        sa.Column("authorized_by", sa.Text, nullable=False),
        sa.Column("authorized_at", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("deleted_at", UtcDateTime),
        sa.ForeignKeyConstraint(["client_id", "app_id"], ["apps.client_id", "apps.id"]),
        sa.ForeignKeyConstraint(["client_id", "phone_id"], ["phones.client_id", "phones.id"]),
        sa.ForeignKeyConstraint(["client_id", "profile_id"], ["profiles.client_id", "profiles.id"]),
        sa.CheckConstraint("slot BETWEEN 1 AND 30", name="slot"),
        sa.CheckConstraint("authorized_by <> ''", name="authorized_by"),
    )
    op.create_index(None, "accounts", ["client_id", "name", "id"])
    for name, column in (("uq_accounts_live_name", "name"), ("uq_accounts_live_slot", "slot")):
        op.create_index(
            name,
            "accounts",
            ["client_id", "phone_id", "app_id", column],
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        )


def _seen() -> None:
    phone = sa.ForeignKeyConstraint(["client_id", "phone_id"], ["phones.client_id", "phones.id"])
    app = sa.ForeignKeyConstraint(["client_id", "app_id"], ["apps.client_id", "apps.id"])
    account = sa.ForeignKeyConstraint(["client_id", "account_id"], ["accounts.client_id", "accounts.id"])
    tenant_table(
        op,
        "active_accounts",
        sa.Column("phone_id", id_type(), nullable=False),
        sa.Column("app_id", id_type(), nullable=False),
        sa.Column("account_id", id_type(), nullable=False),
        sa.Column("slot", sa.Integer),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["client_id", "phone_id"], ["phones.client_id", "phones.id"]),
        sa.ForeignKeyConstraint(["client_id", "app_id"], ["apps.client_id", "apps.id"]),
        account,
        key=("phone_id", "app_id"),
    )
    tenant_table(
        op,
        "fronts",
        sa.Column("phone_id", id_type(), nullable=False),
        sa.Column("app_id", id_type(), nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        phone,
        app,
        key=("phone_id",),
    )
