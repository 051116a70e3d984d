"""The tables of definitions and their versions, all of a client."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from drover.platform.db.tables import Base, Id, OfClient, TenantTable


class DefinitionRow(TenantTable, Base):
    """A definition; `version` is the one in use."""

    __tablename__ = "definitions"
    __table_args__ = (
        ForeignKeyConstraint(["client_id"], ["clients.id"]),
        UniqueConstraint("client_id", "kind", "name"),
    )

    kind: Mapped[str]
    name: Mapped[str]
    version: Mapped[int]
    status: Mapped[str]
    created_at: Mapped[datetime]


class DefinitionVersionRow(OfClient, Base):
    """A version of a definition; never changed, never deleted."""

    __tablename__ = "definition_versions"
    __table_args__ = (
        ForeignKeyConstraint(["client_id", "definition_id"], ["definitions.client_id", "definitions.id"]),
    )

    definition_id: Mapped[Id] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]]
    digest: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    note: Mapped[str]
