"""`drover up`: database, worker and API in one process; the agent beside them, on a loop and thread of its own."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from drover.api.application import Services, create_app
from drover.api.health import Checks
from drover.audit.service import EVERY_S, Sealer, Trail
from drover.bootstrap.agent_thread import AgentThread, Source, agent_options, running_agent
from drover.bootstrap.attached import attached_phones
from drover.bootstrap.consoles import console_services
from drover.bootstrap.databases import Databases, bring_up_to_date, databases
from drover.bootstrap.example import Example, read_example
from drover.bootstrap.kill_switch import KillSwitch
from drover.bootstrap.own_agent import OwnAgent, Registration
from drover.bootstrap.reports import Reports
from drover.bootstrap.services import Fleet, Foundation, People, Plans, fleet_of, people_of, plans_of
from drover.bootstrap.sim_ports import settled_port
from drover.bootstrap.simulated import SimulatedRack, simulated_rack
from drover.bootstrap.standing import Standing, occupied, told
from drover.bootstrap.texts import provided_categories
from drover.bootstrap.walls import running_walls
from drover.bootstrap.ways import way_options
from drover.bootstrap.working import WorkerParts, Working, drain, working
from drover.console.application import mount_console
from drover.devices.ports import DeviceSource
from drover.kernel.clock import SystemClock
from drover.kernel.errors import DroverError, Kind
from drover.kernel.ids import random_id, random_secret
from drover.platform.blobs import FolderBlobs
from drover.platform.bus.memory import MemoryBus
from drover.platform.content import BlobContent
from drover.platform.db.database import Database
from drover.platform.db.whose import Installation, OneClient
from drover.platform.ports import LOOPBACK, bound_socket
from drover.platform.settings import Settings
from drover.platform.web.server import serving
from drover.sequences.helpers import load_helpers
from drover.simulator.rack import RackOptions
from drover.tenancy.hashing import Hasher
from drover.tenancy.service import FirstAdministrator, Halts
from drover.tenancy.service.requests import Requests
from drover.workflows.service.halting import Halting
from drover.workflows.service.pace import Pace
from drover.workflows.service.worker import Worker

DRAIN_S: Final = 20.0
"""Of the 30 s that an end may take: the rest is the agent's, and closing what is open."""
PHONES_S: Final = 60.0
_SWEEP_S: Final = 300.0


class PhonesMissing(DroverError):
    """The simulated phones did not all come online."""

    kind = Kind.TIMEOUT

    def __init__(self, seen: int, wanted: int) -> None:
        super().__init__(f"only {seen} of {wanted} simulated phones came online", hint="run it again with --debug")


@dataclass(frozen=True, slots=True)
class UpRequest:
    """What is to be run. `rack` None: the attached phones. `example` None: no definitions are put there.

    `phones` opens another source of phones, such as ones in memory.
    """

    rack: RackOptions | None = None
    host: str = LOOPBACK
    port: int = 0
    database: str = ""
    owner: str = ""
    example: Path | None = None
    phones: Source | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Up:
    """A Drover that is up, and the doors to its parts. `first` is there after the first start alone."""

    url: str
    first: FirstAdministrator | None
    whose: OneClient
    phones: dict[str, str]
    control: str
    database: Database
    people: People
    fleet: Fleet
    plans: Plans
    working: Working
    token: str
    failed: "asyncio.Future[None]" = field(repr=False)


