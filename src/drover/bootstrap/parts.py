"""The parts that everything runs in: database, worker and agent, put together once for `drover up` and the demo."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from drover.agent.rig import AgentOptions
from drover.audit.service import EVERY_S, Sealer, Trail
from drover.bootstrap.agent_thread import AgentThread, Source, agent_options, running_agent
from drover.bootstrap.attached import attached_phones
from drover.bootstrap.databases import Databases, bring_up_to_date, databases
from drover.bootstrap.example import Example, read_example
from drover.bootstrap.given_values import WithValues
from drover.bootstrap.own_agent import OwnAgent, Registration
from drover.bootstrap.reports import Reports
from drover.bootstrap.services import Fleet, Foundation, People, Plans, fleet_of, people_of, plans_of
from drover.bootstrap.sim_ports import settled_port
from drover.bootstrap.ways import way_options
from drover.bootstrap.working import WorkerParts, Working, drain, working
from drover.devices.ports import DeviceSource
from drover.kernel.clock import SystemClock
from drover.kernel.errors import DroverError, Kind
from drover.kernel.ids import random_id, random_secret
from drover.platform.blobs import FolderBlobs
from drover.platform.bus.memory import MemoryBus
from drover.platform.collecting import collect
from drover.platform.content import BlobContent, Content
from drover.platform.db.database import Database
from drover.platform.db.delivering import DELIVER_EVERY_S, Deliverer, Subscriber
from drover.platform.db.whose import Installation, OneClient
from drover.platform.settings import Settings
from drover.tenancy.hashing import Hasher
from drover.tenancy.service import FirstAdministrator
from drover.tenancy.service.requests import Requests
from drover.workflows.service.named_content import NamedContent
from drover.workflows.service.pace import Pace
from drover.workflows.service.worker import Worker

if TYPE_CHECKING:
    from drover.bootstrap.simulated import SimulatedPhones, SimulatedRack
    from drover.simulator.rack import RackOptions

DRAIN_S: Final = 20.0
"""Of the 30 s that an end may take: the rest is the agent's, and closing what is open."""
PHONES_S: Final = 60.0
_SWEEP_S: Final = 300.0
_COLLECT_S: Final = 3600.0
SUBSCRIBERS: Final[tuple[Subscriber, ...]] = ()
"""Who hears of what happens to clients; nobody yet."""


class PhonesMissing(DroverError):
    """The simulated phones did not all come online."""

    kind = Kind.TIMEOUT

    def __init__(self, seen: int, wanted: int) -> None:
        super().__init__(f"only {seen} of {wanted} simulated phones came online", hint="run it again with --debug")


@dataclass(frozen=True, slots=True)
class PartsWanted:
    """What is to be run. `rack` None: the attached phones, or those in `simulated`, whose process is somebody else's.

    `phones` opens another source of phones, such as ones in memory.

    `example` None: no definitions are put there.
    `options` None: the agent works as the settings say. `values` is a document of values for all texts that are played.
    """

    rack: "RackOptions | None" = None
    database: str = ""
    owner: str = ""
    example: Path | None = None
    options: AgentOptions | None = None
    values: bytes | None = None
    simulated: "SimulatedPhones | None" = None
    phones: Source | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Parts:
    """What runs, and the doors to it. `first` is there after the first start alone, `rack` where it is simulated."""

    first: FirstAdministrator | None
    whose: OneClient
    own: OwnAgent
    phones: dict[str, str]
    rack: "SimulatedRack | None"
    base: Foundation
    people: People
    fleet: Fleet
    plans: Plans
    working: Working
    bus: MemoryBus
    failed: "asyncio.Future[None]" = field(repr=False)


@asynccontextmanager
async def running_parts(wanted: PartsWanted, settings: Settings) -> AsyncGenerator[Parts]:
    """Run them while the block lasts, in a data folder that is this process's alone.

    At its end runs stop within DRAIN_S and are queued again, phones are let go, and nothing is left: no process, port
    or lease. Raises DataFolderUnusable, what databases raise, SimulatorFailed, PhonesMissing.
    """
    options = replace(wanted.options or agent_options(settings, SystemClock()), shares_content=True)
    async with AsyncExitStack() as stack:
        bases = databases(settings, wanted.database, wanted.owner)
        if bases.upgrades_itself:
            await bring_up_to_date(bases)
        database = await stack.enter_async_context(Database.open(bases.url))
        blobs = FolderBlobs(settings.data_dir / "blobs")
        base = _foundation(stack, database, BlobContent(blobs), options)
        people, fleet = people_of(base), fleet_of(base)
        plans = plans_of(base, people, fleet)
        first = await people.beginning.first_administrator()
        whose = await _home(database, people, first)
        if wanted.example is not None:
            files = await asyncio.to_thread(read_example, wanted.example)
            await Example(database, plans.definitions, fleet.apps, base.content).put(whose, files)
        own = await Registration(database, fleet.agents, fleet.racks, random_id).known_or_new(
            settings.data_dir, whose.organization, whose.client
        )
        bus = MemoryBus()
        made = await stack.enter_async_context(working(_worker_parts(base, bases, plans, bus, own.name, wanted.values)))
        reports = Reports(database, fleet.agents, fleet.phones, own, base.trail.clock, made.worker.wake)
        await stack.enter_async_context(_beside(reports.follow(bus)))
        await stack.enter_async_context(_chores(base, people, blobs, settings))
        racks: list[SimulatedRack] = []
        agent = _agent(wanted, settings, own, bus, base.content, options, racks)
        thread = await stack.enter_async_context(agent)
        stack.push_async_callback(drain, made, timeout_s=DRAIN_S)
        names = await _phones(reports, fleet, database, whose, racks)
        rack = racks[0] if racks else None
        yield Parts(first, whose, own, names, rack, base, people, fleet, plans, made, bus, thread.ended)


