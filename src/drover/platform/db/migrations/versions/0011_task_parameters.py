"""With what tasks were played: each says on what, which key, how often, besides its text."""

import sqlalchemy as sa
from alembic import op

from drover.platform.db.types import JsonDict

revision = "0011_task_parameters"
down_revision = "0010_subjects"


def upgrade() -> None:
    """Add the column; tasks of before have none."""
    op.add_column("task_runs", sa.Column("parameters", JsonDict(), nullable=False, server_default=sa.text("'{}'")))
