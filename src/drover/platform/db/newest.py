"""Pages of what is listed by time, the newest first: fast however far back, and of several clients as of one."""

from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, literal, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute

from drover.platform.db.database import Unit
from drover.platform.db.tables import TenantTable
from drover.platform.db.types import UtcDateTime
from drover.platform.db.whose import clients_of

Row = TypeVar("Row", bound=TenantTable)

Place = tuple[datetime, str]
"""Where a page ends: the moment and the id of its last row."""


def newest(
    unit: Unit,
    model: type[Row],
    at: InstrumentedAttribute[datetime],
    *conditions: ColumnElement[bool],
    most: int,
    after: Place | None = None,
) -> Select[Row]:
    """Return the query of a page of `most` rows by the column `at` and the id, those behind `after`.

    There should be an index on the client, what the conditions compare, `at` and the id. No index has the rows of
    several clients in the order of time: so each client's page is taken by itself, and the page is chosen from these.
    """
    if after is not None:
        # Compared as one value, so that an index begins at the place; a condition with OR would read up to there.
        last = tuple_(literal(after[0], UtcDateTime()), literal(after[1]))
        conditions = (*conditions, tuple_(at, model.id) < last)
    clients = sorted(clients_of(unit.whose))
    if len(clients) <= 1:
        return select(model).where(*conditions).order_by(at.desc(), model.id.desc()).limit(most)
    pages = [
        select(model.client_id, model.id, at.label("at"))
        .where(model.client_id == client, *conditions)
        .order_by(at.desc(), model.id.desc())
        .limit(most)
        .subquery()
        for client in clients
    ]
    every = union_all(*(select(page) for page in pages)).subquery()
    page = select(every).order_by(every.c.at.desc(), every.c.id.desc()).limit(most).subquery()
    same = and_(model.client_id == page.c.client_id, model.id == page.c.id)
    return select(model).join(page, same).order_by(at.desc(), model.id.desc())
