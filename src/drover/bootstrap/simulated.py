"""A rack of simulated phones for one command: the simulator in a child process, and an adb server of its own."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from drover.bootstrap.ways import way_options
from drover.drivers.adb.client import Address
from drover.drivers.adb.phone_ways import BASELINE_ONLY
from drover.drivers.adb.server import private_server
from drover.drivers.adb.source import AdbSource
from drover.fleet.monitor import PhoneMonitor
from drover.kernel.clock import SystemClock
from drover.kernel.errors import DroverError, Kind
from drover.platform.settings import Settings
from drover.simulator.plaza.handset import PlazaHandset
from drover.simulator.process import serve
from drover.simulator.rack import RackOptions

READY_S = 60.0
_PASSED_ON = ("phones", "port", "seed", "profile", "width", "theme", "font_scale", "keyboard", "users")
STOP_S = 10.0


class SimulatorFailed(DroverError):
    """The simulator's process did not start, or went away."""

    kind = Kind.UNAVAILABLE

    def __init__(self, detail: str) -> None:
        super().__init__(f"the simulated phones {detail}", hint="`drover sim` shows why; run with --debug")


@dataclass(frozen=True, slots=True)
class SimulatedRack:
    """A running rack: its phones as an adb source, their names by serial, and where its two servers listen."""

    source: AdbSource
    server: Address
    names: Mapping[str, str]
    control: str

    async def state(self, name: str) -> dict[str, Any]:
        """Return what the control API tells of one phone. Raises SimulatorFailed."""
        try:
            async with httpx2.AsyncClient(base_url=self.control, timeout=10, trust_env=False) as client:
                answer = await client.get(f"/phones/{name}")
                answer.raise_for_status()
                return answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise SimulatorFailed(f"did not tell the state of {name}: {error}") from error


async def serve_phones(options: RackOptions, announce: Callable[[str], None]) -> None:
    """Serve simulated phones with the demo app in this process, until stopped."""
    await serve(options, announce, PlazaHandset)


@dataclass(frozen=True, slots=True)
class SimulatedPhones:
    """Phones that are being simulated, connected to nothing yet; `delayed` says whether they take their time."""

    serials: Sequence[str]
    control: str
    delayed: bool


@asynccontextmanager
async def simulated_rack(options: RackOptions, settings: Settings) -> AsyncIterator[SimulatedRack]:
    """Run simulated phones, connected to an adb server of their own; both are gone when the block ends."""
    async with simulated_phones(options) as phones, connected_rack(phones, settings) as rack:
        yield rack


@asynccontextmanager
async def connected_rack(phones: SimulatedPhones, settings: Settings) -> AsyncIterator[SimulatedRack]:
    """Connect phones to an adb server of their own, which is gone when the block ends."""
    serials = phones.serials
    async with private_server(commands=settings.adb_commands) as server:
        clock = SystemClock()
        # Without delays there is nothing to win.
        ways = way_options(settings) if phones.delayed else BASELINE_ONLY
        source = AdbSource(server, clock, options=ways)
        refused = await source.connect(serials)
        if refused:
            raise next(iter(refused.values()))
        async with PhoneMonitor(source, clock).running() as monitor:
            await monitor.wait_for(serials, timeout_s=READY_S)
        names = {serial: f"phone{number}" for number, serial in enumerate(serials, 1)}
        yield SimulatedRack(source, server.address, names, phones.control)


@asynccontextmanager
async def simulated_phones(options: RackOptions) -> AsyncIterator[SimulatedPhones]:
    """Run simulated phones in a process of their own, which is gone when the block ends. Raises SimulatorFailed."""
    words = [f"--{name.replace('_', '-')}={getattr(options, name)}" for name in _PASSED_ON]
    words += [f"--fault={deed.word()}" for deed in options.faults]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "drover.cli",
        "sim",
        "--with-parent",
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for us; the child ends when its standard input does
    )
    try:
        yield await _ready(process, delayed=options.profile != "none")
    finally:
        await _stop(process)


async def _ready(process: asyncio.subprocess.Process, *, delayed: bool) -> SimulatedPhones:
    assert process.stdout is not None  # noqa: S101  asked for as a pipe
    try:
        async with asyncio.timeout(READY_S):
            line = await process.stdout.readline()
        ready = json.loads(line)
        return SimulatedPhones([str(serial) for serial in ready["phones"]], str(ready["control"]), delayed)
    except TimeoutError as error:
        raise SimulatorFailed(f"were not ready within {READY_S:g} s") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SimulatorFailed("did not start") from error


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