def _foundation(stack: AsyncExitStack, database: Database, content: BlobContent, options: AgentOptions) -> Foundation:
    hasher = Hasher(random_secret)
    stack.callback(hasher.close)
    return Foundation(
        database=database,
        hasher=hasher,
        trail=Trail(SystemClock(), random_id),
        content=content,
        helpers=options.helpers,
        categories=options.texts.categories(None),
    )


async def _home(database: Database, people: People, first: FirstAdministrator | None) -> OneClient:
    """Return the client that this process's phones belong to: the first there is."""
    if first is not None:
        return OneClient(first.organization, first.client)
    async with database.reading(Installation()) as unit:
        client = min(await people.clients.every(unit), key=lambda client: (client.created_at, client.id))
    return OneClient(client.organization, client.id)


def _worker_parts(
    base: Foundation, bases: Databases, plans: Plans, bus: MemoryBus, executor: str, values: bytes | None
) -> WorkerParts:
    return WorkerParts(
        database=base.database,
        store=bases.engine_store(),
        executor=executor,
        trail=base.trail,
        content=base.content,
        book=plans.definitions,
        planning=plans.occurrences,
        preparing=plans.preparations if values is None else WithValues(plans.preparations, values),
        standing=plans.standing,
        bus=bus,
        helpers=base.helpers,
    )


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _chores(base: Foundation, people: People, blobs: FolderBlobs, settings: Settings) -> AsyncIterator[None]:
    """Seal the audit trail every second, and sweep what is over, while the block lasts; then seal what is left."""
    worker, sealer = Worker(base.trail.clock, Pace()), Sealer(base.database, base.trail.clock)
    worker.repeats("seal", sealer.turn, EVERY_S)
    worker.repeats("sweep logins", people.login.sweep, _SWEEP_S)
    worker.repeats("sweep requests", lambda: _sweep_requests(base.database), _SWEEP_S)
    deliverer = Deliverer(base.database, SUBSCRIBERS)
    worker.repeats("deliver events", deliverer.turn, DELIVER_EVERY_S)
    worker.repeats("forget events", deliverer.forget, _SWEEP_S)
    named, kept = NamedContent(base.database, people.clients, base.content), timedelta(days=settings.evidence_days)
    worker.repeats(
        "collect content", lambda: collect(blobs, named.older_than, base.trail.clock.now() - kept), _COLLECT_S
    )
    async with worker:
        yield
    await sealer.turn()


async def _sweep_requests(database: Database) -> None:
    async with database.writing(Installation()) as unit:
        await Requests().sweep(unit)


def _agent(
    wanted: PartsWanted,
    settings: Settings,
    own: OwnAgent,
    bus: MemoryBus,
    content: Content,
    options: AgentOptions,
    racks: "list[SimulatedRack]",
) -> AgentThread:
    @asynccontextmanager
    async def source() -> AsyncGenerator[DeviceSource]:
        if wanted.rack is None and wanted.simulated is None:
            yield attached_phones(settings, way_options(settings))
            return
        async with _simulated(wanted, settings) as rack:
            racks.append(rack)
            yield rack.source

    phones = wanted.phones or source
    return AgentThread(lambda: running_agent(own.name, phones, bus, content, options))


@asynccontextmanager
async def _simulated(wanted: PartsWanted, settings: Settings) -> "AsyncGenerator[SimulatedRack]":
    from drover.bootstrap import simulated  # noqa: PLC0415  a second to load: real phones need not wait

    if wanted.simulated is not None:
        async with simulated.connected_rack(wanted.simulated, settings) as rack:
            yield rack
    elif wanted.rack is not None:
        port = settled_port(settings.data_dir, wanted.rack.phones, random.SystemRandom())
        async with simulated.simulated_rack(replace(wanted.rack, port=port), settings) as rack:
            yield rack


async def _phones(
    reports: Reports, fleet: Fleet, database: Database, whose: OneClient, racks: "list[SimulatedRack]"
) -> dict[str, str]:
    """Return the serials of the phones by name, once they are there."""
    wanted = len(racks[0].names) if racks else 0
    try:
        async with asyncio.timeout(PHONES_S):
            await reports.online(wanted)
    except TimeoutError as error:
        raise PhonesMissing(reports.reachable, wanted) from error
    async with database.reading(whose) as unit:
        known = await fleet.phones.every(unit)
    return {phone.name: phone.serial for phone in known if phone.serial in reports.serials}
