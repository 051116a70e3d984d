"""The phones of the chaos: a simulator and an adb server that are nobody's children but ours, and what they saw."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from bench.chaos.flow import PACKAGE
from bench.chaos.timing import now
from bench.chaos.verdict import Seen
from drover.drivers.adb.server import private_server
from drover.drivers.adb.source import AdbSource
from drover.kernel.clock import SystemClock
from drover.kernel.errors import DroverError
from tests.cli.rack import children, command_line

LOOK_S = 0.2
_AGAIN_S = 0.3


@dataclass
class Phones:
    """Phones by serial, and all that they took since the watching began."""

    serials: Sequence[str]
    server: str
    control: httpx2.AsyncClient
    source: AdbSource
    seen: list[Seen] = field(default_factory=list[Seen])

    def kill_server(self) -> None:
        """Kill the adb server; it is started again, and finds the phones again, as after unplugging them all."""
        (pid,) = [pid for pid in children() if "nodaemon" in command_line(pid)]
        os.kill(pid, signal.SIGKILL)

    async def plug_in(self) -> None:
        """Connect all phones to the server, however long that takes."""
        while True:
            try:
                if not await self.source.connect(self.serials):
                    return
            except DroverError:
                pass
            await asyncio.sleep(_AGAIN_S)

    async def stay_plugged(self) -> None:
        """Connect every phone that the server does not list, until cancelled: a cable does not forget its phone."""
        while True:
            with suppress(DroverError):
                listed = {sighting.serial for sighting in await self.source.sightings()}
                await self.source.connect(set(self.serials) - listed)
            await asyncio.sleep(_AGAIN_S)

    async def calm(self) -> None:
        """Let the popups that come by themselves have come already."""
        for number in range(1, len(self.serials) + 1):
            for popup in ("permission", "update"):
                where = f"/phones/phone{number}/faults"
                (await self.control.post(where, json={"fault": "popup", "name": popup})).raise_for_status()
                (await self.control.delete(f"{where}/popup")).raise_for_status()

    async def watch(self) -> None:
        """Write down what every phone takes, until cancelled."""
        before, at = await self._look(), now()
        while True:
            await asyncio.sleep(LOOK_S)
            asked = now()
            seen = await self._look()
            until = now()
            self.seen += [_between(serial, before[serial], seen[serial], at, until) for serial in self.serials]
            before, at = seen, asked

    async def _look(self) -> Mapping[str, Mapping[str, Any]]:
        answer = (await self.control.get("/phones")).raise_for_status()
        return {phone["serial"]: phone for phone in answer.json()["phones"]}


def _between(serial: str, before: Mapping[str, Any], seen: Mapping[str, Any], after: float, until: float) -> Seen:
    def more(*names: str) -> int:
        return sum(seen["counters"][name] - before["counters"][name] for name in names)

    saved = seen["apps"][PACKAGE]["saved"][len(before["apps"][PACKAGE]["saved"]) :]
    return Seen(serial, after, until, more("gestures", "texts", "keys"), more("captures", "ui_dumps"), tuple(saved))


@asynccontextmanager
async def phones(count: int, seed: int) -> AsyncGenerator[Phones]:
    """Serve that many simulated phones, plugged into an adb server of their own, while the block lasts."""
    simulator = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "drover.cli", "sim", "--with-parent", f"--phones={count}", f"--seed={seed}"),
        *("--profile=none", "--width=720"),
        cwd=Path(__file__).parents[2],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert simulator.stdin is not None and simulator.stdout is not None  # noqa: S101, PT018  both are pipes
    try:
        ready = json.loads(await simulator.stdout.readline())
        async with (
            private_server() as server,
            httpx2.AsyncClient(base_url=ready["control"], trust_env=False, timeout=30) as control,
        ):
            made = Phones(ready["phones"], str(server.address), control, AdbSource(server, SystemClock()))
            await made.plug_in()
            await made.calm()
            yield made
    finally:
        simulator.stdin.close()
        await simulator.wait()
