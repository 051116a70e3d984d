"""Composes what the console stands on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drover.bootstrap.faults import RackControl
from drover.bootstrap.services import Fleet as FleetServices
from drover.bootstrap.services import Foundation, People, Plans
from drover.bootstrap.simulated import SimulatedRack
from drover.bootstrap.working import Working
from drover.console.frames.services import Walls
from drover.console.screen_library import ScreenLibrary
from drover.console.services import ConsoleServices
from drover.platform.bus.ports import Bus
from drover.platform.content import Content
from drover.simulator.faults import FAULTS
from drover.tenancy.service import Halts


@dataclass(frozen=True, slots=True)
class SimulatedFaults:
    """Faults of this process's simulated phones; `names` are those that the simulator knows them by, by serial."""

    control: RackControl
    names: Mapping[str, str]
    kinds: Sequence[str] = field(default_factory=lambda: sorted(FAULTS))

    async def of(self, serial: str) -> Sequence[Mapping[str, Any]] | None:
        """Return the faults of a phone; None for one that is not simulated here."""
        name = self.names.get(serial)
        return None if name is None else (await self.control.faults(name))[name]

    async def give(self, serial: str, told: str) -> None:
        """Give a fault. Raises InvalidInput, RackUnreachable, RackRefused."""
        await self.control.give(self.names[serial], told)

    async def clear(self, serial: str, fault: str | None) -> None:
        """Clear a fault, or all of them. Raises what `give` does."""
        await self.control.clear(self.names[serial], fault)


def console_services(
    base: Foundation,
    people: People,
    fleet: FleetServices,
    plans: Plans,
    made: Working,
    halts: Halts,
    bus: Bus,
    content: Content,
    walls: Walls,
    racks: Sequence[SimulatedRack],
) -> ConsoleServices:
    """Return what pages may ask."""
    faults = SimulatedFaults(RackControl(racks[0].control), racks[0].names) if racks else None
    return ConsoleServices(
        database=base.database,
        clock=base.trail.clock,
        bus=bus,
        content=content,
        trail=base.trail,
        login=people.login,
        passwords=people.passwords,
        users=people.users,
        tokens=people.tokens,
        clients=people.clients,
        halts=halts,
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
