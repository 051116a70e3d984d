"""Racks and agents of an organization: who may report for which phones."""

from collections.abc import Sequence
from dataclasses import replace

from drover.audit.domain import Actor
from drover.audit.service import Trail
from drover.fleet.domain.agents import (
    Agent,
    AgentNameTaken,
    AgentRefused,
    Rack,
    admit,
    check_host_name,
    credential_hash,
)
from drover.fleet.repository import agents as repository
from drover.kernel.ids import NewSecret
from drover.platform.db.database import Unit


class Racks:
    """The racks of an organization."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail

    async def create(self, unit: Unit, name: str, by: Actor) -> Rack:
        """Return a new rack; audited. Raises BadHostName, Conflict for a taken name."""
        rack = Rack(self._trail.new_id(), check_host_name(name))
        await repository.add_rack(unit, rack)
        self._trail.note(unit, by, "rack.created", ("rack", rack.id), after={"name": name})
        return rack

    async def rename(self, unit: Unit, rack_id: str, name: str, by: Actor) -> Rack:
        """Return the rack under its new name; audited. Raises RackUnknown, BadHostName, Conflict for a taken name."""
        before = await repository.rack(unit, rack_id)
        await repository.rename_rack(unit, rack_id, check_host_name(name))
        subject = ("rack", rack_id)
        self._trail.note(unit, by, "rack.renamed", subject, before={"name": before.name}, after={"name": name})
        return Rack(rack_id, name)

    async def list(self, unit: Unit) -> Sequence[Rack]:
        """Return the racks by name."""
        return await repository.racks(unit)

    async def get(self, unit: Unit, rack_id: str) -> Rack:
        """Return a rack. Raises RackUnknown."""
        return await repository.rack(unit, rack_id)


class Agents:
    """The agents of an organization. Of a credential only the hash is kept, so it is told once."""

    def __init__(self, trail: Trail, new_credential: NewSecret) -> None:
        self._trail = trail
        self._new_credential = new_credential

    async def register(
        self, unit: Unit, name: str, rack_id: str, by: Actor, *, public_key: str = ""
    ) -> tuple[Agent, str]:
        """Return an agent for a rack and its credential; audited.

        A revoked one of that name is taken up again, under a new credential. Raises BadHostName, RackUnknown,
        AgentNameTaken where there is one that was not revoked.
        """
        await repository.rack(unit, rack_id)
        known = await repository.agent_named(unit, check_host_name(name))
        if known is not None and known[0].revoked_at is None:
            raise AgentNameTaken(name, registered=True)
        agent_id = known[0].id if known is not None else self._trail.new_id()
        agent = Agent(agent_id, name, rack_id, public_key, None, "", None, 0, None)
        credential = self._new_credential()
        await repository.keep_agent(unit, agent, credential_hash(credential))
        after = {"name": name, "rack": rack_id}
        self._trail.note(unit, by, "agent.registered", ("agent", agent.id), after=after)
        return agent, credential

    async def report(
        self, unit: Unit, name: str, credential: str, boot_id: str, acting: int, *, public_key: str = ""
    ) -> Agent:
        """Note that an agent is there, and return it; `boot_id` names its present start, `acting` how many phones act.

        `public_key` is what secrets for it are sealed to from now on; empty: what was known of it.
        Raises AgentRefused, AgentNameTaken while another start of it reported within 10 s.
        """
        known = await repository.agent_named(unit, name)
        if known is None:
            raise AgentRefused(name)
        agent, kept_hash = known
        now = await unit.now()
        admit(agent, kept_hash, credential, boot_id, now)
        key = public_key or agent.public_key
        agent = replace(agent, boot_id=boot_id, seen_at=now, acting=acting, public_key=key)
        await repository.keep_agent(unit, agent)
        return agent

    async def leave(self, unit: Unit, name: str, credential: str, boot_id: str) -> None:
        """Note that an agent has ended in good order, so that its next start need not wait. Raises what report does."""
        agent = await self.report(unit, name, credential, boot_id, 0)
        await repository.keep_agent(unit, replace(agent, boot_id="", seen_at=None))

    async def revoke(self, unit: Unit, agent_id: str, by: Actor, reason: str) -> Agent:
        """Refuse an agent's credential from now on; audited. Raises AgentUnknown."""
        agent = await repository.agent(unit, agent_id)
        if agent.revoked_at is not None:
            return agent
        agent = replace(agent, revoked_at=await unit.now())
        await repository.keep_agent(unit, agent)
        self._trail.note(unit, by, "agent.revoked", ("agent", agent_id), reason=reason)
        return agent

    async def reserve(self, unit: Unit, agent_id: str, client_id: str | None, by: Actor) -> Agent:
        """Keep an agent for one client, or for none in particular; audited.

        Raises AgentUnknown, ReferenceBroken where the organization has no such client.
        """
        before = await repository.agent(unit, agent_id)
        after = replace(before, reserved_client_id=client_id)
        await repository.keep_agent(unit, after)
        facts = [{"client": agent.reserved_client_id} for agent in (before, after)]
        self._trail.note(unit, by, "agent.reserved", ("agent", agent_id), before=facts[0], after=facts[1])
        return after

    async def list(self, unit: Unit) -> Sequence[Agent]:
        """Return the agents by name, revoked ones too."""
        return await repository.agents(unit)

    async def get(self, unit: Unit, agent_id: str) -> Agent:
        """Return an agent. Raises AgentUnknown."""
        return await repository.agent(unit, agent_id)
