"""Faults of the simulated phones that this process started, for those who ask by a phone's serial."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drover.bootstrap.faults import RackControl
from drover.simulator.faults import FAULTS


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
