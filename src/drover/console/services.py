"""What the console's pages stand on: services of the capabilities, made by the composition root."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from drover.audit.service import Trail
from drover.console.frames.services import Walls
from drover.console.screen_library import ScreenLibrary
from drover.fleet.service import Agents, Leases, Phones, Racks
from drover.kernel.clock import Clock
from drover.platform.bus.ports import Bus
from drover.platform.content import Content
from drover.platform.db.database import Database
from drover.tenancy.service import Clients, Halts, Login, Passwords, Tokens, Users
from drover.workflows.service.definitions import Definitions
from drover.workflows.service.runs import Runs
from drover.workflows.service.schedules import Schedules


class Faults(Protocol):
    """Faults of simulated phones, by serial. A fault is written as `disconnect,seconds=5`."""

    @property
    def kinds(self) -> Sequence[str]:
        """The names of all faults there are."""
        ...

    async def of(self, serial: str) -> Sequence[Mapping[str, Any]] | None:
        """Return the faults of a phone; None for one that is not simulated."""
        ...

    async def give(self, serial: str, told: str) -> None:
        """Give a fault. Raises InvalidInput for what is none."""
        ...

    async def clear(self, serial: str, fault: str | None) -> None:
        """Clear a fault, or all of them."""
        ...


@dataclass(frozen=True, slots=True)
class ConsoleServices:
    """All that a page may ask. `faults` is None where phones are real."""

    database: Database
    clock: Clock
    bus: Bus
    content: Content
    trail: Trail
    login: Login
    passwords: Passwords
    users: Users
    tokens: Tokens
    clients: Clients
    halts: Halts
    racks: Racks
    agents: Agents
    phones: Phones
    leases: Leases
    definitions: Definitions
    schedules: Schedules
    runs: Runs
    walls: Walls
    screens: ScreenLibrary
    faults: Faults | None = None
