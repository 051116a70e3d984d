"""A client's definitions and schedules over a real database, with phones and accounts that are simply told."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count

from drover.audit.domain import System
from drover.audit.service import Trail
from drover.kernel.clock import FakeClock
from drover.kernel.ids import random_id
from drover.language.selecting import Account, Inventory, Phone
from drover.platform.db.database import Unit
from drover.workflows.domain.definitions import DefinitionKind
from drover.workflows.service.definitions import Definitions, Surroundings
from drover.workflows.service.occurrences import Occurrences
from drover.workflows.service.schedules import Schedules
from drover.workflows.service.sight import Sight
from tests.workflows.documents import SEQUENCE, workflow

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADA = System("ada", "user")


def sight(phones: int = 3, accounts: tuple[str, ...] = ()) -> Sight:
    """Phones phone1 and so on, each with these accounts of Plaza."""
    names = [f"phone{number}" for number in range(1, phones + 1)]
    known = [Account("plaza", account, name) for name in names for account in accounts]
    inventory = Inventory(tuple(Phone(name) for name in names), tuple(known))
    return Sight(
        inventory, {name: f"id-{name}" for name in names}, {each.address: f"id-{each.address}" for each in known}
    )


@dataclass
class ToldRack:
    """A rack of which somebody tells what is there."""

    seen: Sight = field(default_factory=sight)

    async def sight(self, unit: Unit) -> Sight:  # noqa: ARG002  the port's
        return self.seen


@dataclass
class Office:
    """What a client's users work with."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(wall=NOW))
    rack: ToldRack = field(default_factory=ToldRack)

    def __post_init__(self) -> None:
        trail, seeds = Trail(self.clock, random_id), count(1000)
        self.definitions = Definitions(trail, Surroundings(helpers=frozenset({"pick"})))
        self.schedules = Schedules(trail, self.definitions, self.rack, lambda: next(seeds))
        self.occurrences = Occurrences(trail, self.definitions, self.rack)

    async def furnish(self, unit: Unit) -> None:
        """Put a sequence, and a workflow that plays it."""
        await self.definitions.put(unit, ADA, DefinitionKind.SEQUENCE, "look around", SEQUENCE)
        await self.definitions.put(unit, ADA, DefinitionKind.WORKFLOW, "daily look", workflow())

    def move_to(self, text: str) -> None:
        """Let it be that time, in UTC."""
        self.clock.wall = datetime.fromisoformat(text).replace(tzinfo=UTC)

    def see(self, **fields: object) -> None:
        """Let other phones and accounts be there."""
        self.rack.seen = replace(sight(), **fields)  # type: ignore[arg-type]
