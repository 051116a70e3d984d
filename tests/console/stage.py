"""A console that is served: real pages, doors, services and worker over a database of its own; phones are scripts."""

import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image
from starlette.responses import PlainTextResponse

from drover.bootstrap.services import Foundation, fleet_of, people_of, plans_of
from drover.bootstrap.walls import running_walls
from drover.bootstrap.working import Working
from drover.console.application import mount_console
from drover.console.screen_library import ScreenLibrary
from drover.console.services import ConsoleServices
from drover.kernel.clock import FakeClock, SystemClock
from drover.kernel.ids import random_secret
from drover.platform.blobs import MemoryBlobs
from drover.platform.bus.memory import MemoryBus
from drover.platform.content import BlobContent
from drover.platform.db.database import Database
from drover.platform.ports import bound_socket
from drover.platform.settings import Settings
from drover.platform.web.server import serving
from drover.protocol.messages import PlayEnded, PlayOrder, TaskEnded
from drover.tenancy.hashing import Hasher
from drover.tenancy.service import LoggedIn, Role
from tests.databases import CLIENT
from tests.fleet.racks import TRAIL
from tests.tenancy.house import CHEAP, FULL, House
from tests.workflows.runs.world import ADA, AT, COMPLETED, OURS, WORKFLOW, Rig, World, world_of

ADMIN = "ada"


@dataclass
class Stage:
    """What a test may turn."""

    url: str
    house: House
    world: World
    made: Working
    content: BlobContent
    faults: "MemoryFaults"
    frames: list[str] = field(default_factory=list[str])

    async def session(self, username: str = ADMIN) -> LoggedIn:
        """Return a session that was begun without the form."""
        return await self.house.log_in(username)

    @asynccontextmanager
    async def client(self, username: str = "", **headers: str) -> AsyncGenerator[httpx2.AsyncClient]:
        """Give an HTTP client, with a session of that user if one is named."""
        cookies = {"drover_session": (await self.session(username)).secret} if username else {}
        options: dict[str, Any] = {"base_url": self.url, "cookies": cookies, "headers": headers, "trust_env": False}
        async with httpx2.AsyncClient(**options, timeout=60) as client:
            yield client

    async def run(self, phone: int = 0) -> str:
        """Begin a run and return its id."""
        made = await self.made.runs.start_now(OURS, ADA, WORKFLOW, self.world.phones[phone].id)
        return made.id


class MemoryFaults:
    """Faults of phones in memory, as the simulator's controls tell of them."""

    kinds = ("dim", "disconnect")

    def __init__(self) -> None:
        self.given: dict[str, list[str]] = {}

    async def of(self, serial: str) -> list[dict[str, Any]]:
        return [{"fault": told.partition(",")[0], "state": "active"} for told in self.given.get(serial, [])]

    async def give(self, serial: str, told: str) -> None:
        self.given.setdefault(serial, []).append(told)

    async def clear(self, serial: str, fault: str | None) -> None:
        self.given[serial] = [told for told in self.given.get(serial, []) if told.partition(",")[0] != fault]


@asynccontextmanager
async def staged(database: Database, folder: Path) -> AsyncGenerator[Stage]:
    """Serve a console with one administrator, two phones and a worker, while the block lasts."""
    hasher = Hasher(random_secret, cost=CHEAP)
    house = House(database, hasher, FakeClock(wall=SystemClock().now()))
    content, bus, faults = BlobContent(MemoryBlobs()), MemoryBus(), MemoryFaults()
    try:
        async with world_of(database, folder, phones=2) as world, world.worker() as made:
            base = Foundation(database, hasher, TRAIL, content, {}, frozenset())
            people, fleet = people_of(base), fleet_of(base)
            plans = plans_of(base, people, fleet)
            settings = Settings(data_dir=folder)
            async with running_walls(base, fleet, plans, bus, settings) as walls:
                services = ConsoleServices(
                    database=database,
                    clock=house.clock,
                    bus=bus,
                    content=content,
                    trail=TRAIL,
                    login=house.login,
                    passwords=house.passwords,
                    users=house.users,
                    tokens=house.tokens,
                    clients=house.clients,
                    halts=house.halts,
                    racks=fleet.racks,
                    agents=fleet.agents,
                    phones=fleet.phones,
                    leases=fleet.leases,
                    definitions=plans.definitions,
                    schedules=plans.schedules,
                    runs=made.runs,
                    walls=walls,
                    screens=ScreenLibrary(content),
                    faults=faults,
                )
                console = mount_console(PlainTextResponse("the API"), services)
                async with console.running(), serving(console, bound_socket(0)) as url:
                    stage = Stage(url, house, world, made, content, faults)
                    await house.user(ADMIN, Role.SUPER_USER, **{CLIENT: FULL})
                    await _pictures(stage)
                    yield stage
    finally:
        hasher.close()


async def _pictures(stage: Stage) -> None:
    """Keep two pictures, as agents hand over evidence."""
    for shade in (40, 200):
        buffer = io.BytesIO()
        Image.new("RGB", (90, 200), (shade, shade, 90)).save(buffer, "JPEG")
        stage.frames.append(await stage.content.put(buffer.getvalue()))


def task(stage: Stage, index: int, name: str, *, failed: bool = False) -> TaskEnded:
    """Return a task as its agent tells of it, with the frames before and after."""
    before, after = stage.frames
    return TaskEnded.model_validate(
        {
            "index": index,
            "name": name,
            "task_kind": "tap",
            "effect": "repeatable",
            "status": "failed" if failed else "completed",
            "attempts": 2 if failed else 1,
            "expected": "plaza.profile",
            "actual": "plaza.feed" if failed else "plaza.profile",
            "error": "expected plaza.profile, saw plaza.feed" if failed else "",
            "hint": "look at the frames" if failed else "",
            "frame_before": before,
            "frame_after": after,
            "wall_ms": 900.0,
            "device_ms": 300.0,
            "waited_ms": 100.0,
            "started_at": AT,
            "ended_at": AT,
        }
    )


def failing_once(stage: Stage) -> Any:
    """Return a script whose first play fails at its second task, and whose later ones complete."""
    plays: list[PlayOrder] = []

    async def script(rig: Rig, order: PlayOrder) -> None:
        plays.append(order)
        if len(plays) > 1:
            await rig.say(order, task(stage, 2, "Open the profile"))
            await rig.say(order, COMPLETED)
            return
        await rig.say(order, task(stage, 1, "Open Plaza"))
        await rig.say(order, task(stage, 2, "Open the profile", failed=True))
        ended = {"status": "failed", "result": "failed", "code": "screen_not_seen", "step": 2}
        said = {"error": "expected plaza.profile, saw plaza.feed", "hint": "look at the frames"}
        await rig.say(order, PlayEnded.model_validate(ended | said))

    return script
