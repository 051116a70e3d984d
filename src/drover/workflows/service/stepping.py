"""What is to be done about a step of a run now: one unit of work that looks, decides and writes the decision down.

A step may be looked at again after a crash at any moment; what it finds then is enough to go on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from drover.fleet.domain.leasing import Lease, LeaseLost
from drover.fleet.domain.records import PhoneRecord
from drover.fleet.service import Leases, Phones
from drover.kernel.errors import DroverError, Retry
from drover.kernel.ids import NewId
from drover.platform.db.database import Unit
from drover.protocol.codec import snake
from drover.protocol.messages import PlayOrder
from drover.workflows.domain.course import LeaveOut, decide_step, ended
from drover.workflows.domain.failures import Ending, Outcome, Then, after
from drover.workflows.domain.records import STEP, SWITCH, Run, StepRun
from drover.workflows.domain.runs import Cause, PartStatus, ResultClass, RunStatus, UnknownRun
from drover.workflows.domain.workflow import CallHelper, Step, Workflow
from drover.workflows.repository import runs
from drover.workflows.service.held import RunKey
from drover.workflows.service.orders import Orders, materials_of
from drover.workflows.service.ports import Preparing, Provision
from drover.workflows.service.settling import Settling
from drover.workflows.service.texts import facts_of, is_secret, read_before

_OVER: Final = (PartStatus.COMPLETED, PartStatus.SKIPPED)


@dataclass(frozen=True, slots=True)
class GoesOn:
    """The step is over: the next one's turn."""


