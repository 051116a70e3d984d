"""Queries of organizations and clients."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from drover.platform.db.database import Unit
from drover.tenancy.domain.caller import UnknownClient
from drover.tenancy.domain.records import Client, Organization
from drover.tenancy.domain.standing import Halt, Standing, Status
from drover.tenancy.models import ClientRow, OrganizationRow
from drover.tenancy.repository.mapping import client_of, halt_of, organization_of, set_halt


async def add_organization(unit: Unit, organization: Organization) -> None:
    """Keep a new organization."""
    unit.session.add(
        OrganizationRow(
            id=organization.id,
            name=organization.name,
            status=organization.status.value,
            created_at=organization.created_at,
        )
    )
    await unit.session.flush()


async def organization(unit: Unit, organization_id: str, *, lock: bool = False) -> Organization:
    """Return the organization; with `lock`, nobody else changes it or what is decided under it until the commit."""
    return organization_of(await _organization_row(unit, organization_id, lock=lock))


async def organizations(unit: Unit) -> Sequence[Organization]:
    """Return every organization, by name. In a unit of the Installation."""
    return [
        organization_of(row)
        for row in await unit.session.scalars(select(OrganizationRow).order_by(OrganizationRow.name))
    ]


async def set_organization_status(unit: Unit, organization_id: str, status: Status) -> None:
    """Set the status of an organization."""
    (await _organization_row(unit, organization_id)).status = status.value
    await unit.session.flush()


async def add_client(unit: Unit, client: Client) -> None:
    """Keep a new client."""
    unit.session.add(
        ClientRow(
            organization_id=client.organization,
            id=client.id,
            name=client.name,
            status=client.status.value,
            created_at=client.created_at,
        )
    )
    await unit.session.flush()


async def client(unit: Unit, client_id: str, *, lock: bool = False) -> Client:
    """Return the client. Raises UnknownClient, also for a deleted one."""
    return client_of(await _client_row(unit, client_id, lock=lock))


async def clients(
    unit: Unit, *, among: Collection[str] | None, after: tuple[str, str] | None, limit: int
) -> Sequence[Client]:
    """Return the first clients that are not deleted, by name and id, behind `after`; `among` None: of all."""
    query = select(ClientRow).where(ClientRow.status != Status.DELETED.value)
    if among is not None:
        query = query.where(ClientRow.id.in_(sorted(among)))
    if after is not None:
        name, client_id = after
        query = query.where((ClientRow.name > name) | ((ClientRow.name == name) & (ClientRow.id > client_id)))
    rows = await unit.session.scalars(query.order_by(ClientRow.name, ClientRow.id).limit(limit))
    return [client_of(row) for row in rows]


async def named(unit: Unit, name: str) -> bool:
    """Return whether a client has that name."""
    return await unit.session.scalar(select(ClientRow.id).where(ClientRow.name == name).limit(1)) is not None


async def change_client(unit: Unit, client_id: str, *, name: str, status: Status) -> None:
    """Set name and status of a client."""
    row = await _client_row(unit, client_id)
    row.name, row.status = name, status.value
    await unit.session.flush()


async def standing(unit: Unit, organization_id: str, client_id: str) -> Standing:
    """Return what decides whether runs of the client may start. Raises UnknownClient."""
    query = (
        select(OrganizationRow, ClientRow)
        .join(ClientRow, ClientRow.organization_id == OrganizationRow.id)
        .where(OrganizationRow.id == organization_id, ClientRow.id == client_id)
    )
    found = (await unit.session.execute(query)).one_or_none()
    if found is None:
        raise UnknownClient(client_id)
    own, its = found
    return Standing(Status(own.status), Status(its.status), halt_of(own), halt_of(its))


async def set_client_halt(unit: Unit, client_id: str, halt: Halt | None) -> None:
    """Throw the kill switch of a client, or take it back."""
    set_halt(await _client_row(unit, client_id), halt)
    await unit.session.flush()


async def set_organization_halt(unit: Unit, organization_id: str, halt: Halt | None) -> None:
    """Throw the kill switch of an organization, or take it back."""
    set_halt(await _organization_row(unit, organization_id), halt)
    await unit.session.flush()


async def halted(unit: Unit) -> Sequence[tuple[str, str | None, Halt]]:
    """Return every kill switch that is thrown: organization, client or None for all of them, and the halt."""
    own = await unit.session.scalars(select(OrganizationRow).where(OrganizationRow.halted_at.is_not(None)))
    found: list[tuple[str, str | None, Halt]] = [(row.id, None, halt) for row in own if (halt := halt_of(row))]
    its = await unit.session.scalars(select(ClientRow).where(ClientRow.halted_at.is_not(None)))
    return [*found, *((row.organization_id, row.id, halt) for row in its if (halt := halt_of(row)))]


async def _client_row(unit: Unit, client_id: str, *, lock: bool = False) -> ClientRow:
    query = select(ClientRow).where(ClientRow.id == client_id, ClientRow.status != Status.DELETED.value)
    row = await unit.session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise UnknownClient(client_id)
    return row


async def _organization_row(unit: Unit, organization_id: str, *, lock: bool = False) -> OrganizationRow:
    query = select(OrganizationRow).where(OrganizationRow.id == organization_id)
    return (await unit.session.scalars(query.with_for_update() if lock else query)).one()
