"""What every model is made of. Each says whose its rows are; the guard and the migrations go by that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, ClassVar, Literal

from sqlalchemy import MetaData, Table, TableClause, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from drover.platform.db.types import JsonDict, UtcDateTime, id_type

Id = Annotated[str, mapped_column(id_type())]
"""An id of another row; `Mapped[Id]` or `Mapped[Id | None]`."""

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""How constraints are named; the migrations use it too."""


class RowsOf(Enum):
    """Whose the rows of a table are. The value says which columns tell."""

    CLIENT = ("client_id",)
    ORGANIZATION = ("organization_id",)
    EITHER = ("organization_id", "client_id")
    ORGANIZATION_ITSELF = ("id",)
    INSTALLATION = ()


class Base(DeclarativeBase):
    """The base of every model; beside it, a model has one of the classes below, or it cannot be defined."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        str: Text(),
        dict[str, Any]: JsonDict(),
        list[Any]: JsonDict(),
        list[str]: JsonDict(),
    }
    rows_of: ClassVar[RowsOf]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if isinstance(table := getattr(cls, "__table__", None), Table):
            table.info["rows_of"] = cls.rows_of
            table.info[OfClient.PLACING] = getattr(cls, OfClient.PLACING, ())


@dataclass(frozen=True)
class Within:
    """The column tells the rack, or the app, that the row is at: one of `what` of a Reach."""

    column: str
    what: Literal["racks", "apps"]


@dataclass(frozen=True)
class Through:
    """The column is the id of a row in `table`, and the row is where that one is."""

    column: str
    table: str


class OfClient:
    """Rows of one client. The model adds the rest of the primary key.

    `placing` tells at which racks and apps rows are, for accesses that are limited to some; nothing: at all of them.
    """

    PLACING: ClassVar[str] = "placing"
    rows_of = RowsOf.CLIENT
    placing: ClassVar[Sequence[Within | Through]] = ()
    client_id: Mapped[Id] = mapped_column(primary_key=True, sort_order=-2)


class TenantTable(OfClient):
    """Rows of one client, each with an id: the primary key is (client_id, id)."""

    id: Mapped[Id] = mapped_column(primary_key=True, sort_order=-1)


class OfOrganization:
    """Rows of one organization. The model adds the rest of the primary key."""

    rows_of = RowsOf.ORGANIZATION
    organization_id: Mapped[Id] = mapped_column(primary_key=True, sort_order=-2)


class OrganizationTable(OfOrganization):
    """Rows of one organization, each with an id: the primary key is (organization_id, id)."""

    id: Mapped[Id] = mapped_column(primary_key=True, sort_order=-1)


class OfEither:
    """Rows of an organization, of which some belong to one of its clients; who works for one client sees only those."""

    rows_of = RowsOf.EITHER
    organization_id: Mapped[Id] = mapped_column(primary_key=True, sort_order=-2)
    client_id: Mapped[Id | None] = mapped_column(sort_order=-2)


class OrganizationItself:
    """The row is an organization."""

    rows_of = RowsOf.ORGANIZATION_ITSELF
    id: Mapped[Id] = mapped_column(primary_key=True, sort_order=-1)


class OfInstallation:
    """Rows of nobody in particular, that hold nothing of any client. The model makes its own primary key."""

    rows_of = RowsOf.INSTALLATION


def rows_of(table: TableClause) -> RowsOf | None:
    """Return whose the rows of a table are; None for a table that is no model's."""
    return table.info.get("rows_of") if isinstance(table, Table) else None
