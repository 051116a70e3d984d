"""Racks and agents of organizations; phones of clients, and who has them."""

import sqlalchemy as sa
from alembic import op

from drover.platform.db.migrating import due_function, organization_table, tenant_table
from drover.platform.db.types import JsonDict, UtcDateTime, id_type

revision = "0002_fleet"
down_revision = "0001_tenancy"


def upgrade() -> None:
    """Make the tables, and what tells of overdue leases and an agent's phones across clients."""
    _racks_and_agents()
    _phones()
    tenant_table(
        op,
        "leases",
        sa.Column("phone_id", id_type(), nullable=False),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("holder_kind", sa.Text, nullable=False),
        sa.Column("holder_id", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("taken_by", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("taken_at", UtcDateTime, nullable=False),
        sa.Column("renewed_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["client_id", "phone_id"], ["phones.client_id", "phones.id"]),
        key=("phone_id",),
    )
    op.create_index(None, "leases", ["expires_at"])
    due_function(
        op,
        "overdue_leases",
        "moment timestamptz, most integer",
        "SELECT clients.organization_id, leases.client_id, leases.phone_id FROM leases"
        " JOIN clients ON clients.id = leases.client_id WHERE leases.expires_at <= moment"
        " ORDER BY leases.expires_at LIMIT most",
    )
    due_function(
        op,
        "phones_of_agent",
        "agent varchar",
        "SELECT clients.organization_id, phones.client_id, phones.id FROM phones"
        " JOIN clients ON clients.id = phones.client_id WHERE phones.agent_id = agent ORDER BY phones.id",
    )


def _racks_and_agents() -> None:
    organization_table(
        op,
        "racks",
        sa.Column("name", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"]),
        sa.UniqueConstraint("organization_id", "name"),
        sa.UniqueConstraint("id"),
    )
    organization_table(
        op,
        "agents",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("rack_id", id_type(), nullable=False),
        sa.Column("credential_hash", sa.Text, nullable=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("reserved_client_id", id_type()),
        sa.Column("boot_id", sa.Text, nullable=False),
        sa.Column("seen_at", UtcDateTime),
        sa.Column("acting", sa.Integer, nullable=False),
        sa.Column("revoked_at", UtcDateTime),
        sa.UniqueConstraint("organization_id", "name"),
        sa.UniqueConstraint("id"),
        sa.ForeignKeyConstraint(["organization_id", "rack_id"], ["racks.organization_id", "racks.id"]),
        sa.ForeignKeyConstraint(["organization_id", "reserved_client_id"], ["clients.organization_id", "clients.id"]),
    )


def _phones() -> None:
    tenant_table(
        op,
        "phones",
        sa.Column("serial", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("rack_id", id_type(), nullable=False),
        sa.Column("agent_id", id_type()),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("state_since", UtcDateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("hold", sa.Text),
        sa.Column("hold_reason", sa.Text, nullable=False),
        sa.Column("tags", JsonDict, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("lease_token", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"]),
        sa.ForeignKeyConstraint(["rack_id"], ["racks.id"]),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"]),
        sa.UniqueConstraint("client_id", "serial"),
        sa.UniqueConstraint("client_id", "name"),
    )
    op.create_index(None, "phones", ["agent_id"])
