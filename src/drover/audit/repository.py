"""Every query of the audit trail."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from drover.audit.domain import ORGANIZATION_CHAIN, Entry, Head, Seal, Sealed, Subject, start_of
from drover.audit.models import AuditChainRow, AuditRow
from drover.platform.db.database import Unit


def add(unit: Unit, entry: Entry) -> None:
    """Keep an entry, with whatever else the unit does or not at all."""
    unit.session.add(
        AuditRow(
            organization_id=entry.organization,
            client_id=entry.client,
            id=entry.id,
            at=entry.at,
            actor=entry.actor,
            actor_kind=entry.actor_kind,
            address=entry.address,
            act=entry.act,
            subject_kind=entry.subject.kind,
            subject_id=entry.subject.id,
            before=None if entry.before is None else dict(entry.before),
            after=None if entry.after is None else dict(entry.after),
            reason=entry.reason,
            phone_id=entry.phone,
            frame=entry.frame,
        )
    )


async def chains_to_seal(unit: Unit) -> Sequence[tuple[str, str]]:
    """Return the chains with rows that are not sealed: organization and chain. In a unit of the installation."""
    query = select(AuditRow.organization_id, AuditRow.client_id).where(AuditRow.sealed_at.is_(None)).distinct()
    return [(organization, client or ORGANIZATION_CHAIN) for organization, client in await unit.session.execute(query)]


async def head(unit: Unit, organization: str, chain: str) -> Head:
    """Return the end of a chain; its start where nothing is sealed yet."""
    row = await _chain(unit, chain)
    return start_of(organization, chain) if row is None else Head(row.position, row.hash)


async def seal_next(unit: Unit, organization: str, chain: str, *, limit: int) -> tuple[Head, Sequence["Unsealed"]]:
    """Return the end of a chain and the rows that come next, in order of time. Nobody else seals it meanwhile."""
    await unit.alone(f"audit {organization} {chain}")
    query = select(AuditRow).where(_in(chain), AuditRow.sealed_at.is_(None))
    rows = await unit.session.scalars(query.order_by(AuditRow.at, AuditRow.id).limit(limit))
    return await head(unit, organization, chain), [Unsealed(row) for row in rows]


class Unsealed:
    """A row that is about to be sealed."""

    def __init__(self, row: AuditRow) -> None:
        self._row = row
        self.entry = _entry(row)

    def set(self, seal: Seal) -> None:
        """Seal it, in the unit in which it was read."""
        self._row.position, self._row.sealed_at, self._row.hash = seal.position, seal.at, seal.hash


async def set_head(unit: Unit, organization: str, chain: str, end: Head, at: datetime) -> None:
    """Keep where a chain ends now."""
    row = await _chain(unit, chain)
    if row is None:
        row = AuditChainRow(organization_id=organization, chain=chain)
        unit.session.add(row)
    row.position, row.hash, row.sealed_at = end.position, end.hash, at
    await unit.session.flush()


async def sealed(unit: Unit, chain: str, *, after: int, limit: int) -> Sequence[Sealed]:
    """Return the rows of a chain behind position `after`, in order."""
    query = select(AuditRow).where(_in(chain), AuditRow.position > after)
    return [
        Sealed(_entry(row), Seal(row.position, row.sealed_at, row.hash))
        for row in await unit.session.scalars(query.order_by(AuditRow.position, AuditRow.id).limit(limit))
        if row.position is not None and row.sealed_at is not None and row.hash is not None
    ]


async def newest(
    unit: Unit, chain: str, *, after: tuple[datetime, str] | None, limit: int
) -> Sequence[tuple[Entry, int | None]]:
    """Return the newest entries of a chain behind `after`, each with its position, None while it is not sealed."""
    query = select(AuditRow).where(_in(chain))
    if after is not None:
        at, entry_id = after
        query = query.where((AuditRow.at < at) | ((AuditRow.at == at) & (AuditRow.id < entry_id)))
    rows = await unit.session.scalars(query.order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(limit))
    return [(_entry(row), row.position) for row in rows]


def _in(chain: str) -> ColumnElement[bool]:
    return AuditRow.client_id.is_(None) if chain == ORGANIZATION_CHAIN else AuditRow.client_id == chain


async def _chain(unit: Unit, chain: str) -> AuditChainRow | None:
    return await unit.session.scalar(select(AuditChainRow).where(AuditChainRow.chain == chain))


def _entry(row: AuditRow) -> Entry:
    return Entry(
        id=row.id,
        organization=row.organization_id,
        client=row.client_id,
        at=row.at,
        actor=row.actor,
        actor_kind=row.actor_kind,
        address=row.address,
        act=row.act,
        subject=Subject(row.subject_kind, row.subject_id),
        before=row.before,
        after=row.after,
        reason=row.reason,
        phone=row.phone_id,
        frame=row.frame,
    )
