"""What steps read, the content that was ordered for them, the task of a recovery; and pauses that end by themselves."""

import sqlalchemy as sa
from alembic import op

from drover.platform.db.migrating import due_function
from drover.platform.db.types import JsonDict

revision = "0006_run_values"
down_revision = "0005_runs"

_UNSETTLED = """
    SELECT r.organization_id, r.client_id, r.id FROM workflow_runs r
    WHERE r.status IN ('running', 'paused')
    AND (r.status = 'running' OR r.cause IN ('phone_gone', 'agent_gone', 'phone_occupied', 'phone_held'))
    AND r.moved_at <= moment
    ORDER BY r.moved_at LIMIT most
"""


def upgrade() -> None:
    """Add the columns, and have the look at runs that stand still see those that wait for their phone too."""
    op.add_column("sequence_runs", sa.Column("variables", JsonDict(), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("sequence_runs", sa.Column("materials", JsonDict(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("recovery_attempts", sa.Column("step", sa.Integer(), nullable=False, server_default=sa.text("0")))
    due_function(op, "runs_unsettled", "moment timestamptz, most integer", _UNSETTLED)
