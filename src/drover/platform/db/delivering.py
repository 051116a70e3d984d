"""What was written to the outbox, told to those who listen, and forgotten after a while."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import column, delete, func, select, table, tuple_, update

from drover.kernel.errors import DroverError
from drover.platform.db.database import Database, DueQuery, Unit
from drover.platform.db.outbox import OutboxEventRow
from drover.platform.db.whose import Installation, OneClient

KEPT: Final = timedelta(days=1)
"""How long an event is kept, delivered or not."""
MOST: Final = 100_000
"""How many events of a client are kept: some 40 MB. The oldest are forgotten first."""
DELIVER_EVERY_S: Final = 1.0
_AT_ONCE: Final = 100
_FORGOTTEN_AT_ONCE: Final = 5_000
"""Few enough that a unit which forgets them holds up no other for long."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()
_clients = table("clients", column("id"), column("organization_id"))
_by_client = (
    select(_clients.c.organization_id, OutboxEventRow.client_id, func.min(OutboxEventRow.id).label("id"))
    .join_from(OutboxEventRow, _clients, _clients.c.id == OutboxEventRow.client_id)
    .group_by(_clients.c.organization_id, OutboxEventRow.client_id)
)
EVENTS_WAITING: Final = DueQuery("events_waiting", (), _by_client.where(OutboxEventRow.delivered_at.is_(None)))
"""Clients with events that were not delivered."""
EVENTS_KEPT: Final = DueQuery("events_kept", (), _by_client)
"""Clients with any events."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a client: which kind, to what, and what there is to know of it, without secrets."""

    organization: str
    client: str
    id: str
    kind: str
    subject_kind: str
    subject_id: str
    body: Mapping[str, Any]
    at: datetime


Subscriber = Callable[[Event], Awaitable[None]]
"""Hears of every event. The same one may come again after a crash, or from another worker: its `id` tells."""


class Deliverer:
    """Tells `subscribers` of events: each at least once, those of a client in the order in which they were written."""

    def __init__(
        self, database: Database, subscribers: Sequence[Subscriber] = (), *, kept: timedelta = KEPT, most: int = MOST
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._kept = kept
        self._most = most
        self._held_up: set[str] = set()

    async def turn(self) -> int:
        """Deliver what waits, and return how much that was.

        A subscriber that raises a DroverError holds up its client's events, which are tried again at the next turn.
        Without subscribers nothing is delivered.
        """
        if not self._subscribers:
            return 0
        return sum([await self._deliver(whose) for whose in await self._clients(EVENTS_WAITING)])

    async def forget(self) -> None:
        """Remove events that are older than `kept`, and the oldest of a client beyond `most`."""
        for whose in await self._clients(EVENTS_KEPT):
            forgotten = _FORGOTTEN_AT_ONCE
            while forgotten == _FORGOTTEN_AT_ONCE:
                async with self._database.writing(whose) as unit:
                    forgotten = await self._forget_some(unit, whose)

    async def _clients(self, query: DueQuery) -> Sequence[OneClient]:
        async with self._database.reading(Installation()) as unit:
            return [OneClient(due.organization, due.client) for due in await unit.due(query)]

    async def _deliver(self, whose: OneClient) -> int:
        delivered, events = 0, await self._waiting(whose)
        while events:
            told: list[Event] = []
            for event in events:
                if not await self._tell(event):
                    break
                told.append(event)
            await self._mark(whose, told)
            delivered += len(told)
            events = await self._waiting(whose) if len(told) == len(events) else ()
        return delivered

    async def _tell(self, event: Event) -> bool:
        """Tell all subscribers, and return whether all took it."""
        try:
            for subscriber in self._subscribers:
                await subscriber(event)
        except DroverError as error:
            if event.client not in self._held_up:
                told = {"client": event.client, "kind": event.kind, "error": error.message}
                _log.warning("events are held up", **told, hint=error.hint)
            self._held_up.add(event.client)
            return False
        if event.client in self._held_up:
            self._held_up.discard(event.client)
            _log.warning("events are delivered again", client=event.client)
        return True

    async def _waiting(self, whose: OneClient) -> Sequence[Event]:
        order = (OutboxEventRow.at, OutboxEventRow.id)
        query = select(OutboxEventRow).where(OutboxEventRow.delivered_at.is_(None)).order_by(*order).limit(_AT_ONCE)
        async with self._database.reading(whose) as unit:
            return [_event(whose, row) for row in await unit.session.scalars(query)]

    async def _mark(self, whose: OneClient, events: Sequence[Event]) -> None:
        if not events:
            return
        chosen = update(OutboxEventRow).where(OutboxEventRow.id.in_([event.id for event in events]))
        async with self._database.writing(whose) as unit:
            await unit.session.execute(chosen.values(delivered_at=await unit.now()))

    async def _forget_some(self, unit: Unit, whose: OneClient) -> int:
        place = tuple_(OutboxEventRow.at, OutboxEventRow.id)
        newest = select(OutboxEventRow).order_by(OutboxEventRow.at.desc(), OutboxEventRow.id.desc())
        beyond = (await unit.session.scalars(newest.offset(self._most).limit(1))).one_or_none()
        over = OutboxEventRow.at < await unit.now() - self._kept
        if beyond is not None:
            over |= place <= tuple_(beyond.at, beyond.id)
        oldest = select(OutboxEventRow).where(over).order_by(OutboxEventRow.at, OutboxEventRow.id)
        rows = (await unit.session.scalars(oldest.limit(_FORGOTTEN_AT_ONCE))).all()
        lost = sum(row.delivered_at is None for row in rows)
        if lost and self._subscribers:
            _log.warning("events are forgotten that nobody took", client=whose.client, events=lost)
        await unit.session.execute(delete(OutboxEventRow).where(OutboxEventRow.id.in_([row.id for row in rows])))
        return len(rows)


def _event(whose: OneClient, row: OutboxEventRow) -> Event:
    return Event(
        whose.organization, row.client_id, row.id, row.kind, row.subject_kind, row.subject_id, row.body, row.at
    )
