"""Runs: workflow runs, what they wait for, their sequence runs, task runs and recovery attempts."""

import sqlalchemy as sa
from alembic import op

from drover.platform.db.migrating import due_function, tenant_table
from drover.platform.db.types import JsonDict, UtcDateTime, id_type

revision = "0005_runs"
down_revision = "0004_definitions"

_RUNNING = sa.text("status = 'running'")
_UNFINISHED = sa.text("status IN ('pending', 'running', 'paused')")
_OF_RUN = (["client_id", "run_id"], ["workflow_runs.client_id", "workflow_runs.id"])
_OF_SEQUENCE_RUN = (["client_id", "sequence_run_id"], ["sequence_runs.client_id", "sequence_runs.id"])

_STARTABLE = """
    SELECT DISTINCT r.organization_id, r.client_id, r.client_id AS id FROM workflow_runs r
    WHERE r.status = 'pending' AND r.due_at <= moment
    LIMIT most
"""
_UNSETTLED = """
    SELECT r.organization_id, r.client_id, r.id FROM workflow_runs r
    WHERE r.status IN ('running', 'paused') AND (r.status = 'running' OR r.cause IN ('phone_gone', 'agent_gone'))
    AND r.moved_at <= moment
    ORDER BY r.moved_at LIMIT most
"""
_OWNER = "SELECT r.organization_id, r.client_id, r.id FROM workflow_runs r WHERE r.id = wanted"

_STEP_OWNER = """
    SELECT r.organization_id, r.client_id, r.id FROM workflow_runs r
    JOIN sequence_runs s ON s.client_id = r.client_id AND s.run_id = r.id WHERE s.id = wanted
"""


def upgrade() -> None:
    """Make the tables, and the looks across clients that a worker takes."""
    _workflow_runs()
    _sequence_runs()
    _task_runs()
    _recovery_attempts()
    due_function(op, "runs_startable", "moment timestamptz, most integer", _STARTABLE)
    due_function(op, "runs_unsettled", "moment timestamptz, most integer", _UNSETTLED)
    due_function(op, "run_owner", "wanted varchar", _OWNER)
    due_function(op, "step_owner", "wanted varchar", _STEP_OWNER)


def _workflow_runs() -> None:
    tenant_table(
        op,
        "workflow_runs",
        sa.Column("organization_id", id_type(), nullable=False),
        sa.Column("schedule_id", id_type()),
        sa.Column("occurrence", sa.Text()),
        sa.Column("workflow_id", id_type(), nullable=False),
        sa.Column("workflow_version", sa.Integer(), nullable=False),
        sa.Column("versions", JsonDict(), nullable=False),
        sa.Column("phone_id", id_type(), nullable=False),
        sa.Column("account_id", id_type()),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("parameters", JsonDict(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("result", sa.Text()),
        sa.Column("cause", sa.Text()),
        sa.Column("asked", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("executor_id", sa.Text()),
        sa.Column("lease_token", sa.BigInteger()),
        sa.UniqueConstraint("client_id", "schedule_id", "occurrence", "phone_id"),
        sa.ForeignKeyConstraint(["client_id", "phone_id"], ["phones.client_id", "phones.id"]),
        sa.ForeignKeyConstraint(["client_id", "account_id"], ["accounts.client_id", "accounts.id"]),
    )
    op.create_index(
        "uq_workflow_runs_running_phone",
        "workflow_runs",
        ["client_id", "phone_id"],
        unique=True,
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
    op.create_index(
        "ix_workflow_runs_unfinished",
        "workflow_runs",
        ["client_id", "status", "due_at"],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    op.create_index("ix_workflow_runs_id", "workflow_runs", ["id"])
    op.create_index("ix_workflow_runs_listed", "workflow_runs", ["client_id", "created_at", "id"])
    op.create_index("ix_workflow_runs_phone", "workflow_runs", ["client_id", "phone_id", "ended_at"])
    tenant_table(
        op,
        "run_dependencies",
        sa.Column("run_id", id_type(), nullable=False),
        sa.Column("on_run_id", id_type(), nullable=False),
        sa.ForeignKeyConstraint(*_OF_RUN),
        sa.ForeignKeyConstraint(["client_id", "on_run_id"], ["workflow_runs.client_id", "workflow_runs.id"]),
        key=("run_id", "on_run_id"),
    )
    op.create_index("ix_run_dependencies_on", "run_dependencies", ["client_id", "on_run_id"])


def _sequence_runs() -> None:
    tenant_table(
        op,
        "sequence_runs",
        sa.Column("run_id", id_type(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.Column("sequence_id", id_type()),
        sa.Column("sequence_version", sa.Integer()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("result", sa.Text()),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("run_attempt", sa.Integer(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("from_step", sa.Integer()),
        sa.Column("ended_attempt", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("taken_attempt", sa.Integer(), nullable=False),
        sa.Column("taken_before", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
        sa.UniqueConstraint("client_id", "run_id", "position", "purpose"),
        sa.ForeignKeyConstraint(*_OF_RUN),
    )
    op.create_index("ix_sequence_runs_id", "sequence_runs", ["id"])


def _task_runs() -> None:
    tenant_table(
        op,
        "task_runs",
        sa.Column("sequence_run_id", id_type(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("round", JsonDict(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("actual", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("frame_before", sa.Text()),
        sa.Column("frame_after", sa.Text()),
        sa.Column("timing", JsonDict(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.UniqueConstraint("client_id", "sequence_run_id", "number"),
        sa.ForeignKeyConstraint(*_OF_SEQUENCE_RUN),
    )
    op.create_index("ix_task_runs_listed", "task_runs", ["client_id", "started_at", "id"])


def _recovery_attempts() -> None:
    tenant_table(
        op,
        "recovery_attempts",
        sa.Column("run_id", id_type(), nullable=False),
        sa.Column("sequence_run_id", id_type()),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("acts", JsonDict(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("events", JsonDict(), nullable=False),
        sa.Column("frame_before", sa.Text()),
        sa.Column("frame_after", sa.Text()),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.UniqueConstraint("client_id", "run_id", "number"),
        sa.ForeignKeyConstraint(*_OF_RUN),
        sa.ForeignKeyConstraint(*_OF_SEQUENCE_RUN),
    )
