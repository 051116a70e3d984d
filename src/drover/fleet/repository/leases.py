"""Leases in the database. A phone's row is locked first, so that of two that want its lease one waits for the other."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from drover.fleet.domain.leasing import Holder, HolderKind, Lease, Occupancy
from drover.fleet.domain.records import PhoneUnknown
from drover.fleet.models import LeaseRow, PhoneRow
from drover.platform.db.database import Unit


async def occupancy(unit: Unit, phone_id: str, *, lock: bool = False) -> Occupancy:
    """Return a phone's occupancy; with `lock`, nobody else changes it before this unit ends. Raises PhoneUnknown."""
    if not lock:
        return await _seen(unit, phone_id)
    # The lease is read only now: a statement that waits for the lock has its other tables from before it waited.
    phone = await _locked(unit.session, phone_id)
    row = await _lease(unit.session, phone_id)
    return Occupancy(phone_id, phone.lease_token, _lease_of(row, row.renewed_at) if row else None)


async def keep(unit: Unit, before: Occupancy, occupancy: Occupancy) -> None:
    """Write the occupancy of a phone that this unit has locked, and found as it was `before`."""
    key = (unit.client, occupancy.phone_id)
    phone = await unit.session.get(PhoneRow, key)
    if phone is None:
        raise PhoneUnknown(occupancy.phone_id)
    phone.lease_token = occupancy.token
    row = await unit.session.get(LeaseRow, key) if before.lease is not None else None
    if occupancy.lease is not None:
        row = row or LeaseRow(phone_id=occupancy.phone_id)
        _write(row, occupancy.lease)
        unit.session.add(row)
    elif row is not None:
        await unit.session.delete(row)
    await unit.session.flush()


async def over(unit: Unit, now: datetime) -> Sequence[Lease]:
    """Return the leases that are over at `now` and were not ended, the longest over first."""
    query = select(LeaseRow).where(LeaseRow.expires_at <= now).order_by(LeaseRow.expires_at, LeaseRow.phone_id)
    return [_lease_of(row, now) for row in await unit.session.scalars(query)]


async def in_force(unit: Unit, phone_ids: Collection[str], now: datetime) -> dict[str, Lease]:
    """Return those phones' leases in force at `now`, by phone."""
    query = select(LeaseRow).where(LeaseRow.phone_id.in_(phone_ids), LeaseRow.expires_at > now)
    return {row.phone_id: _lease_of(row, now) for row in await unit.session.scalars(query)}


def _lease_of(row: LeaseRow, now: datetime) -> Lease:
    holder = Holder(HolderKind(row.holder_kind), row.holder_id, row.purpose, row.taken_by)
    return Lease(
        row.phone_id, row.token, holder, row.priority, row.taken_at, row.renewed_at, row.expires_at, read_at=now
    )


def _write(row: LeaseRow, lease: Lease) -> None:
    row.token = lease.token
    row.holder_kind = lease.holder.kind.value
    row.holder_id = lease.holder.id
    row.purpose = lease.holder.purpose
    row.taken_by = lease.holder.by
    row.priority = lease.priority
    row.taken_at = lease.taken_at
    row.renewed_at = lease.renewed_at
    row.expires_at = lease.expires_at


async def _seen(unit: Unit, phone_id: str) -> Occupancy:
    same = and_(LeaseRow.client_id == PhoneRow.client_id, LeaseRow.phone_id == PhoneRow.id)
    query = select(PhoneRow, LeaseRow).outerjoin(LeaseRow, same).where(PhoneRow.id == phone_id)
    found = (await unit.session.execute(query.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise PhoneUnknown(phone_id)
    phone, row = found
    return Occupancy(phone_id, phone.lease_token, _lease_of(row, row.renewed_at) if row else None)


async def _locked(session: AsyncSession, phone_id: str) -> PhoneRow:
    # FOR NO KEY UPDATE: rows that point at the phone, such as new runs, need not wait.
    query = select(PhoneRow).where(PhoneRow.id == phone_id).with_for_update(key_share=True)
    row = (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise PhoneUnknown(phone_id)
    return row


async def _lease(session: AsyncSession, phone_id: str) -> LeaseRow | None:
    query = select(LeaseRow).where(LeaseRow.phone_id == phone_id).execution_options(populate_existing=True)
    return (await session.scalars(query)).one_or_none()
