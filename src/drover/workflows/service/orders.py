"""Makes the order that has a step played: everything by its digest, so that the agent plays from data alone."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from drover.fleet.domain.leasing import Lease
from drover.fleet.domain.records import PhoneRecord
from drover.kernel.clock import Clock
from drover.language.rendering import Values, render
from drover.language.spintax import Seed
from drover.platform.content import Content
from drover.platform.db.database import Unit
from drover.protocol.messages import PlayOrder
from drover.workflows.domain.conditions import Facts
from drover.workflows.domain.records import STEP, Run, StepRun
from drover.workflows.domain.workflow import Step, Workflow
from drover.workflows.service.ports import Book, Provision

T = TypeVar("T")

_MOST_KEPT: Final = 500


@dataclass(frozen=True, slots=True)
class _Script:
    """What an agent fetches to play a sequence: digests of its document, and of its files by their names."""

    sequence: str
    files: Mapping[str, str]


class Orders:
    """Makes orders. What never changes is fetched once: documents at their versions, and their digests."""

    def __init__(self, book: Book, content: Content, clock: Clock) -> None:
        self._book = book
        self._content = content
        self._clock = clock
        self._scripts: OrderedDict[tuple[str, str, int], _Script] = OrderedDict()
        self._workflows: OrderedDict[tuple[str, str, int], Workflow] = OrderedDict()

    async def workflow(self, unit: Unit, run: Run) -> Workflow:
        """Return a run's workflow at its version."""
        key = (run.client_id, run.workflow_id, run.workflow_version)
        found = self._workflows.get(key)
        if found is None:
            found = _kept(self._workflows, key, await self._book.workflow(unit, *key[1:]))
        return found

    async def order(
        self, unit: Unit, run: Run, part: StepRun, step: Step, lease: Lease, phone: PhoneRecord, provision: Provision
    ) -> PlayOrder:
        """Return the order for the present attempt of a step, or of the switch sequence before it."""
        values = await self._content.put(provision.values) if provision.values is not None else None
        script = await self._script(unit, run, part)
        return PlayOrder(
            sequence_run=part.id,
            attempt=part.attempt,
            run=run.id,
            client=run.client_id,
            phone=phone.serial,
            phone_name=phone.name,
            token=lease.token,
            lease_remaining_s=lease.remaining_s,
            issued_at=self._clock.now(),
            sequence=script.sequence,
            screens=await self._book.screens(unit),
            files=dict(script.files),
            parameters=(
                await self.parameters(unit, run, step, provision)
                if part.purpose == STEP
                else dict(provision.switch_parameters)
            ),
            values=values,
            seed=run.seed,
            from_step=part.from_step,
            resume=part.attempt > 1 and part.from_step is None,
            budget=provision.budget,
        )

    async def parameters(self, unit: Unit, run: Run, step: Step, provision: Provision) -> dict[str, str]:
        """Return the texts of a step's parameters, with the run's values in them. Raises MissingValue."""
        values = Values({**provision.known, **_values(run, await self.workflow(unit, run))})
        seed = Seed(run.seed, run.phone_id)
        return {name: str(render(text, values, seed)) for name, text in step.parameters.items()}

    async def _script(self, unit: Unit, run: Run, part: StepRun) -> _Script:
        assert part.sequence_id is not None  # noqa: S101  a helper is called here, and never ordered
        assert part.sequence_version is not None  # noqa: S101
        key = (run.client_id, part.sequence_id, part.sequence_version)
        found = self._scripts.get(key)
        if found is None:
            document = await self._book.sequence(unit, *key[1:])
            found = _kept(self._scripts, key, _Script(await self._content.put(document.text), document.files))
        return found


def facts_of(run: Run, workflow: Workflow, outcomes: dict[str, str]) -> Facts:
    """Return what is known of a run when one of its steps is decided on."""
    return Facts(_values(run, workflow), outcomes)


def _values(run: Run, workflow: Workflow) -> dict[str, str]:
    given = {f"param.{name}": str(value) for name, value in run.parameters.items()}
    defaults = {f"param.{name}": param.default for name, param in workflow.params.items() if param.default is not None}
    return {**defaults, **given, "run.id": run.id}


def _kept(kept: OrderedDict[tuple[str, str, int], T], key: tuple[str, str, int], found: T) -> T:
    kept[key] = found
    while len(kept) > _MOST_KEPT:
        kept.popitem(last=False)
    return found
