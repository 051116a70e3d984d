"""Keeps a session to the part of a client that an access is limited to: some racks, some apps.

Models say by `placing` where their rows are. The filter is added beside the owner's; row-level security knows nothing
of it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, or_, select
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.orm.interfaces import ORMOption

from drover.platform.db.tables import Base, OfClient, Through, Within
from drover.platform.db.whose import OneClient, Reach


def reaching(whose: OneClient) -> Sequence[ORMOption]:
    """Return the options that keep every statement to the rows that the client's `reach` reaches."""
    if whose.reach == Reach():
        return ()
    found: list[ORMOption] = []
    for mapper in Base.registry.mappers:
        condition = _condition(cast("Table", mapper.local_table), whose.client, whose.reach)
        if condition is not None:
            found.append(with_loader_criteria(mapper.class_, condition, include_aliases=True))
    return found


def placing_of(table: Table) -> Sequence[Within | Through]:
    """Return where a table's rows are; nothing for those of the client as a whole, or of no client."""
    return cast("Sequence[Within | Through]", table.info.get(OfClient.PLACING, ()))


def _condition(table: Table, client: str, reach: Reach) -> ColumnElement[bool] | None:
    parts = [part for place in placing_of(table) for part in _parts(table, place, client, reach)]
    return and_(*parts) if parts else None


def _parts(table: Table, place: Within | Through, client: str, reach: Reach) -> Iterator[ColumnElement[bool]]:
    column: ColumnElement[Any] = table.c[place.column]
    match place:
        case Within():
            allowed = getattr(reach, place.what)
            if allowed is not None:
                yield column.in_(sorted(allowed))
        case Through():
            parent = Base.metadata.tables[place.table]
            condition = _condition(parent, client, reach)
            if condition is None:
                return
            reached = column.in_(select(parent.c.id).where(parent.c.client_id == client, condition))
            # What names no app is outside an access to some apps; racks are told by another column of such a table.
            yield or_(column.is_(None), reached) if column.nullable and reach.apps is None else reached
