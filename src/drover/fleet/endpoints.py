"""The HTTP routes of the fleet: a client's phones and their leases; an organization's racks and agents."""

from datetime import datetime
from typing import Annotated, Literal, cast

from fastapi import Depends, Request, status
from pydantic import BaseModel, ConfigDict, Field

from drover.fleet.domain.agents import Agent, Rack
from drover.fleet.domain.leasing import Lease, NotLeased
from drover.fleet.domain.phones import PhoneState
from drover.fleet.domain.records import PhoneRecord
from drover.fleet.service import Agents, Leases, PhoneEdit, PhoneKey, Phones, Racks, key_of
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import Organization
from drover.platform.web.idempotency import answers_a_secret
from drover.platform.web.pages import Page, PageWanted, page_of
from drover.platform.web.provision import provided
from drover.platform.web.routes import capability_router
from drover.tenancy.entering import Entered, allowed, entering
from drover.tenancy.service import Act, Caller

router = capability_router("fleet")

Data = Annotated[Database, Depends(provided(Database))]
Entering = Annotated[Entered, Depends(entering(Act.SEE))]
"""Which rack a phone is at is known when it was read; what the route is for is asked for then."""
Seeing = Annotated[Caller, Depends(allowed(Act.SEE_ORGANIZATION))]
Managing = Annotated[Caller, Depends(allowed(Act.MANAGE_RACKS))]
PhoneService = Annotated[Phones, Depends(provided(Phones))]
LeaseService = Annotated[Leases, Depends(provided(Leases))]
RackService = Annotated[Racks, Depends(provided(Racks))]
AgentService = Annotated[Agents, Depends(provided(Agents))]

Reason = Annotated[str, Field(min_length=1, max_length=500)]


class Asked(BaseModel):
    """The body of a request; nothing in it may be unknown."""

    model_config = ConfigDict(extra="forbid")


class LeaseShown(BaseModel):
    """Who holds a phone, since when, for what, and how long at most."""

    token: int
    holder_kind: str
    holder_id: str
    purpose: str
    by: str
    priority: int
    taken_at: datetime
    renewed_at: datetime
    expires_at: datetime
    remaining_s: float

    @classmethod
    def of(cls, lease: Lease) -> "LeaseShown":
        """Return how a lease is shown."""
        holder = lease.holder
        return cls(
            token=lease.token,
            holder_kind=holder.kind.value,
            holder_id=holder.id,
            purpose=holder.purpose,
            by=holder.by,
            priority=lease.priority,
            taken_at=lease.taken_at,
            renewed_at=lease.renewed_at,
            expires_at=lease.expires_at,
            remaining_s=lease.remaining_s,
        )


class PhoneShown(BaseModel):
    """A phone; `state` is what holds now, `since` when its agent last reported another one."""

    id: str
    name: str
    serial: str
    model: str
    rack_id: str
    agent: str | None
    state: str
    reason: str
    since: datetime
    tags: list[str]
    active: bool
    lease: LeaseShown | None

    @classmethod
    def of(cls, phone: PhoneRecord, lease: Lease | None, now: datetime) -> "PhoneShown":
        """Return how a phone is shown."""
        state, reason = phone.shown(now)
        return cls(
            id=phone.id,
            name=phone.name,
            serial=phone.serial,
            model=phone.model,
            rack_id=phone.rack_id,
            agent=phone.agent.name if phone.agent is not None else None,
            state=state.value,
            reason=reason,
            since=phone.since,
            tags=sorted(phone.tags),
            active=phone.active,
            lease=LeaseShown.of(lease) if lease is not None else None,
        )


class PhoneChange(Asked):
    """What is changed of a phone; what is left out stays."""

    name: str | None = None
    tags: list[str] | None = None
    active: bool | None = None


class HoldWanted(Asked):
    """A phone is to be given no work."""

    state: Literal["maintenance", "quarantined"]
    reason: Reason


class Because(Asked):
    """Why something is done."""

    reason: Reason


@router.get("/clients/{client_id}/phones", summary="The client's phones, by name, with who holds them")
async def list_phones(
    entered: Entering, wanted: Annotated[PageWanted, Depends()], data: Data, phones: PhoneService, leases: LeaseService
) -> Page[PhoneShown]:
    """phone2 comes before phone10."""
    after = cast("PhoneKey | None", wanted.position(int, str, str))
    async with data.reading(entered.whose) as unit:
        rows = await phones.list(unit, after=after, limit=wanted.rows)
        held = await leases.in_force(unit, [phone.id for phone in rows])
        now = await unit.now()
    return page_of(rows, wanted, key_of, lambda phone: PhoneShown.of(phone, held.get(phone.id), now))


