"""Units of work."""

from sqlalchemy import select

from drover.platform.db.outbox import OutboxEventRow
from drover.platform.db.database import Database
from tests.databases import BEGINNING, OURS, SISTERS


def event(id_: str, **body: object) -> OutboxEventRow:
    return OutboxEventRow(id=id_, kind="counted", subject_kind="phone", subject_id="p", body=body, at=BEGINNING)


async def test_what_was_written_is_read_by_its_owner_alone(database: Database) -> None:
    async with database.writing(OURS) as unit:
        unit.session.add(event("1", n=1))
    async with database.reading(OURS) as unit:
        [found] = await unit.session.scalars(select(OutboxEventRow))
        assert (found.body, found.at, found.client_id) == ({"n": 1}, BEGINNING, OURS.client)
    async with database.reading(SISTERS) as unit:
        assert (await unit.session.scalars(select(OutboxEventRow))).all() == []
