"""Simulated phones on an adb server that is the user's own: what `drover play` finds on somebody's desk."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from drover.devices.ports import Link
from drover.drivers.adb.client import AdbServer
from drover.drivers.adb.server import private_server
from drover.drivers.adb.source import AdbSource
from drover.kernel.clock import SystemClock
from tests.cli.desk import FAST, PATIENCE_S, Desk
from tests.cli.loop import Loop


@dataclass(frozen=True)
class UsersRack:
    """Phones by name, the control API, and the adb server that they are connected to."""

    phones: dict[str, str]
    control: str
    source: AdbSource
    server: str
    server_pid: int
    loop: Loop

    def fault(self, phone: str, **fault: object) -> None:
        """Give a phone a fault."""
        self._ask("POST", f"/phones/{phone}/faults", fault)

    def clear(self, phone: str, fault: str) -> None:
        """Take a fault from a phone."""
        self._ask("DELETE", f"/phones/{phone}/faults/{fault}", None)

    def touch(self, phone: str, *touches: object) -> None:
        """Let a person's finger touch a phone."""
        self._ask("POST", f"/phones/{phone}/touches", {"touches": list(touches)})

    def renew(self) -> None:
        """Make every phone as new, connected."""
        for phone in self.phones:
            self._ask("POST", f"/phones/{phone}/reset", {})
        for serial in self.phones.values():
            self.loop.run(self._back(serial))

    def page(self, phone: str) -> str:
        """What a phone shows, told by the simulator."""
        return str(self._ask("GET", f"/phones/{phone}", None)["page"])

    def stored(self, phone: str, package: str) -> Any:
        """What an app has stored on a phone."""
        return self._ask("GET", f"/phones/{phone}", None)["apps"][package]

    def counters(self, phone: str) -> Any:
        """What was done to a phone."""
        return self._ask("GET", f"/phones/{phone}", None)["counters"]

    def sightings(self) -> list[str]:
        """The serials that the adb server lists."""
        return [sighting.serial for sighting in self.loop.run(self.source.sightings())]

    async def _back(self, serial: str) -> None:
        """Connect a phone anew, and again, as the monitor does, until the adb server lists it as usable."""
        async with asyncio.timeout(PATIENCE_S / 2):
            while True:
                await self.source.reconnect(serial)
                for _ in range(20):
                    if await self._link(serial) is Link.ONLINE:
                        return
                    await asyncio.sleep(0.1)

    async def _link(self, serial: str) -> Link | None:
        return {seen.serial: seen.link for seen in await self.source.sightings()}.get(serial)

    @property
    def server_is_the_same(self) -> bool:
        """Whether the adb server's process lives."""
        return "nodaemon" in command_line(self.server_pid)

    def _ask(self, method: str, path: str, body: object) -> Any:
        answer = httpx2.request(method, f"{self.control}{path}", json=body, timeout=PATIENCE_S, trust_env=False)
        return answer.raise_for_status().json()


@contextmanager
def users_server() -> Iterator[tuple[Loop, AdbServer]]:
    """Serve adb without phones, and a loop to ask it on, while the block runs."""
    with Loop() as loop:
        context = private_server()
        server = loop.run(context.__aenter__())
        try:
            yield loop, server
        finally:
            loop.run(context.__aexit__(None, None, None))


@contextmanager
def users_rack(desk: Desk, phones: int) -> Iterator[UsersRack]:
    """Serve phones, and an adb server that they are connected to, while the block runs."""
    before = children()
    with desk.start("sim", "--with-parent", "--phones", str(phones), *FAST) as simulator:
        assert simulator.stdin is not None
        assert simulator.stdout is not None
        ready = json.loads(simulator.stdout.readline())
        with users_server() as (loop, server):
            (pid,) = [pid for pid in children() - before if "nodaemon" in command_line(pid)]
            source = AdbSource(server, SystemClock())
            assert loop.run(source.connect(ready["phones"])) == {}
            names = {f"phone{number}": serial for number, serial in enumerate(ready["phones"], 1)}
            yield UsersRack(names, ready["control"], source, str(server.address), pid, loop)
        simulator.stdin.close()


def children() -> set[int]:
    """The processes that this one has started, on whatever thread."""
    lists = [path.read_text() for path in Path("/proc/self/task").glob("*/children")]
    return {int(pid) for words in lists for pid in words.split()}


def command_line(pid: int) -> str:
    """A process's words, or nothing where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except FileNotFoundError:
        return ""
