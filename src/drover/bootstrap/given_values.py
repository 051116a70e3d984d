"""Values that everything is played with: for the demo, which is given a file of them."""

from dataclasses import dataclass, replace

from drover.platform.db.database import Unit
from drover.workflows.domain.records import Run
from drover.workflows.domain.workflow import Step
from drover.workflows.service.ports import Preparing, Provision


@dataclass(frozen=True, slots=True)
class WithValues:
    """Prepares as another one does, and gives each step the same document of values."""

    others: Preparing
    values: bytes

    async def provide(self, unit: Unit, run: Run, step: Step) -> Provision:
        """Return what the step needs, with the values. Raises as the other one does."""
        return replace(await self.others.provide(unit, run, step), values=self.values)

    async def switched(self, unit: Unit, run: Run, step: Step) -> None:
        """Note it, as the other one does."""
        await self.others.switched(unit, run, step)
