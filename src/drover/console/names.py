"""Names of what rows refer to by id, for one client."""

from collections.abc import Mapping
from dataclasses import dataclass

from drover.console.services import ConsoleServices
from drover.platform.db.database import Unit
from drover.workflows.domain.definitions import DefinitionKind
from drover.workflows.service.definitions import DefinitionFilter
from drover.workflows.service.schedules import ScheduleFilter

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Names:
    """Names by id."""

    workflows: Mapping[str, str]
    phones: Mapping[str, str]
    schedules: Mapping[str, str]

    def workflow(self, workflow_id: str) -> str:
        """Return a workflow's name, or the beginning of its id where it has been made since."""
        return self.workflows.get(workflow_id, workflow_id[:8])

    def phone(self, phone_id: str) -> str:
        """Return a phone's name, as `workflow` does."""
        return self.phones.get(phone_id, phone_id[:8])


async def names_in(unit: Unit, services: ConsoleServices) -> Names:
    """Return the names of a client's workflows, phones and schedules."""
    wanted = DefinitionFilter(kind=DefinitionKind.WORKFLOW)
    workflows = await services.definitions.list(unit, wanted, None, _MOST)
    schedules = await services.schedules.list(unit, ScheduleFilter(), None, _MOST)
    return Names(
        {one.id: one.name for one in workflows},
        await services.phones.names(unit),
        {one.schedule.id: one.schedule.plan.name for one in schedules},
    )
