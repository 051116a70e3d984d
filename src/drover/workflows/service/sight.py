"""What schedules see of a client's phones and accounts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from drover.language.selecting import Inventory
from drover.platform.db.database import Unit


@dataclass(frozen=True, slots=True)
class Sight:
    """What selectors choose from, and the ids of phones by name and of accounts by `plaza.account1@phone3`."""

    inventory: Inventory = field(default_factory=Inventory)
    phones: Mapping[str, str] = field(default_factory=dict[str, str])
    accounts: Mapping[str, str] = field(default_factory=dict[str, str])


class Rack(Protocol):
    """Where phones and accounts are known."""

    async def sight(self, unit: Unit) -> Sight:
        """Return the client's phones that are to be given work, and its accounts."""
        ...
