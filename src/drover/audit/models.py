"""Tables of the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from drover.platform.db.tables import Base, Id, OfEither, OfOrganization

_UNSEALED = text("sealed_at IS NULL")


class AuditRow(OfEither, Base):
    """One act. Only what the sealer adds is ever set later: when, at which position, and the hash of the chain."""

    __tablename__ = "audit_rows"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id"], ["organizations.id"]),
        ForeignKeyConstraint(["organization_id", "client_id"], ["clients.organization_id", "clients.id"]),
        UniqueConstraint("organization_id", "client_id", "position"),
        Index("ix_audit_rows_organization_id_client_id_at", "organization_id", "client_id", "at"),
        Index(
            "ix_audit_rows_unsealed",
            "organization_id",
            "client_id",
            "at",
            "id",
            postgresql_where=_UNSEALED,
            sqlite_where=_UNSEALED,
        ),
    )
    id: Mapped[Id] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    actor_kind: Mapped[str]
    address: Mapped[str]
    act: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    reason: Mapped[str]
    phone_id: Mapped[Id | None]
    frame: Mapped[str | None]
    sealed_at: Mapped[datetime | None]
    position: Mapped[int | None] = mapped_column(BigInteger)
    hash: Mapped[str | None]


class AuditChainRow(OfOrganization, Base):
    """The end of a chain, by which a removed end is found; `chain` is a client's id, or empty for what is in none."""

    __tablename__ = "audit_chains"
    __table_args__ = (ForeignKeyConstraint(["organization_id"], ["organizations.id"]),)
    chain: Mapped[Id] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]
    sealed_at: Mapped[datetime]
