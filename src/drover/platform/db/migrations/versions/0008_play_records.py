"""The whole record of a sequence run's last attempt, by the digest of its document."""

import sqlalchemy as sa
from alembic import op

revision = "0008_play_records"
down_revision = "0007_lists"


def upgrade() -> None:
    """Add the column."""
    op.add_column("sequence_runs", sa.Column("record", sa.Text()))
