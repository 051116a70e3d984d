"""Phones in the database."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from drover.fleet.domain.phones import PhoneState
from drover.fleet.domain.records import PhoneRecord, PhoneUnknown
from drover.fleet.models import AgentRow, PhoneRow
from drover.fleet.repository.agents import agent_of
from drover.platform.db.database import Unit

PhoneKey = tuple[int, str, str]
"""A phone's place in lists: length of its name, name, id; so phone2 comes before phone10."""


def key_of(phone: PhoneRecord) -> PhoneKey:
    """Return a phone's place in lists."""
    return len(phone.name), phone.name, phone.id


async def page(unit: Unit, after: PhoneKey | None, limit: int) -> Sequence[PhoneRecord]:
    """Return the phones behind a place in the list, at most so many."""
    place = tuple_(func.length(PhoneRow.name), PhoneRow.name, PhoneRow.id)
    query = select(PhoneRow).order_by(*place).limit(limit)
    return await _records(unit, query if after is None else query.where(place > after))


async def every(unit: Unit) -> Sequence[PhoneRecord]:
    """Return all phones, in the list's order."""
    return await _records(unit, select(PhoneRow).order_by(func.length(PhoneRow.name), PhoneRow.name, PhoneRow.id))


async def by_id(unit: Unit, phone_id: str) -> PhoneRecord:
    """Return a phone. Raises PhoneUnknown."""
    return await _one(unit, select(PhoneRow).where(PhoneRow.id == phone_id), phone_id)


async def by_name(unit: Unit, name: str) -> PhoneRecord:
    """Return the phone of that name. Raises PhoneUnknown."""
    return await _one(unit, select(PhoneRow).where(PhoneRow.name == name), name)


async def among(unit: Unit, phone_ids: Collection[str]) -> dict[str, PhoneRecord]:
    """Return those phones by id."""
    return {phone.id: phone for phone in await _records(unit, select(PhoneRow).where(PhoneRow.id.in_(phone_ids)))}


async def by_serial(unit: Unit, serials: Collection[str], *, agent_id: str | None = None) -> dict[str, PhoneRecord]:
    """Return those phones by serial number; with an agent, those of them that it holds."""
    query = select(PhoneRow).where(PhoneRow.serial.in_(serials))
    if agent_id is not None:
        query = query.where(PhoneRow.agent_id == agent_id)
    return {phone.serial: phone for phone in await _records(unit, query)}


async def names(unit: Unit) -> dict[str, str]:
    """Return the names of all phones by id."""
    return {row.id: row.name for row in await unit.session.execute(select(PhoneRow.id, PhoneRow.name))}


async def keep(unit: Unit, phones: Iterable[PhoneRecord]) -> None:
    """Write phones, known or new; the tokens of their leases are not touched."""
    for phone in phones:
        row = await _row(unit.session, phone.id) or PhoneRow(id=phone.id, lease_token=0)
        _write(row, phone)
        unit.session.add(row)
    await unit.session.flush()


def _write(row: PhoneRow, phone: PhoneRecord) -> None:
    row.serial = phone.serial
    row.name = phone.name
    row.rack_id = phone.rack_id
    row.agent_id = phone.agent.id if phone.agent is not None else None
    row.model = phone.model
    row.state = phone.state.value
    row.state_since = phone.since
    row.reason = phone.reason
    row.hold = phone.hold.value if phone.hold is not None else None
    row.hold_reason = phone.hold_reason
    row.tags = sorted(phone.tags)
    row.active = phone.active


async def _row(session: AsyncSession, phone_id: str) -> PhoneRow | None:
    return (await session.scalars(select(PhoneRow).where(PhoneRow.id == phone_id))).one_or_none()


async def _one(unit: Unit, query: Select[PhoneRow], named: str) -> PhoneRecord:
    found = await _records(unit, query)
    if not found:
        raise PhoneUnknown(named)
    return found[0]


async def _records(unit: Unit, query: Select[PhoneRow]) -> Sequence[PhoneRecord]:
    with_agents = query.add_columns(AgentRow).outerjoin(AgentRow, AgentRow.id == PhoneRow.agent_id)
    found = await unit.session.execute(with_agents)
    return [
        PhoneRecord(
            row.id,
            row.client_id,
            row.serial,
            row.name,
            row.rack_id,
            agent_of(agent) if agent is not None else None,
            row.model,
            PhoneState(row.state),
            row.state_since,
            row.reason,
            PhoneState(row.hold) if row.hold else None,
            row.hold_reason,
            frozenset(row.tags),
            row.active,
        )
        for row, agent in found
    ]
