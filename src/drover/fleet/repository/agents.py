"""Racks and agents in the database."""

from collections.abc import Sequence

from sqlalchemy import select

from drover.fleet.domain.agents import Agent, AgentUnknown, Rack, RackUnknown
from drover.fleet.models import AgentRow, RackRow
from drover.platform.db.database import Unit


async def add_rack(unit: Unit, rack: Rack) -> None:
    """Write a new rack."""
    unit.session.add(RackRow(id=rack.id, name=rack.name))
    await unit.session.flush()


async def racks(unit: Unit) -> Sequence[Rack]:
    """Return the racks of the organization by name."""
    return [Rack(row.id, row.name) for row in await unit.session.scalars(select(RackRow).order_by(RackRow.name))]


async def rack(unit: Unit, rack_id: str) -> Rack:
    """Return a rack. Raises RackUnknown."""
    row = await _rack(unit, rack_id)
    return Rack(row.id, row.name)


async def rename_rack(unit: Unit, rack_id: str, name: str) -> None:
    """Give a rack another name. Raises RackUnknown."""
    (await _rack(unit, rack_id)).name = name
    await unit.session.flush()


async def agents(unit: Unit) -> Sequence[Agent]:
    """Return the agents of the organization by name, revoked ones too."""
    return [agent_of(row) for row in await unit.session.scalars(select(AgentRow).order_by(AgentRow.name))]


async def agent(unit: Unit, agent_id: str) -> Agent:
    """Return an agent. Raises AgentUnknown."""
    return agent_of(await _agent(unit, agent_id))


async def agent_named(unit: Unit, name: str) -> tuple[Agent, str] | None:
    """Return the agent of a name with the hash of its credential, locked until this unit ends; None: there is none."""
    query = select(AgentRow).where(AgentRow.name == name).with_for_update(key_share=True)
    row = (await unit.session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    return (agent_of(row), row.credential_hash) if row is not None else None


async def keep_agent(unit: Unit, agent: Agent, credential_hash: str = "") -> None:
    """Write an agent, known or new; its credential stays where no new hash is given."""
    query = select(AgentRow).where(AgentRow.id == agent.id)
    row = (await unit.session.scalars(query)).one_or_none() or AgentRow(id=agent.id)
    row.name = agent.name
    row.rack_id = agent.rack_id
    row.public_key = agent.public_key
    row.reserved_client_id = agent.reserved_client_id
    row.boot_id = agent.boot_id
    row.seen_at = agent.seen_at
    row.acting = agent.acting
    row.revoked_at = agent.revoked_at
    row.credential_hash = credential_hash or row.credential_hash
    unit.session.add(row)
    await unit.session.flush()


def agent_of(row: AgentRow) -> Agent:
    """Return a row's agent."""
    return Agent(
        row.id,
        row.name,
        row.rack_id,
        row.public_key,
        row.reserved_client_id,
        row.boot_id,
        row.seen_at,
        row.acting,
        row.revoked_at,
    )


async def _rack(unit: Unit, rack_id: str) -> RackRow:
    row = (await unit.session.scalars(select(RackRow).where(RackRow.id == rack_id))).one_or_none()
    if row is None:
        raise RackUnknown(rack_id)
    return row


async def _agent(unit: Unit, agent_id: str) -> AgentRow:
    row = (await unit.session.scalars(select(AgentRow).where(AgentRow.id == agent_id))).one_or_none()
    if row is None:
        raise AgentUnknown(agent_id)
    return row