@asynccontextmanager
async def up(request: UpRequest, settings: Settings) -> AsyncGenerator[Up]:
    """Run everything while the block lasts.

    At its end runs stop within DRAIN_S and are queued again, phones are let go, and nothing is left: no process, port
    or lease. Raises AlreadyUp, DataFolderUnusable, PortTaken, what databases raise, SimulatorFailed, PhonesMissing.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(occupied(settings.data_dir))
        sock = stack.enter_context(bound_socket(request.port, request.host))
        bases = databases(settings, request.database, request.owner)
        if bases.upgrades_itself:
            await bring_up_to_date(bases)
        database = await stack.enter_async_context(Database.open(bases.url))
        base = _foundation(stack, database, settings)
        people, fleet = people_of(base), fleet_of(base)
        plans = plans_of(base, people, fleet)
        first = await people.beginning.first_administrator()
        whose = await _home(database, people, first)
        content = BlobContent(FolderBlobs(settings.data_dir / "blobs"))
        if request.example is not None:
            files = await asyncio.to_thread(read_example, request.example)
            await Example(database, plans.definitions, fleet.apps, content).put(whose, files)
        own = await Registration(database, fleet.agents, fleet.racks, random_id).known_or_new(
            settings.data_dir, whose.organization, whose.client
        )
        bus = MemoryBus()
        parts = _worker_parts(base, bases, plans, content, bus, own.name)
        made = await stack.enter_async_context(working(parts))
        reports = Reports(database, fleet.agents, fleet.phones, own, base.trail.clock, made.worker.wake)
        await stack.enter_async_context(_beside(reports.follow(bus)))
        await stack.enter_async_context(_chores(base, people))
        racks: list[SimulatedRack] = []
        thread = await stack.enter_async_context(_agent(request, settings, own, bus, content, racks))
        stack.push_async_callback(drain, made, timeout_s=DRAIN_S)
        names = await _phones(reports, fleet, database, whose, racks)
        halts = _halts(base, people, fleet, made)
        walls = await stack.enter_async_context(running_walls(base, fleet, plans, bus, settings))
        api = create_app(_services(base, people, fleet, plans, made, halts))
        console = mount_console(
            api, console_services(base, people, fleet, plans, made, halts, bus, content, walls, racks)
        )
        await stack.enter_async_context(console.running())
        url = await stack.enter_async_context(serving(console, sock, patience_s=2))
        text = await people.local.issue(own.name)
        stack.push_async_callback(people.local.withdraw, own.name)
        stack.enter_context(told(settings.data_dir, Standing(url, text.reveal())))
        control = racks[0].control if racks else ""
        yield Up(url, first, whose, names, control, database, people, fleet, plans, made, text.reveal(), thread.ended)


def _foundation(stack: AsyncExitStack, database: Database, settings: Settings) -> Foundation:
    hasher = Hasher(random_secret)
    stack.callback(hasher.close)
    return Foundation(
        database=database,
        hasher=hasher,
        trail=Trail(SystemClock(), random_id),
        helpers=load_helpers(None),
        categories=provided_categories(None, settings),
    )


async def _home(database: Database, people: People, first: FirstAdministrator | None) -> OneClient:
    """Return the client that this process's phones belong to: the first there is."""
    if first is not None:
        return OneClient(first.organization, first.client)
    async with database.reading(Installation()) as unit:
        client = min(await people.clients.every(unit), key=lambda client: (client.created_at, client.id))
    return OneClient(client.organization, client.id)


def _worker_parts(
    base: Foundation, bases: Databases, plans: Plans, content: BlobContent, bus: MemoryBus, executor: str
) -> WorkerParts:
    return WorkerParts(
        database=base.database,
        store=bases.engine_store(),
        executor=executor,
        trail=base.trail,
        content=content,
        book=plans.definitions,
        planning=plans.occurrences,
        preparing=plans.preparations,
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
async def _chores(base: Foundation, people: People) -> AsyncIterator[None]:
    """Seal the audit trail every second, and sweep what is over, while the block lasts; then seal what is left."""
    worker, sealer = Worker(base.trail.clock, Pace()), Sealer(base.database, base.trail.clock)
    worker.repeats("seal", sealer.turn, EVERY_S)
    worker.repeats("sweep logins", people.login.sweep, _SWEEP_S)
    worker.repeats("sweep requests", lambda: _sweep_requests(base.database), _SWEEP_S)
    async with worker:
        yield
    await sealer.turn()


async def _sweep_requests(database: Database) -> None:
    async with database.writing(Installation()) as unit:
        await Requests().sweep(unit)


def _agent(
    request: UpRequest,
    settings: Settings,
    own: OwnAgent,
    bus: MemoryBus,
    content: BlobContent,
    racks: list[SimulatedRack],
) -> AgentThread:
    @asynccontextmanager
    async def source() -> AsyncGenerator[DeviceSource]:
        if request.rack is None:
            yield attached_phones(settings, way_options(settings))
            return
        port = settled_port(settings.data_dir, request.rack.phones, random.SystemRandom())
        async with simulated_rack(replace(request.rack, port=port), settings) as rack:
            racks.append(rack)
            yield rack.source

    options = agent_options(settings, SystemClock())
    phones = request.phones or source
    return AgentThread(lambda: running_agent(own.name, phones, bus, content, options))


async def _phones(
    reports: Reports, fleet: Fleet, database: Database, whose: OneClient, racks: list[SimulatedRack]
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


def _halts(base: Foundation, people: People, fleet: Fleet, made: Working) -> Halts:
    halting = Halting(base.database, made.plays_at, fleet.agents, base.trail.clock)
    switch = KillSwitch(base.database, halting, people.clients, made.worker.wake)
    return Halts(base.database, base.trail, base.trail.clock, switch.thrown)


def _services(base: Foundation, people: People, fleet: Fleet, plans: Plans, made: Working, halts: Halts) -> Services:
    others = (
        *(people.clients, people.users, people.passwords, base.trail),
        *(fleet.racks, fleet.agents, fleet.phones, fleet.leases),
        *(fleet.apps, fleet.profiles, fleet.accounts, fleet.seen, fleet.targets),
        *(plans.definitions, plans.schedules, made.runs),
        halts,
    )
    return Services(
        base.database, people.login, people.tokens, Checks({"database": lambda: _alive(base.database)}), others
    )


async def _alive(database: Database) -> None:
    async with database.reading(Installation()) as unit:
        await unit.now()
