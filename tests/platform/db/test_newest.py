"""Pages by time, the newest first: of one client and of several, however far back."""

from collections.abc import Sequence
from datetime import timedelta

from drover.platform.db.database import Database
from drover.platform.db.newest import Place, newest
from drover.platform.db.outbox import OutboxEventRow as Event
from drover.platform.db.whose import Clients, OneClient
from tests.databases import BEGINNING, CLIENT, ORGANIZATION, OURS, SISTER_CLIENT, SISTERS, THEIRS


async def filled(database: Database) -> None:
    """Give three clients events in turn; each second three come at the same moment."""
    for whose, letter in ((OURS, "a"), (SISTERS, "b"), (THEIRS, "x")):
        async with database.writing(whose) as unit:
            unit.session.add_all(
                Event(
                    id=f"{letter}{n}",
                    kind="odd" if n % 2 else "even",
                    subject_kind="s",
                    subject_id="p",
                    body={},
                    at=BEGINNING + timedelta(seconds=n // 3),
                )
                for n in range(9)
            )


async def pages(database: Database, whose: OneClient | Clients, kind: str) -> Sequence[Sequence[str]]:
    """Return the ids of all pages of four."""
    found: list[list[str]] = []
    after: Place | None = None
    async with database.reading(whose) as unit:
        while rows := [
            *await unit.session.scalars(newest(unit, Event, Event.at, Event.kind == kind, most=4, after=after))
        ]:
            found.append([row.id for row in rows])
            after = (rows[-1].at, rows[-1].id)
    return found


async def test_each_row_is_on_one_page_in_order(database: Database) -> None:
    await filled(database)
    assert await pages(database, OURS, "even") == [["a8", "a6", "a4", "a2"], ["a0"]]
    both = Clients(ORGANIZATION, frozenset({CLIENT, SISTER_CLIENT}))
    assert await pages(database, both, "odd") == [["b7", "a7", "b5", "b3"], ["a5", "a3", "b1", "a1"]]
    assert await pages(database, Clients(ORGANIZATION, frozenset()), "odd") == []
