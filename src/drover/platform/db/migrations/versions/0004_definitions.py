"""Definitions with their versions; schedules, and what they wait for."""

import sqlalchemy as sa
from alembic import op

from drover.platform.db.migrating import due_function, tenant_table
from drover.platform.db.types import JsonDict, UtcDateTime, id_type

revision = "0004_definitions"
down_revision = "0003_accounts"

_COMING = sa.text("status IN ('pending', 'active')")
_ASKED = sa.text("asked_at IS NOT NULL")
_DUE = """
    SELECT s.organization_id, s.client_id, s.id FROM schedules s
    WHERE (s.status IN ('pending', 'active') AND s.next_at <= moment) OR s.asked_at IS NOT NULL
    ORDER BY coalesce(s.asked_at, s.next_at), s.id LIMIT most
"""


def upgrade() -> None:
    """Make the tables, and the look across clients for what is due."""
    _definitions()
    _schedules()
    due_function(op, "schedules_due", "moment timestamptz, most integer", _DUE)


def _definitions() -> None:
    tenant_table(
        op,
        "definitions",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("client_id", "kind", "name"),
    )
    tenant_table(
        op,
        "definition_versions",
        sa.Column("definition_id", id_type(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", JsonDict(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["client_id", "definition_id"], ["definitions.client_id", "definitions.id"]),
        key=("definition_id", "version"),
    )


def _schedules() -> None:
    tenant_table(
        op,
        "schedules",
        sa.Column("organization_id", id_type(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("workflow_id", id_type(), nullable=False),
        sa.Column("workflow_version", sa.Integer()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("timing", JsonDict(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("choosing", JsonDict(), nullable=False),
        sa.Column("parameters", JsonDict(), nullable=False),
        sa.Column("priority", sa.Integer()),
        sa.Column("stagger_s", sa.Integer(), nullable=False),
        sa.Column("late_s", sa.Integer()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("rotation_position", JsonDict(), nullable=False),
        sa.Column("next_at", UtcDateTime()),
        sa.Column("taken_at", UtcDateTime()),
        sa.Column("taken_id", sa.Text(), nullable=False),
        sa.Column("occurrence_no", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime()),
        sa.Column("asked_id", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id", "workflow_id"], ["definitions.client_id", "definitions.id"]),
        sa.UniqueConstraint("client_id", "name"),
    )
    op.create_index("ix_schedules_next_at", "schedules", ["next_at"], sqlite_where=_COMING, postgresql_where=_COMING)
    op.create_index("ix_schedules_asked_at", "schedules", ["asked_at"], sqlite_where=_ASKED, postgresql_where=_ASKED)
    op.create_index("ix_schedules_workflow_id", "schedules", ["client_id", "workflow_id"])
    tenant_table(
        op,
        "schedule_dependencies",
        sa.Column("schedule_id", id_type(), nullable=False),
        sa.Column("on_schedule_id", id_type(), nullable=False),
        sa.ForeignKeyConstraint(["client_id", "schedule_id"], ["schedules.client_id", "schedules.id"]),
        sa.ForeignKeyConstraint(["client_id", "on_schedule_id"], ["schedules.client_id", "schedules.id"]),
        key=("schedule_id", "on_schedule_id"),
    )
    op.create_index("ix_schedule_dependencies_on", "schedule_dependencies", ["client_id", "on_schedule_id"])
