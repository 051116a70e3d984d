"""Composes what the console stands on."""

from drover.bootstrap.parts import Parts
from drover.console.frames.services import Walls
from drover.console.screen_library import ScreenLibrary
from drover.console.services import ConsoleServices, Faults
from drover.tenancy.service import Halts


def console_services(parts: Parts, halts: Halts, walls: Walls) -> ConsoleServices:
    """Return what pages may ask."""
    base, people, fleet, plans = parts.base, parts.people, parts.fleet, parts.plans
    return ConsoleServices(
        database=base.database,
        clock=base.trail.clock,
        bus=parts.bus,
        content=base.content,
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
        runs=parts.working.runs,
        walls=walls,
        screens=ScreenLibrary(base.content),
        faults=_faults(parts),
    )


def _faults(parts: Parts) -> Faults | None:
    if parts.rack is None:
        return None
    from drover.bootstrap import simulated_faults  # noqa: PLC0415  real phones need not wait for the simulator to load

    return simulated_faults.SimulatedFaults(simulated_faults.RackControl(parts.rack.control), parts.rack.names)