@router.get("/clients/{client_id}/phones/{phone_id}", summary="A phone")
async def get_phone(
    phone_id: str, entered: Entering, data: Data, phones: PhoneService, leases: LeaseService
) -> PhoneShown:
    """Its state is true within 3 s; a phone whose agent is silent for 10 s is offline."""
    async with data.reading(entered.whose) as unit:
        return await _shown(unit, await phones.get(unit, phone_id), leases)


@router.patch("/clients/{client_id}/phones/{phone_id}", summary="Rename or tag a phone, or use it no more")
async def edit_phone(
    phone_id: str, change: PhoneChange, entered: Entering, data: Data, phones: PhoneService, leases: LeaseService
) -> PhoneShown:
    """Change what is named; a phone that is not active is given no work."""
    async with data.writing(entered.whose) as unit:
        await _reach(unit, phone_id, phones, entered, Act.MANAGE_PHONES)
        edit = PhoneEdit(change.name, change.tags, change.active)
        return await _shown(unit, await phones.edit(unit, phone_id, edit, entered.caller), leases)


@router.put("/clients/{client_id}/phones/{phone_id}/hold", summary="Give a phone no work until it is let go")
async def hold_phone(
    phone_id: str, hold: HoldWanted, entered: Entering, data: Data, phones: PhoneService, leases: LeaseService
) -> PhoneShown:
    """Hold it; what runs on it goes on to its end."""
    async with data.writing(entered.whose) as unit:
        await _reach(unit, phone_id, phones, entered, Act.MANAGE_PHONES)
        phone = await phones.hold(unit, phone_id, PhoneState(hold.state), hold.reason, entered.caller)
        return await _shown(unit, phone, leases)


@router.delete("/clients/{client_id}/phones/{phone_id}/hold", summary="Let a held phone work again")
async def let_phone_go(
    phone_id: str, entered: Entering, data: Data, phones: PhoneService, leases: LeaseService
) -> PhoneShown:
    """Let it go; nothing changes where it is not held."""
    async with data.writing(entered.whose) as unit:
        await _reach(unit, phone_id, phones, entered, Act.MANAGE_PHONES)
        return await _shown(unit, await phones.let_go(unit, phone_id, entered.caller), leases)


@router.get("/clients/{client_id}/phones/{phone_id}/lease", summary="Who holds a phone")
async def get_lease(
    phone_id: str, entered: Entering, data: Data, phones: PhoneService, leases: LeaseService
) -> LeaseShown:
    """404 `not_leased` where nobody does."""
    async with data.reading(entered.whose) as unit:
        await phones.get(unit, phone_id)
        lease = await leases.of(unit, phone_id)
    if lease is None:
        raise NotLeased(phone_id)
    return LeaseShown.of(lease)


@router.post("/clients/{client_id}/phones/{phone_id}/lease/break", summary="Take a phone from its holder")
async def break_lease(
    phone_id: str, why: Because, entered: Entering, data: Data, phones: PhoneService, leases: LeaseService
) -> LeaseShown:
    """Answer with the lease that was ended: its holder's next act is refused."""
    async with data.writing(entered.whose) as unit:
        await _reach(unit, phone_id, phones, entered, Act.BREAK_LEASE)
        return LeaseShown.of(await leases.break_(unit, phone_id, entered.caller, why.reason))


class RackShown(BaseModel):
    """The phones of one host computer."""

    id: str
    name: str

    @classmethod
    def of(cls, rack: Rack) -> "RackShown":
        """Return how a rack is shown."""
        return cls(id=rack.id, name=rack.name)


class RackWanted(Asked):
    """A rack's name."""

    name: str


class AgentShown(BaseModel):
    """An agent; `alive`: it reported within 10 s."""

    id: str
    name: str
    rack_id: str
    reserved_client_id: str | None
    alive: bool
    seen_at: datetime | None
    acting: int
    revoked_at: datetime | None

    @classmethod
    def of(cls, agent: Agent, now: datetime) -> "AgentShown":
        """Return how an agent is shown."""
        return cls(
            id=agent.id,
            name=agent.name,
            rack_id=agent.rack_id,
            reserved_client_id=agent.reserved_client_id,
            alive=agent.alive(now),
            seen_at=agent.seen_at,
            acting=agent.acting,
            revoked_at=agent.revoked_at,
        )


