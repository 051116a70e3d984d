"""A worker with everything real but the phones: agents whose plays are scripts."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import drover.accounts.models  # noqa: F401  whose tables those of runs refer to
from drover.audit.domain import System
from drover.bootstrap.working import WorkerParts, Working, working
from drover.fleet.domain.records import PhoneRecord
from drover.fleet.service import Agents, Leases, Phones
from drover.language.parsing import parse_text
from drover.platform.blobs import MemoryBlobs
from drover.platform.bus.memory import MemoryBus
from drover.platform.content import BlobContent
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import Organization
from drover.platform.durable import SqliteStore
from drover.protocol.messages import (
    Accepted,
    LeaseExtended,
    PlayEnded,
    PlayEvent,
    PlayOrder,
    Refused,
    StopOrder,
    Stopped,
    TaskBegan,
    TaskEnded,
)
from drover.sequences.domain import Param
from drover.workflows.domain.planning import NewRun, NewStep
from drover.workflows.domain.records import Run
from drover.workflows.domain.runs import RunStatus
from drover.workflows.domain.workflow import CallHelper, PlaySequence, Step, Workflow
from drover.workflows.service.agents import Desk
from drover.workflows.service.making import make
from drover.workflows.service.pace import Pace
from drover.workflows.service.ports import AgentAway, Pinned, Provision, SequenceDocument
from tests.databases import OURS
from tests.fleet.racks import CREDENTIAL, TRAIL, rack_with_phones

ADA = System("ada", "user")
WORKFLOW = "f0" * 16
SEQUENCE = "f1" * 16
SCREENS = "ab" * 32
AGENT = "rack-of-c1"
QUICK = Pace(still_s=0.2, reconcile_s=0.3, look_s=0.5, gone_s=1.0, wait_s=0.5)
AT = datetime(2026, 1, 1, tzinfo=UTC)


def played(name: str, **given: Any) -> Step:
    return Step(name, PlaySequence(name), "plaza", {}, **given)


def helped(name: str, helper: str, **texts: str) -> Step:
    return Step(name, CallHelper(helper, "", 5.0), "plaza", {key: parse_text(text) for key, text in texts.items()})


class Shelf:
    """A book of one workflow, whose steps a test gives."""

    def __init__(self, *steps: Step) -> None:
        self.steps = steps or (played("log_in"),)
        self.params: dict[str, Param] = {}

    async def pin(self, unit: Unit, workflow_id: str, version: int | None) -> Pinned:
        steps = tuple(
            NewStep(step.id, step.id, SEQUENCE, 1)
            if isinstance(step.work, PlaySequence)
            else NewStep(step.id, "", None, None)
            for step in self.steps
        )
        return Pinned(await self.workflow(unit, workflow_id, 1), workflow_id, version or 1, steps)

    async def workflow(self, unit: Unit, workflow_id: str, version: int) -> Workflow:  # noqa: ARG002
        return Workflow("daily", "", "plaza", "", 5, template=False, steps=self.steps, digest="", params=self.params)

    async def sequence(self, unit: Unit, sequence_id: str, version: int) -> SequenceDocument:  # noqa: ARG002
        return SequenceDocument(json.dumps({"name": sequence_id, "version": version}).encode())

    async def screens(self, unit: Unit) -> str:  # noqa: ARG002
        return SCREENS


@dataclass
class Plans:
    """Runs that are planned, each to be taken once."""

    due: list[NewRun] = field(default_factory=list[NewRun])

    async def due_clients(self, unit: Unit, most: int) -> frozenset[tuple[str, str]]:  # noqa: ARG002
        return frozenset({(OURS.organization, OURS.client)}) if self.due else frozenset()

    async def take_due(self, unit: Unit) -> tuple[NewRun, ...]:  # noqa: ARG002
        due, self.due = tuple(self.due), []
        return due


@dataclass
class Provisions:
    """What every step needs; a switch sequence until it was played."""

    switch: NewStep | None = None
    switched_times: int = 0

    async def provide(self, unit: Unit, run: Run, step: Step) -> Provision:  # noqa: ARG002
        return Provision(switch=self.switch)

    async def switched(self, unit: Unit, run: Run, step: Step) -> None:  # noqa: ARG002
        self.switched_times += 1
        self.switch = None


@dataclass
class Switch:
    """A kill switch."""

    why: str = ""

    async def hindrance(self, unit: Unit) -> str:  # noqa: ARG002
        return self.why


Script = Callable[["Rig", PlayOrder], Awaitable[None]]


class Rig:
    """Agents of all names in memory, as the protocol has them: an order is played once, events until acknowledged."""

    def __init__(self) -> None:
        self.script: Script = completes
        self.orders: list[PlayOrder] = []
        self.stops: list[StopOrder] = []
        self.extended_to: list[LeaseExtended] = []
        self.away = False
        self.refuse: Refused | None = None
        self.tell: Callable[[PlayEvent], Awaitable[int]] | None = None
        self.at_work: dict[str, int] = {}
        self.most_at_work = 0
        self._numbers: dict[str, int] = {}
        self._journal: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._present: set[str] = set()

    async def order(self, agent: str, order: PlayOrder) -> Accepted | Refused:
        if self.away:
            raise AgentAway(agent, "it is away")
        if any(stop.issued_at >= order.issued_at and stop.id in ("", order.run, order.client) for stop in self.stops):
            return Refused(sequence_run=order.sequence_run, code="order_void", message="stopped since")
        if self.refuse is not None:
            refused, self.refuse = self.refuse, None
            return refused
        key = (order.sequence_run, order.attempt)
        if key not in self._journal:
            self.orders.append(order)
            self._journal[key] = asyncio.create_task(self._play(order))
        standing = "ended" if self._journal[key].done() else "playing"
        return Accepted(sequence_run=order.sequence_run, attempt=order.attempt, standing=standing)

    async def stop(self, agent: str, stop: StopOrder) -> Stopped:
        if self.away:
            raise AgentAway(agent, "it is away")
        self.stops.append(stop)
        stopped = [
            order for order in self.orders if not self._task(order).done() and stop.id in ("", order.run, order.client)
        ]
        for order in stopped:
            self._task(order).cancel()
            await asyncio.gather(self._task(order), return_exceptions=True)
            code = "stop_asked" if stop.scope == "run" else "halted"
            body = PlayEnded(status="interrupted", result="failed", code=code, error=stop.reason)
            asyncio.get_running_loop().create_task(self.say(order, body))
        return Stopped(sequence_runs=tuple(order.sequence_run for order in stopped))

    async def extended(self, agent: str, told: LeaseExtended) -> None:  # noqa: ARG002
        self.extended_to.append(told)

    async def say(self, order: PlayOrder, body: Any, *, alone: bool = False) -> int:
        number = self._numbers[order.sequence_run] = self._numbers.get(order.sequence_run, 0) + 1
        assert self.tell is not None
        return await self.tell(event_of(order, number, body).model_copy(update={"alone": alone}))

    def forget_last(self, order: PlayOrder) -> None:
        """Say the last event again, as an agent does that was not acknowledged."""
        self._numbers[order.sequence_run] -= 1

    def skip_one(self, order: PlayOrder) -> None:
        """Lose an event."""
        self._numbers[order.sequence_run] = self._numbers.get(order.sequence_run, 0) + 1

    def back_to(self, order: PlayOrder, number: int) -> None:
        """Say all after that event again."""
        self._numbers[order.sequence_run] = number

    async def close(self) -> None:
        for task in self._journal.values():
            task.cancel()
        await asyncio.gather(*self._journal.values(), return_exceptions=True)

    def _task(self, order: PlayOrder) -> asyncio.Task[None]:
        return self._journal[order.sequence_run, order.attempt]

    async def _play(self, order: PlayOrder) -> None:
        self.at_work[order.phone] = self.at_work.get(order.phone, 0) + 1
        self.most_at_work = max(self.most_at_work, *self.at_work.values())
        try:
            await self.script(self, order)
        finally:
            self.at_work[order.phone] -= 1


def event_of(order: PlayOrder, number: int, body: Any) -> PlayEvent:
    return PlayEvent(
        sequence_run=order.sequence_run,
        attempt=order.attempt,
        run=order.run,
        client=order.client,
        phone=order.phone,
        token=order.token,
        number=number,
        at=AT,
        body=body,
    )


def task_ended(index: int = 1, status: str = "completed", error: str = "") -> TaskEnded:
    return TaskEnded.model_validate(
        {
            "index": index,
            "name": f"task {index}",
            "task_kind": "tap",
            "effect": "repeatable",
            "status": status,
            "attempts": 1,
            "parameters": {"on": f"shop.home.{index}"},
            "error": error,
            "started_at": AT,
            "ended_at": AT,
        }
    )


COMPLETED = PlayEnded(status="completed", result="completed")


async def completes(rig: Rig, order: PlayOrder) -> None:
    await rig.say(order, TaskBegan(index=1, name="task 1", task_kind="tap"))
    await rig.say(order, task_ended())
    await rig.say(order, COMPLETED)


async def waits(rig: Rig, order: PlayOrder) -> None:  # noqa: ARG001
    await asyncio.Event().wait()


def fails(code: str = "screen_not_seen", result: str = "failed") -> Script:
    async def script(rig: Rig, order: PlayOrder) -> None:
        await rig.say(order, task_ended(1, "failed", "another screen"))
        body = {
            "status": "failed",
            "result": result,
            "code": code,
            "error": "another screen",
            "hint": "look",
            "step": 1,
        }
        await rig.say(order, PlayEnded.model_validate(body))

    return script


def in_turn(*scripts: Script) -> Script:
    left = list(scripts)

    async def script(rig: Rig, order: PlayOrder) -> None:
        await left.pop(0)(rig, order)

    return script


@dataclass
class World:
    """Everything a test may turn."""

    database: Database
    phones: Sequence[PhoneRecord]
    folder: Path
    shelf: Shelf = field(default_factory=Shelf)
    rig: Rig = field(default_factory=Rig)
    plans: Plans = field(default_factory=Plans)
    provisions: Provisions = field(default_factory=Provisions)
    switch: Switch = field(default_factory=Switch)
    helpers: dict[str, Any] = field(default_factory=dict[str, Any])
    pace: Pace = QUICK

    @asynccontextmanager
    async def worker(self, executor: str = "worker-1", *, loops: bool = True) -> AsyncGenerator[Working]:
        parts = WorkerParts(
            database=self.database,
            store=SqliteStore(self.folder / "engine.db"),
            executor=executor,
            trail=TRAIL,
            content=BlobContent(MemoryBlobs()),
            book=self.shelf,
            planning=self.plans,
            preparing=self.provisions,
            standing=self.switch,
            plays_at=self.rig,
            helpers=self.helpers,
            pace=self.pace,
        )
        async with working(parts, loops=loops) as made, self._agent_reports():
            self.rig.tell = lambda event: made.events.take(OURS, event)
            yield made

    @asynccontextmanager
    async def _agent_reports(self) -> AsyncGenerator[None]:
        reporting = asyncio.create_task(self._report())
        yield
        reporting.cancel()

    async def _report(self) -> None:
        while True:
            async with self.database.writing(Organization(OURS.organization)) as unit:
                await self.agents.report(unit, AGENT, CREDENTIAL, "boot1", 0)
            await asyncio.sleep(2)

    async def run(self, run_id: str) -> Run:
        async with self.database.reading(OURS) as unit:
            return await _get(unit, run_id)

    async def until(self, run_id: str, *statuses: RunStatus) -> Run:
        return await until(lambda: self.run(run_id), lambda run: run.status in statuses)

    @property
    def agents(self) -> Agents:
        return Agents(TRAIL, lambda: CREDENTIAL)

    @property
    def leases(self) -> Leases:
        return Leases(TRAIL)

    def desk(self, made: Working) -> Desk:
        return Desk(self.database, MemoryBus(), made.events, Leases(TRAIL), self.switch)

    async def plan_after(self, run_id: str, phone: PhoneRecord) -> str:
        """Return a run that waits for another."""
        new = NewRun(WORKFLOW, 1, phone.id, AT, (NewStep("log_in", "log_in", SEQUENCE, 1),), after=(run_id,))
        async with self.database.writing(OURS) as unit:
            return await make(unit, new, TRAIL.new_id)

    async def shown(self, phone: PhoneRecord) -> str:
        async with self.database.reading(OURS) as unit:
            found = await Phones(TRAIL).get(unit, phone.id)
        return found.shown(TRAIL.clock.now())[0].value

    async def leased(self, phone: PhoneRecord) -> bool:
        async with self.database.reading(OURS) as unit:
            return await Leases(TRAIL).of(unit, phone.id) is not None


async def _get(unit: Unit, run_id: str) -> Run:
    from drover.workflows.repository import runs  # noqa: PLC0415

    return await runs.get(unit, run_id)


async def until(look: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool]) -> Any:
    """Return what is seen once it holds. A row changes, and tells nobody."""
    async with asyncio.timeout(20):
        while not holds(seen := await look()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return seen


@asynccontextmanager
async def world_of(database: Database, folder: Path, phones: int = 1) -> AsyncGenerator[World]:
    world = World(database, await rack_with_phones(database, phones), folder)
    try:
        yield world
    finally:
        await world.rig.close()
