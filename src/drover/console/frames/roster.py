"""What a wall shows of phones beside their pictures: read once a second for all who look at the same client."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from drover.fleet.domain.leasing import Lease
from drover.fleet.domain.records import PhoneRecord
from drover.fleet.service import Leases, Phones
from drover.kernel.clock import Clock
from drover.platform.db.database import Database
from drover.platform.db.whose import OneClient

FRESH_S: Final = 0.9
_NUMBER: Final = re.compile(r"(\d{1,5})$")


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a phone, and for what; `id` is the run's where a run does."""

    kind: str
    id: str
    purpose: str
    by: str
    since: str


@dataclass(frozen=True, slots=True)
class PhoneCard:
    """A phone as a wall shows it."""

    id: str
    number: int
    name: str
    serial: str
    model: str
    tags: tuple[str, ...]
    state: str
    reason: str
    since: str
    rack: str
    agent: str
    active: bool
    lease: Holding | None

    def document(self) -> dict[str, object]:
        """Return it as JSON."""
        return asdict(self)


class Roster:
    """The cards of clients' phones."""

    def __init__(self, database: Database, phones: Phones, leases: Leases, clock: Clock) -> None:
        self._database = database
        self._phones = phones
        self._leases = leases
        self._clock = clock
        self._known: dict[OneClient, tuple[float, Mapping[str, PhoneCard]]] = {}
        self._reading: dict[OneClient, asyncio.Lock] = {}

    async def cards(self, whose: OneClient) -> Mapping[str, PhoneCard]:
        """Return the client's phones by id, in the order of their names, as they were within FRESH_S."""
        async with self._reading.setdefault(whose, asyncio.Lock()):
            known = self._known.get(whose)
            if known is not None and self._clock.monotonic() - known[0] < FRESH_S:
                return known[1]
            cards = await self._read(whose)
            self._known[whose] = (self._clock.monotonic(), cards)
            return cards

    async def _read(self, whose: OneClient) -> Mapping[str, PhoneCard]:
        async with self._database.reading(whose) as unit:
            phones = await self._phones.every(unit)
            leases = await self._leases.in_force(unit, [phone.id for phone in phones])
        now = self._clock.now()
        numbers = _numbers(phones)
        cards = dict[str, PhoneCard]()
        for phone in phones:
            state, reason = phone.shown(now)
            cards[phone.id] = PhoneCard(
                id=phone.id,
                number=numbers[phone.id],
                name=phone.name,
                serial=phone.serial,
                model=phone.model,
                tags=tuple(sorted(phone.tags)),
                state=state.value,
                reason=reason,
                since=phone.since.isoformat(),
                rack=phone.rack_id,
                agent=phone.agent.name if phone.agent is not None else "",
                active=phone.active,
                lease=_holding(leases.get(phone.id)),
            )
        return cards


def _holding(lease: Lease | None) -> Holding | None:
    if lease is None:
        return None
    holder = lease.holder
    return Holding(holder.kind.value, holder.id, holder.purpose, holder.by, lease.taken_at.isoformat())


def _numbers(phones: Sequence[PhoneRecord]) -> Mapping[str, int]:
    """Return the number that each phone is called by: the one its name ends in, where no two have the same."""
    named = {phone.id: int(found[1]) for phone in phones if (found := _NUMBER.search(phone.name)) is not None}
    if len(set(named.values())) == len(phones):
        return named
    return {phone.id: place for place, phone in enumerate(phones, start=1)}
