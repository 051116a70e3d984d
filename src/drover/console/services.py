"""What the console's pages stand on: services of the capabilities, made by the composition root."""

from dataclasses import dataclass

from drover.audit.service import Trail
from drover.fleet.service import Agents, Leases, Phones, Racks
from drover.kernel.clock import Clock
from drover.platform.bus.ports import Bus
from drover.platform.content import Content
from drover.platform.db.database import Database
from drover.tenancy.service import Clients, Halts, Login, Passwords, Tokens, Users
from drover.workflows.service.definitions import Definitions
from drover.workflows.service.runs import Runs
from drover.workflows.service.schedules import Schedules


@dataclass(frozen=True, slots=True)
class ConsoleServices:
    """All that a page may ask. `faults_at` is the address of the simulator's controls; empty where phones are real."""

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
    faults_at: str = ""
