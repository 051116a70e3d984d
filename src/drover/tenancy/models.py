"""Tables of organizations, clients and users, and of their ways in."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from drover.platform.db.tables import (
    Base,
    Id,
    OfInstallation,
    OfOrganization,
    OrganizationItself,
    OrganizationTable,
)


def _of_organization() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["organization_id"], ["organizations.id"])


def _of_user() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["organization_id", "user_id"], ["users.organization_id", "users.id"])


class OrganizationRow(OrganizationItself, Base):
    """An agency or company."""

    __tablename__ = "organizations"
    __table_args__ = (UniqueConstraint("name"),)
    name: Mapped[str]
    status: Mapped[str]
    halted_at: Mapped[datetime | None]
    halted_by: Mapped[str | None]
    halt_reason: Mapped[str | None]
    created_at: Mapped[datetime]


class ClientRow(OrganizationTable, Base):
    """A tenant inside an organization. Its id is unique by itself."""

    __tablename__ = "clients"
    __table_args__ = (_of_organization(), UniqueConstraint("organization_id", "name"), UniqueConstraint("id"))
    name: Mapped[str]
    status: Mapped[str]
    halted_at: Mapped[datetime | None]
    halted_by: Mapped[str | None]
    halt_reason: Mapped[str | None]
    created_at: Mapped[datetime]


class UserRow(OrganizationTable, Base):
    """Somebody who may log in; the username is unique in the installation."""

    __tablename__ = "users"
    __table_args__ = (_of_organization(), UniqueConstraint("username"))
    username: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]
    password_changed_at: Mapped[datetime]


class ClientAccessRow(OfOrganization, Base):
    """A user may work for a client, at a level; where racks or apps are named, on those alone."""

    __tablename__ = "client_access"
    __table_args__ = (
        _of_user(),
        ForeignKeyConstraint(["organization_id", "client_id"], ["clients.organization_id", "clients.id"]),
    )
    user_id: Mapped[Id] = mapped_column(primary_key=True)
    client_id: Mapped[Id] = mapped_column(primary_key=True)
    level: Mapped[str]
    racks: Mapped[list[str] | None]
    apps: Mapped[list[str] | None]


class TokenRow(OrganizationTable, Base):
    """A secret that stands for a user in the API; its hash alone is kept."""

    __tablename__ = "tokens"
    __table_args__ = (_of_user(), UniqueConstraint("secret_hash"))
    user_id: Mapped[Id]
    name: Mapped[str]
    secret_hash: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SessionRow(OfOrganization, Base):
    """A login in a browser, found by the hash of its secret."""

    __tablename__ = "sessions"
    __table_args__ = (_of_user(), UniqueConstraint("secret_hash"))
    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[Id]
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    address: Mapped[str]


class LoginFailureRow(OfInstallation, Base):
    """A login that failed, by a key such as the username's or the address's."""

    __tablename__ = "login_failures"
    __table_args__ = (Index("ix_login_failures_key_at", "key", "at"),)
    id: Mapped[Id] = mapped_column(primary_key=True)
    key: Mapped[str]
    at: Mapped[datetime]


class IdempotencyKeyRow(OfOrganization, Base):
    """What was answered to a request with an Idempotency-Key; without a status it is still being answered."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (_of_user(), Index("ix_idempotency_keys_at", "at"))
    user_id: Mapped[Id] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    status: Mapped[int | None]
    body: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]
