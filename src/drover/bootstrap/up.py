"""`drover up`: all parts, API and console, in one process."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

from drover.api.application import Services, create_app
from drover.api.health import HEALTH, Checks
from drover.bootstrap.agent_thread import Source
from drover.bootstrap.consoles import console_services
from drover.bootstrap.kill_switch import KillSwitch
from drover.bootstrap.parts import Parts, PartsWanted, running_parts
from drover.bootstrap.services import Fleet, People, Plans
from drover.bootstrap.standing import Standing, occupied, told
from drover.bootstrap.walls import running_walls
from drover.bootstrap.working import Working
from drover.console.application import mount_console
from drover.platform.db.database import Database
from drover.platform.db.whose import Installation, OneClient
from drover.platform.ports import LOOPBACK, bound_socket
from drover.platform.settings import Settings
from drover.platform.web.proxies import Approach, Approached, approach
from drover.platform.web.server import serving
from drover.tenancy.service import FirstAdministrator, Halts
from drover.workflows.service.halting import Halting

if TYPE_CHECKING:
    from drover.simulator.rack import RackOptions


@dataclass(frozen=True, slots=True)
class UpRequest:
    """What is to be run. `rack` None: the attached phones. `example` None: no definitions are put there.

    `plain_http`: other computers may ask without encryption, where `host` lets them. `phones` opens another source of
    phones, such as ones in memory.
    """

    rack: "RackOptions | None" = None
    host: str = LOOPBACK
    port: int = 0
    database: str = ""
    owner: str = ""
    example: Path | None = None
    plain_http: bool = False
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
    """Run everything while the block lasts, and leave nothing, as `running_parts` does.

    Raises OpenToNetwork, AlreadyUp, PortTaken, and what `running_parts` raises.
    """
    way = approach(request.host, settings.trusted_proxies, plain=request.plain_http)
    async with AsyncExitStack() as stack:
        stack.enter_context(occupied(settings.data_dir))
        sock = stack.enter_context(bound_socket(request.port, request.host))
        wanted = PartsWanted(request.rack, request.database, request.owner, request.example, phones=request.phones)
        parts = await stack.enter_async_context(running_parts(wanted, settings))
        url = await stack.enter_async_context(served(parts, settings, sock, way))
        token = (await parts.people.local.issue(parts.own.name)).reveal()
        stack.push_async_callback(parts.people.local.withdraw, parts.own.name)
        stack.enter_context(told(settings.data_dir, Standing(url, token)))
        yield Up(
            url=url,
            first=parts.first,
            whose=parts.whose,
            phones=parts.phones,
            control=parts.rack.control if parts.rack else "",
            database=parts.base.database,
            people=parts.people,
            fleet=parts.fleet,
            plans=parts.plans,
            working=parts.working,
            token=token,
            failed=parts.failed,
        )


@asynccontextmanager
async def served(parts: Parts, settings: Settings, sock: socket, way: Approach) -> AsyncGenerator[str]:
    """Answer API and console on `sock` while the block lasts; give their address."""
    halts = _halts(parts)
    async with running_walls(parts.base, parts.fleet, parts.plans, parts.bus, settings) as walls:
        api = await asyncio.to_thread(create_app, _services(parts, halts))
        console = mount_console(api, console_services(parts, halts, walls))
        app = Approached(console, way, always=(HEALTH,))
        async with console.running(), serving(app, sock, patience_s=2) as url:
            yield url


def _halts(parts: Parts) -> Halts:
    base, made = parts.base, parts.working
    clock = base.trail.clock
    halting = Halting(base.database, made.plays_at, parts.fleet.agents, clock)
    switch = KillSwitch(base.database, halting, parts.people.clients, made.worker.wake)
    return Halts(base.database, base.trail, clock, switch.thrown)


def _services(parts: Parts, halts: Halts) -> Services:
    base, people, fleet, plans, made = parts.base, parts.people, parts.fleet, parts.plans, parts.working
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
        await unit.answers()
