"""Events are delivered and forgotten: each client's in their order, and which clients have any."""

from alembic import op

from drover.platform.db.migrating import due_function

revision = "0009_outbox"
down_revision = "0008_play_records"

_BY_CLIENT = """
    SELECT c.organization_id, e.client_id, min(e.id) FROM outbox_events e JOIN clients c ON c.id = e.client_id
    {where} GROUP BY c.organization_id, e.client_id
"""


def upgrade() -> None:
    """Add the order of a client's events, and the two looks across clients."""
    op.create_index("ix_outbox_events_client_id_at_id", "outbox_events", ["client_id", "at", "id"])
    due_function(op, "events_waiting", "", _BY_CLIENT.format(where="WHERE e.delivered_at IS NULL"))
    due_function(op, "events_kept", "", _BY_CLIENT.format(where=""))
