"""The tables of schedules, all of a client."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from drover.platform.db.tables import Base, Id, OfClient, TenantTable

_COMING = text("status IN ('pending', 'active')")
_ASKED = text("asked_at IS NOT NULL")


class ScheduleRow(TenantTable, Base):
    """A schedule: what is wanted of it, and how far it has come. `revision` rises with each change of the former."""

    __tablename__ = "schedules"
    __table_args__ = (
        ForeignKeyConstraint(["client_id"], ["clients.id"]),
        ForeignKeyConstraint(["client_id", "workflow_id"], ["definitions.client_id", "definitions.id"]),
        UniqueConstraint("client_id", "name"),
        Index("ix_schedules_next_at", "next_at", sqlite_where=_COMING, postgresql_where=_COMING),
        Index("ix_schedules_asked_at", "asked_at", sqlite_where=_ASKED, postgresql_where=_ASKED),
        Index("ix_schedules_workflow_id", "client_id", "workflow_id"),
    )

    organization_id: Mapped[Id]
    name: Mapped[str]
    workflow_id: Mapped[Id]
    workflow_version: Mapped[int | None]
    kind: Mapped[str]
    timing: Mapped[dict[str, Any]]
    target: Mapped[str]
    choosing: Mapped[dict[str, Any]]
    parameters: Mapped[dict[str, Any]]
    priority: Mapped[int | None]
    stagger_s: Mapped[int]
    late_s: Mapped[int | None]
    status: Mapped[str]
    seed: Mapped[int] = mapped_column(BigInteger)
    rotation_position: Mapped[dict[str, Any]]
    next_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    taken_id: Mapped[str]
    occurrence_no: Mapped[int]
    asked_at: Mapped[datetime | None]
    asked_id: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    revision: Mapped[int]


class ScheduleDependencyRow(OfClient, Base):
    """A schedule waits for another one."""

    __tablename__ = "schedule_dependencies"
    __table_args__ = (
        ForeignKeyConstraint(["client_id", "schedule_id"], ["schedules.client_id", "schedules.id"]),
        ForeignKeyConstraint(["client_id", "on_schedule_id"], ["schedules.client_id", "schedules.id"]),
        Index("ix_schedule_dependencies_on", "client_id", "on_schedule_id"),
    )

    schedule_id: Mapped[Id] = mapped_column(primary_key=True)
    on_schedule_id: Mapped[Id] = mapped_column(primary_key=True)
