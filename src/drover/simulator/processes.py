"""What runs on a simulated phone besides its apps: the processes that shells started and that last."""

import asyncio
import zlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from drover.kernel.errors import DroverError, Kind

_FIRST_PID: Final = 21000
_APP_PIDS: Final = range(5000, 20000)
_SYSTEM: Final[Mapping[str, int]] = {
    "init": 1, "zygote64": 612, "surfaceflinger": 655, "adbd": 702, "system_server": 1380, "com.android.systemui": 1892,
}  # fmt: skip


class AutomationTaken(DroverError):
    """Something on the phone is connected to the apps' windows already, and Android lets one in at a time."""

    kind = Kind.CONFLICT

    def __init__(self) -> None:
        super().__init__(
            "java.lang.IllegalStateException: UiAutomationService "
            "android.accessibilityservice.IAccessibilityServiceClient$Stub$Proxy@5deffd5already registered!"
        )


@dataclass(frozen=True, slots=True)
class Process:
    """A line of `ps`. `killed` is set by `kill`."""

    pid: int
    user: str
    name: str
    killed: asyncio.Event = field(default_factory=asyncio.Event, compare=False)


class Processes:
    """The processes that shells started. A process is here exactly as long as it runs."""

    def __init__(self) -> None:
        self._next_pid = _FIRST_PID
        self._running: dict[int, Process] = {}
        self._automated = False

    @contextmanager
    def running(self, name: str) -> Generator[Process]:
        """Be a process of the shell's user for the block."""
        process = Process(self._next_pid, "shell", name)
        self._next_pid += 1
        self._running[process.pid] = process
        try:
            yield process
        finally:
            del self._running[process.pid]

    @contextmanager
    def automating(self) -> Generator[None]:
        """Be what reads and drives the apps' windows, for the block. Raises AutomationTaken."""
        if self._automated:
            raise AutomationTaken
        self._automated = True
        try:
            yield
        finally:
            self._automated = False

    def kill(self, pid: int) -> bool:
        """End a process of the shell's user; False where there is none."""
        process = self._running.get(pid)
        if process is None:
            return False
        process.killed.set()
        return True

    def kill_all(self) -> None:
        """End them all, as a reboot does."""
        for process in self._running.values():
            process.killed.set()

    def listed(self, *apps: str) -> list[Process]:
        """Return all processes by number: the system's, one for each of `apps`, and those of shells."""
        system = [
            Process(pid, "root" if pid < _SYSTEM["surfaceflinger"] else "system", n) for n, pid in _SYSTEM.items()
        ]
        own = [Process(app_pid(name), "u0_a120", name) for name in dict.fromkeys(apps)]
        return sorted([*system, *own, *self._running.values()], key=lambda process: process.pid)


def app_pid(package: str) -> int:
    """Return the process number of an app, which stays the same."""
    return _APP_PIDS[zlib.crc32(package.encode()) % len(_APP_PIDS)]
