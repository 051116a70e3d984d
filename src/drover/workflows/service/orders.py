"""Makes the order that has a step played: everything by its digest, so that the agent plays from data alone."""

import json
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from drover.fleet.domain.leasing import Lease
from drover.fleet.domain.records import PhoneRecord
from drover.kernel.clock import Clock
from drover.platform.content import Content
from drover.platform.db.database import Unit
from drover.protocol.messages import PlayOrder
from drover.protocol.sealing import seal
from drover.workflows.domain.records import STEP, Run, StepRun
from drover.workflows.domain.workflow import Step, Workflow
from drover.workflows.service.ports import Book, Provision
from drover.workflows.service.texts import arguments, inputs, is_reference

T = TypeVar("T")

_MOST_KEPT: Final = 500


@dataclass(frozen=True, slots=True)
class _Script:
    """What an agent fetches to play a sequence: digests of its document, and of its files by their names.

    `secrets` are the inputs that are secret.
    """

    sequence: str
    files: Mapping[str, str]
    secrets: frozenset[str]


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
        self,
        unit: Unit,
        run: Run,
        part: StepRun,
        step: Step,
        lease: Lease,
        phone: PhoneRecord,
        provision: Provision,
        read: Mapping[str, str],
    ) -> PlayOrder:
        """Return the order for the present attempt of a step, or of the switch sequence before it.

        `read` are the variables that the steps before it read.
        """
        values = await self._content.put(provision.values) if provision.values is not None else None
        script = await self._script(unit, run, part)
        parameters = (
            inputs(run, await self.workflow(unit, run), step, provision.known, read, script.secrets)
            if part.purpose == STEP
            else dict(provision.switch_parameters)
        )
        sealed = _sealed(part.id, parameters, script.secrets, phone)
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
            parameters={name: value for name, value in parameters.items() if name not in sealed},
            sealed=sealed,
            values=values,
            seed=run.seed,
            from_step=part.from_step,
            resume=part.attempt > 1 and part.from_step is None,
            budget=provision.budget,
        )

    async def arguments(
        self, unit: Unit, run: Run, step: Step, provision: Provision, read: Mapping[str, str]
    ) -> dict[str, str]:
        """Return the texts of a helper's arguments, with the run's values in them. Raises MissingValue."""
        return arguments(run, await self.workflow(unit, run), step, provision.known, read)

    async def _script(self, unit: Unit, run: Run, part: StepRun) -> _Script:
        assert part.sequence_id is not None  # noqa: S101  a helper is called here, and never ordered
        assert part.sequence_version is not None  # noqa: S101
        key = (run.client_id, part.sequence_id, part.sequence_version)
        found = self._scripts.get(key)
        if found is None or not await self._content.has(found.sequence):
            document = await self._book.sequence(unit, *key[1:])
            script = _Script(await self._content.put(document.text), document.files, _secrets(document.text))
            found = _kept(self._scripts, key, script)
        return found


def materials_of(order: PlayOrder) -> tuple[str, ...]:
    """Return the digests of all that an order names."""
    values = () if order.values is None else (order.values,)
    return (order.sequence, order.screens, *order.files.values(), *values)


def _sealed(
    step_id: str, parameters: Mapping[str, str], secrets: Collection[str], phone: PhoneRecord
) -> dict[str, str]:
    """Return the secret ones sealed to the agent that has the phone.

    One that never told its public key is of a version that opens nothing: it is given them as they are. What is nothing
    but the reference to a secret is none itself.
    """
    public = phone.agent.public_key if phone.agent is not None else ""
    return {
        name: seal(value, public, PlayOrder.sealed_for(step_id, name))
        for name, value in parameters.items()
        if public and name in secrets and not is_reference(value)
    }


def _secrets(document: bytes) -> frozenset[str]:
    params: dict[str, dict[str, object]] = json.loads(document).get("params") or {}
    return frozenset(name for name, param in params.items() if param.get("secret"))


def _kept(kept: OrderedDict[tuple[str, str, int], T], key: tuple[str, str, int], found: T) -> T:
    kept[key] = found
    while len(kept) > _MOST_KEPT:
        kept.popitem(last=False)
    return found
