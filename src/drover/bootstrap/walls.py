"""Composes what walls stand on: pictures from the agents, states, persons' own acts, and the texts that they type."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from drover.bootstrap.services import Fleet, Foundation, Plans
from drover.bootstrap.typed_texts import TypedTexts
from drover.console.frames.hub import Hub
from drover.console.frames.roster import Roster
from drover.console.frames.services import Walls
from drover.fleet.service.agents_at import Hands
from drover.fleet.service.control import Control
from drover.platform.bus.ports import Bus
from drover.platform.db.database import Unit
from drover.platform.settings import Settings
from drover.workflows.domain.definitions import UnknownDefinition
from drover.workflows.service.definitions import Definitions


@dataclass(frozen=True, slots=True)
class ScreensOfClient:
    """The client's registry, as whoever drives phones by hand sees it."""

    definitions: Definitions

    async def digest(self, unit: Unit) -> str | None:
        """Return the digest of its archive; None where the client has none."""
        try:
            return await self.definitions.screens(unit)
        except UnknownDefinition:
            return None


@asynccontextmanager
async def running_walls(
    base: Foundation, fleet: Fleet, plans: Plans, bus: Bus, settings: Settings
) -> AsyncGenerator[Walls]:
    """Give what walls stand on while the block lasts; at its end no phone is looked at or driven any more."""
    database, clock = base.database, base.trail.clock
    hub = Hub(bus, clock)
    control = Control(
        database,
        fleet.leases,
        fleet.phones,
        Hands(bus),
        plans.standing,
        ScreensOfClient(plans.definitions),
        base.trail,
        clock,
    )
    texts = TypedTexts(database, fleet.phones, fleet.accounts, fleet.profiles, fleet.seen, settings, clock)
    async with hub.running(), control.running():
        yield Walls(hub, Roster(database, fleet.phones, fleet.leases, clock), control, texts)
