"""What is looked up across clients: leases that are over, and the phones of an agent. Ids alone."""

from sqlalchemy import bindparam, column, select, table

from drover.fleet.models import LeaseRow, PhoneRow
from drover.platform.db.database import DueQuery

_clients = table("clients", column("id"), column("organization_id"))

OVERDUE_LEASES = DueQuery(
    "overdue_leases",
    ("moment", "most"),
    select(_clients.c.organization_id, LeaseRow.client_id, LeaseRow.phone_id.label("id"))
    .join_from(LeaseRow, _clients, _clients.c.id == LeaseRow.client_id)
    .where(LeaseRow.expires_at <= bindparam("moment"))
    .order_by(LeaseRow.expires_at)
    .limit(bindparam("most")),
)
"""Phones whose lease was over at `moment` and is still there, the longest over first, at most so many."""

PHONES_OF_AGENT = DueQuery(
    "phones_of_agent",
    ("agent",),
    select(_clients.c.organization_id, PhoneRow.client_id, PhoneRow.id)
    .join_from(PhoneRow, _clients, _clients.c.id == PhoneRow.client_id)
    .where(PhoneRow.agent_id == bindparam("agent"))
    .order_by(PhoneRow.id),
)
"""The phones of an agent, of whatever client."""
