"""Runs are listed by what people ask for of them, each list in the order of its pages."""

from alembic import op

revision = "0007_lists"
down_revision = "0006_run_values"

_BY = {"status": "status", "workflow": "workflow_id", "of_phone": "phone_id", "schedule": "schedule_id"}


def upgrade() -> None:
    """Add an index for each filter."""
    for name, column in _BY.items():
        op.create_index(f"ix_workflow_runs_{name}", "workflow_runs", ["client_id", column, "created_at", "id"])