class AgentWanted(Asked):
    """An agent that is to be registered; `public_key` is what secrets for it are sealed to."""

    name: str
    rack_id: str
    public_key: str = Field("", max_length=500)


class AgentMade(BaseModel):
    """A registered agent and its credential, which is told this once."""

    agent: AgentShown
    credential: str


class Reservation(Asked):
    """For whom an agent works; null: for no client in particular."""

    client_id: str | None


@router.get("/racks", summary="The organization's racks")
async def list_racks(caller: Seeing, data: Data, racks: RackService) -> Page[RackShown]:
    """All that the caller's accesses reach, by name."""
    async with data.reading(Organization(caller.organization)) as unit:
        return Page(items=[RackShown.of(rack) for rack in await racks.list(unit) if caller.sees_rack(rack.id)])


@router.post("/racks", status_code=status.HTTP_201_CREATED, summary="Add a rack")
async def create_rack(wanted: RackWanted, caller: Managing, data: Data, racks: RackService) -> RackShown:
    """409 where the name is taken."""
    async with data.writing(Organization(caller.organization)) as unit:
        return RackShown.of(await racks.create(unit, wanted.name, caller))


@router.patch("/racks/{rack_id}", summary="Rename a rack")
async def rename_rack(rack_id: str, wanted: RackWanted, caller: Managing, data: Data, racks: RackService) -> RackShown:
    """409 where the name is taken."""
    async with data.writing(Organization(caller.organization)) as unit:
        return RackShown.of(await racks.rename(unit, rack_id, wanted.name, caller))


@router.get("/agents", summary="The organization's agents")
async def list_agents(caller: Seeing, data: Data, agents: AgentService) -> Page[AgentShown]:
    """All at racks that the caller's accesses reach, by name, revoked ones too."""
    async with data.reading(Organization(caller.organization)) as unit:
        now = await unit.now()
        found = [agent for agent in await agents.list(unit) if caller.sees_rack(agent.rack_id)]
    return Page(items=[AgentShown.of(agent, now) for agent in found])


@router.post("/agents", status_code=status.HTTP_201_CREATED, summary="Register an agent")
async def register_agent(
    wanted: AgentWanted, caller: Managing, data: Data, agents: AgentService, request: Request
) -> AgentMade:
    """Answer with its credential, of which only a hash is kept."""
    answers_a_secret(request)
    async with data.writing(Organization(caller.organization)) as unit:
        made = await agents.register(unit, wanted.name, wanted.rack_id, caller, public_key=wanted.public_key)
        agent, credential = made
        return AgentMade(agent=AgentShown.of(agent, await unit.now()), credential=credential)


@router.post("/agents/{agent_id}/revoke", summary="Refuse an agent from now on")
async def revoke_agent(agent_id: str, why: Because, caller: Managing, data: Data, agents: AgentService) -> AgentShown:
    """Revoke it; it can be registered again, under a new credential."""
    async with data.writing(Organization(caller.organization)) as unit:
        return AgentShown.of(await agents.revoke(unit, agent_id, caller, why.reason), await unit.now())


@router.put("/agents/{agent_id}/reservation", summary="Keep an agent for one client, or for none in particular")
async def reserve_agent(
    agent_id: str, wanted: Reservation, caller: Managing, data: Data, agents: AgentService
) -> AgentShown:
    """Reserve it; phones of other clients get no work from it."""
    async with data.writing(Organization(caller.organization)) as unit:
        return AgentShown.of(await agents.reserve(unit, agent_id, wanted.client_id, caller), await unit.now())


async def _reach(unit: Unit, phone_id: str, phones: Phones, entered: Entered, act: Act) -> None:
    """Let those pass whose access reaches to the phone. Raises PhoneUnknown, NotAllowed."""
    phone = await phones.get(unit, phone_id)
    entered.caller.require(act, entered.client, rack=phone.rack_id)


async def _shown(unit: Unit, phone: PhoneRecord, leases: Leases) -> PhoneShown:
    return PhoneShown.of(phone, await leases.of(unit, phone.id), await unit.now())
