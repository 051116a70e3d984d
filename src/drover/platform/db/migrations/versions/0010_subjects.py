"""What happened to one phone, lease or run is found without reading what happened to all."""

from alembic import op

revision = "0010_subjects"
down_revision = "0009_outbox"


def upgrade() -> None:
    """Index a client's events by what they are about."""
    op.create_index(
        "ix_outbox_events_client_id_subject_kind_subject_id_at",
        "outbox_events",
        ["client_id", "subject_kind", "subject_id", "at"],
    )
