"""The outbox: what happened to a client, written in the same unit of work. `delivering` tells those who listen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, select, text
from sqlalchemy.orm import Mapped

from drover.kernel.ids import NewId
from drover.platform.db.database import Unit
from drover.platform.db.tables import Base, TenantTable

_UNDELIVERED = text("delivered_at IS NULL")


class OutboxEventRow(TenantTable, Base):
    """Something that happened to a client."""

    __tablename__ = "outbox_events"
    __table_args__ = (
        Index("ix_outbox_events_undelivered", "at", postgresql_where=_UNDELIVERED, sqlite_where=_UNDELIVERED),
        Index(None, "client_id", "at", "id"),  # the order of delivery
        Index(None, "client_id", "subject_kind", "subject_id", "at"),  # the history of a subject
    )

    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    body: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a client, as it was told."""

    kind: str
    body: Mapping[str, Any]
    at: datetime


async def events_about(unit: Unit, subject: tuple[str, str], *, most: int) -> Sequence[Event]:
    """Return what happened to a subject (its kind and id), the latest first, as far as it is kept."""
    kind, subject_id = subject
    row = OutboxEventRow
    query = select(row).where(row.subject_kind == kind, row.subject_id == subject_id)
    rows = await unit.session.scalars(query.order_by(row.at.desc(), row.id.desc()).limit(most))
    return [Event(found.kind, found.body, found.at) for found in rows]


@dataclass(frozen=True, slots=True)
class Outbox:
    """Writes events; they exist if, and only if, the unit of work they were told in is committed."""

    new_id: NewId

    async def tell(self, unit: Unit, kind: str, subject: tuple[str, str], body: Mapping[str, object]) -> None:
        """Write that something happened: which kind, to what (its kind and id), and what there is to know of it.

        `body` is JSON without secrets.
        """
        subject_kind, subject_id = subject
        unit.session.add(
            OutboxEventRow(
                id=self.new_id(),
                kind=kind,
                subject_kind=subject_kind,
                subject_id=subject_id,
                body=dict(body),
                at=await unit.now(),
            )
        )
