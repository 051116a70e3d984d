"""The tables of accounts, all of a client."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from drover.accounts.domain.placing import MOST_SLOTS
from drover.platform.db.tables import Base, Id, OfClient, TenantTable, Through, Within


class AppRow(TenantTable, Base):
    """An app."""

    __tablename__ = "apps"
    placing = (Within("name", "apps"),)
    __table_args__ = (
        ForeignKeyConstraint(["client_id"], ["clients.id"]),
        UniqueConstraint("client_id", "name"),
        CheckConstraint(f"slots BETWEEN 0 AND {MOST_SLOTS}", name="slots"),
    )

    name: Mapped[str]
    package: Mapped[str]
    slots: Mapped[int]
    switch_sequence: Mapped[str]
    policy: Mapped[dict[str, Any]]


class ProfileRow(TenantTable, Base):
    """A profile."""

    __tablename__ = "profiles"
    __table_args__ = (ForeignKeyConstraint(["client_id"], ["clients.id"]), UniqueConstraint("client_id", "name"))

    name: Mapped[str]
    fields: Mapped[dict[str, Any]]


_LIVE = text("deleted_at IS NULL")


class AccountRow(TenantTable, Base):
    """An account. A deleted one keeps its row, but neither its name nor its slot."""

    __tablename__ = "accounts"
    placing = (Through("phone_id", "phones"), Through("app_id", "apps"))
    __table_args__ = (
        ForeignKeyConstraint(["client_id", "app_id"], ["apps.client_id", "apps.id"]),
        ForeignKeyConstraint(["client_id", "phone_id"], ["phones.client_id", "phones.id"]),
        ForeignKeyConstraint(["client_id", "profile_id"], ["profiles.client_id", "profiles.id"]),
        CheckConstraint(f"slot BETWEEN 1 AND {MOST_SLOTS}", name="slot"),
        CheckConstraint("authorized_by <> ''", name="authorized_by"),
        Index(None, "client_id", "name", "id"),  # the order of lists
        Index(
            "uq_accounts_live_name",
            *("client_id", "phone_id", "app_id", "name"),
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index(
            "uq_accounts_live_slot",
            *("client_id", "phone_id", "app_id", "slot"),
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    app_id: Mapped[Id]
    phone_id: Mapped[Id]
    slot: Mapped[int | None]
    name: Mapped[str]
    lifecycle: Mapped[str]
    origin: Mapped[str | None]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
    change_reason: Mapped[str]
    warmup_started_at: Mapped[datetime | None]
    profile_id: Mapped[Id | None]
    authorized_by: Mapped[str]
    authorized_at: Mapped[datetime]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class ActiveAccountRow(OfClient, Base):
    """Which account an app on a phone was last seen with."""

    __tablename__ = "active_accounts"
    placing = (Through("phone_id", "phones"), Through("app_id", "apps"))
    __table_args__ = (
        ForeignKeyConstraint(["client_id", "phone_id"], ["phones.client_id", "phones.id"]),
        ForeignKeyConstraint(["client_id", "app_id"], ["apps.client_id", "apps.id"]),
        ForeignKeyConstraint(["client_id", "account_id"], ["accounts.client_id", "accounts.id"]),
    )

    phone_id: Mapped[Id] = mapped_column(primary_key=True)
    app_id: Mapped[Id] = mapped_column(primary_key=True)
    account_id: Mapped[Id]
    slot: Mapped[int | None]
    seen_at: Mapped[datetime]


class FrontRow(OfClient, Base):
    """Which app a phone last showed in front."""

    __tablename__ = "fronts"
    placing = (Through("phone_id", "phones"), Through("app_id", "apps"))
    __table_args__ = (
        ForeignKeyConstraint(["client_id", "phone_id"], ["phones.client_id", "phones.id"]),
        ForeignKeyConstraint(["client_id", "app_id"], ["apps.client_id", "apps.id"]),
    )

    phone_id: Mapped[Id] = mapped_column(primary_key=True)
    app_id: Mapped[Id]
    seen_at: Mapped[datetime]