@dataclass(frozen=True, slots=True)
class Stops:
    """The run is not this attempt's any more: it was paused, cancelled, or goes on elsewhere."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so long, then look again."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Send:
    """Order a play, and wait for its end. `known`: it was ordered before, and may be going on.

    `same_agent`: whatever was ordered of it before was ordered from this agent, whose journal hence knows of it.
    """

    run: Run
    part: StepRun
    order: PlayOrder
    agent: str
    known: bool
    same_agent: bool


@dataclass(frozen=True, slots=True)
class Call:
    """Call a helper with these texts; `read` is what it is told of the run, `secret` whether a secret is in them."""

    run: Run
    part: StepRun
    work: CallHelper
    phone: str
    texts: Mapping[str, str]
    read: Mapping[str, str]
    secret: bool


Todo = GoesOn | Stops | Pause | Send | Call


@dataclass(frozen=True, slots=True)
class _Scene:
    """A run with all that is decided from, in the unit that has it locked."""

    run: Run
    workflow: Workflow
    parts: Sequence[StepRun]
    phone: PhoneRecord
    lease: Lease
    step: Step
    part: StepRun
    switch: StepRun | None

    @property
    def current(self) -> StepRun:
        """The part that is at work: the switch sequence, until it has completed, else the step itself."""
        busy = self.switch is not None and self.switch.status is not PartStatus.COMPLETED
        return self.switch if busy and self.switch is not None else self.part

    @property
    def read(self) -> Mapping[str, str]:
        """The variables that the steps before this one read."""
        return read_before(self.parts, self.part.position)


class Stepping:
    """Decides about steps."""

    def __init__(
        self, orders: Orders, preparing: Preparing, leases: Leases, phones: Phones, settling: Settling, new_id: NewId
    ) -> None:
        self._orders = orders
        self._preparing = preparing
        self._leases = leases
        self._phones = phones
        self._settling = settling
        self._new_id = new_id

    async def todo(self, unit: Unit, key: RunKey, position: int) -> Todo:
        """Return what is to be done about a step now; what follows from its end is written down already."""
        run = await this_attempt(unit, key, lock=True)
        if run is None:
            return Stops()
        try:
            lease = await self._leases.check(unit, run.phone_id, run.lease_token or 0)
        except LeaseLost as error:
            await self._settling.obey(unit, run, run.asked or Cause.LEASE_LOST, error.message)
            return Stops()
        scene = await self._scene(unit, run, lease, position)
        current = scene.current
        before = scene.part.status is PartStatus.FAILED and scene.part.run_attempt != run.attempt
        if scene.part.status in _OVER or before:
            return GoesOn()
        if current.run_attempt == run.attempt and current.status is not PartStatus.PENDING:
            ending = current.ending
            return await self._follow(unit, scene, current, ending) if ending else await self._ask(unit, scene, current)
        if run.asked is not None:
            await self._settling.obey(unit, run, run.asked, "")
            return Stops()
        return await self._begin(unit, scene)

    async def finish(self, unit: Unit, key: RunKey) -> None:
        """End the run with what its steps give, unless it is not this attempt's any more."""
        run = await this_attempt(unit, key, lock=True)
        if run is None:
            return
        parts = [part for part in await runs.steps(unit, run.id) if part.purpose == STEP]
        if run.asked is not None and not all(part.status.over for part in parts):
            await self._settling.obey(unit, run, run.asked, "")
            return
        result = ResultClass(ended(await self._orders.workflow(unit, run), outcomes_of(parts)))
        failed = next((part for part in parts if part.status is PartStatus.FAILED), None)
        await self._settling.end(unit, run, result, f"{failed.name}: {failed.reason}" if failed else "")

    async def end(self, unit: Unit, key: RunKey, part: StepRun, ending: Ending) -> None:
        """Write down how an attempt of a step ended, where no agent will tell."""
        if await this_attempt(unit, key, lock=True) is None:
            return
        found = await runs.step(unit, part.id, lock=True)
        if found is not None:
            await runs.keep_step(unit, found.over(ending, part.attempt, await unit.now()))

    async def unbegun(self, unit: Unit, key: RunKey, part: StepRun) -> None:
        """Have a step played from its beginning: the agent, whose journal would know, never began it."""
        if await this_attempt(unit, key, lock=True) is not None:
            await runs.keep_step(unit, part.from_beginning())

    async def _scene(self, unit: Unit, run: Run, lease: Lease, position: int) -> _Scene:
        workflow = await self._orders.workflow(unit, run)
        parts = await runs.steps(unit, run.id)
        found = {part.purpose: part for part in parts if part.position == position}
        phone = await self._phones.get(unit, run.phone_id)
        step = workflow.steps[position - 1]
        return _Scene(run, workflow, parts, phone, lease, step, found[STEP], found.get(SWITCH))

    async def _follow(self, unit: Unit, scene: _Scene, current: StepRun, ending: Ending) -> Todo:
        """Do what follows from the end of an attempt that did not complete its step."""
        run = scene.run
        decision = after(ending, scene.step.retry, current.tries + 1, run.asked)
        if decision.cause is not None:
            await runs.keep_step(unit, current.to_go_on())
            await self._settling.obey(unit, run, decision.cause, ending.error)
            return Stops()
        if decision.then is Then.AGAIN:
            await self._settling.recovering(unit, run, current, "sequence_again", ending.error)
            await runs.keep_step(unit, current.again())
            return Pause(decision.wait_s)
        if current.purpose == SWITCH:
            await runs.keep_step(unit, scene.part.unprepared(ending, await unit.now()))
        return GoesOn()

    async def _ask(self, unit: Unit, scene: _Scene, current: StepRun) -> Todo:
        """Ask after a play that was ordered before this worker, or the one before it, was stopped."""
        provision = await self._preparing.provide(unit, scene.run, scene.step)
        await self._settling.gone_on(unit, scene.run, current, "worker_restarted")
        return await self._ready(unit, scene, current, provision, known=True, same_agent=True)

    async def _begin(self, unit: Unit, scene: _Scene) -> Todo:
        facts = facts_of(scene.run, scene.workflow, outcomes_of(scene.parts), scene.read)
        decided = decide_step(scene.workflow, scene.step, facts)
        if isinstance(decided, LeaveOut):
            await runs.keep_step(unit, scene.part.skipped(decided.why, await unit.now()))
            return GoesOn()
        agent = scene.phone.agent.name if scene.phone.agent else ""
        try:
            provision, part = await self._prepared(unit, scene)
        except DroverError as error:
            if error.retry is not Retry.NEVER:
                raise
            tried = scene.part.ordered(scene.run.attempt, agent, await unit.now())
            await runs.keep_step(unit, tried.over(failed_with(error), tried.attempt, await unit.now()))
            return Pause(0)
        ordered = part.ordered(scene.run.attempt, agent, await unit.now())
        same = part.attempt == 0 or part.agent == agent
        return await self._ready(unit, scene, ordered, provision, known=False, same_agent=same)

    async def _prepared(self, unit: Unit, scene: _Scene) -> tuple[Provision, StepRun]:
        """Return what is to be played now: the switch sequence where another account is active, else the step."""
        switch = scene.switch
        switched = switch is not None and switch.run_attempt == scene.run.attempt
        if switched and switch is not None and switch.status is PartStatus.COMPLETED:
            await self._preparing.switched(unit, scene.run, scene.step)
        provision = await self._preparing.provide(unit, scene.run, scene.step)
        if provision.switch is None or (switched and switch is not None and switch.status is PartStatus.COMPLETED):
            return provision, scene.part
        if switch is None:
            needed = provision.switch
            switch = StepRun(
                self._new_id(),
                scene.run.id,
                scene.part.position,
                needed.id,
                needed.sequence,
                needed.sequence_id,
                needed.sequence_version,
                SWITCH,
            )
            await runs.add_step(unit, switch)
        return provision, switch

    async def _ready(
        self, unit: Unit, scene: _Scene, part: StepRun, provision: Provision, *, known: bool, same_agent: bool
    ) -> Todo:
        """Return what to send or call, the attempt written down; an order that cannot be made is its end."""
        run, step = scene.run, scene.step
        try:
            if isinstance(step.work, CallHelper) and part.purpose == STEP:
                texts = await self._orders.arguments(unit, run, step, provision, scene.read)
                secret = is_secret(scene.workflow, step)
                await runs.keep_step(unit, part)
                return Call(run, part, step.work, scene.phone.name, texts, scene.read, secret)
            order = await self._orders.order(unit, run, part, step, scene.lease, scene.phone, provision, scene.read)
        except DroverError as error:
            if error.retry is Retry.WHEN_BACK:
                raise
            await runs.keep_step(unit, part.over(failed_with(error), part.attempt, await unit.now()))
            return Pause(0)
        if not known or part.materials != materials_of(order):
            part = replace(part, materials=materials_of(order))
            await runs.keep_step(unit, part)
        return Send(run, part, order, part.agent, known, same_agent)


async def this_attempt(unit: Unit, key: RunKey, *, lock: bool = False) -> Run | None:
    """Return a run that is on its phone in that attempt; None where it was stopped, or goes on in another."""
    try:
        run = await runs.get(unit, key.run_id, lock=lock)
    except UnknownRun:
        return None
    goes = run.status in (RunStatus.RUNNING, RunStatus.PAUSED)
    return run if goes and run.attempt == key.attempt and run.lease_token is not None else None


def outcomes_of(parts: Sequence[StepRun]) -> dict[str, str]:
    """Return what became of steps, by their ids."""
    found: dict[str, str] = {}
    for part in parts:
        if part.purpose == STEP and part.status.over:
            result = part.result.value if part.result else part.status.value
            found[part.name] = "skipped" if part.status is PartStatus.SKIPPED else result
    return found


def failed_with(error: DroverError) -> Ending:
    """Return the end of an attempt that could not be ordered at all."""
    return Ending(Outcome.FAILED, ResultClass.FAILED, code_of(error), error.message, error.hint)


def code_of(error: DroverError) -> str:
    """Return the stable name of an error: its class in snake_case."""
    return snake(type(error).__name__)
