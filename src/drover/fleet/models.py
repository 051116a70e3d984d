"""The tables of the fleet. Racks and agents belong to the organization, phones and their leases to a client."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from drover.platform.db.tables import Base, Id, OfClient, OrganizationTable, TenantTable, Through, Within


class RackRow(OrganizationTable, Base):
    """A rack."""

    __tablename__ = "racks"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id"], ["organizations.id"]),
        UniqueConstraint("organization_id", "name"),
        UniqueConstraint("id"),
    )

    name: Mapped[str]


class AgentRow(OrganizationTable, Base):
    """An agent: of its credential, only the hash."""

    __tablename__ = "agents"
    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        UniqueConstraint("id"),
        ForeignKeyConstraint(["organization_id", "rack_id"], ["racks.organization_id", "racks.id"]),
        ForeignKeyConstraint(["organization_id", "reserved_client_id"], ["clients.organization_id", "clients.id"]),
    )

    name: Mapped[str]
    rack_id: Mapped[Id]
    credential_hash: Mapped[str]
    public_key: Mapped[str]
    reserved_client_id: Mapped[Id | None]
    boot_id: Mapped[str]
    seen_at: Mapped[datetime | None]
    acting: Mapped[int]
    revoked_at: Mapped[datetime | None]


class PhoneRow(TenantTable, Base):
    """A phone as its agent last reported it, and what was decided of it. `lease_token` only ever rises."""

    __tablename__ = "phones"
    placing = (Within("rack_id", "racks"),)
    __table_args__ = (
        ForeignKeyConstraint(["client_id"], ["clients.id"]),
        UniqueConstraint("client_id", "serial"),
        UniqueConstraint("client_id", "name"),
    )

    serial: Mapped[str]
    name: Mapped[str]
    rack_id: Mapped[Id] = mapped_column(ForeignKey("racks.id"))
    agent_id: Mapped[Id | None] = mapped_column(ForeignKey("agents.id"), index=True)
    model: Mapped[str]
    state: Mapped[str]
    state_since: Mapped[datetime]
    reason: Mapped[str]
    hold: Mapped[str | None]
    hold_reason: Mapped[str]
    tags: Mapped[list[str]]
    active: Mapped[bool]
    lease_token: Mapped[int] = mapped_column(BigInteger)


class LeaseRow(OfClient, Base):
    """The last lease of a phone, unless it was ended."""

    __tablename__ = "leases"
    placing = (Through("phone_id", "phones"),)
    __table_args__ = (ForeignKeyConstraint(["client_id", "phone_id"], ["phones.client_id", "phones.id"]),)

    phone_id: Mapped[Id] = mapped_column(primary_key=True)
    token: Mapped[int] = mapped_column(BigInteger)
    holder_kind: Mapped[str]
    holder_id: Mapped[str]
    purpose: Mapped[str]
    taken_by: Mapped[str]
    priority: Mapped[int]
    taken_at: Mapped[datetime]
    renewed_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
