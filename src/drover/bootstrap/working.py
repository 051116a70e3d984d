"""Puts a worker together: the engine, what plays runs, and the loops that look after them."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from drover.audit.service import Trail
from drover.fleet.service import Leases, Phones
from drover.platform.bus.ports import Bus
from drover.platform.content import Content
from drover.platform.db.database import Database
from drover.platform.db.outbox import Outbox
from drover.platform.durable import DurableEngine, EngineStore
from drover.sequences.helpers import Helper
from drover.workflows import durable
from drover.workflows.service.agents import BusPlays, Desk
from drover.workflows.service.dispatching import Dispatcher
from drover.workflows.service.events import Events
from drover.workflows.service.held import Hands, RunKey
from drover.workflows.service.keeping import Keeper
from drover.workflows.service.orders import Orders
from drover.workflows.service.pace import USUAL, Pace
from drover.workflows.service.playing import Playing
from drover.workflows.service.ports import Book, Planning, PlaysAt, Preparing, Standing
from drover.workflows.service.reconciling import Reconciler
from drover.workflows.service.runs import Runs
from drover.workflows.service.settling import Settling
from drover.workflows.service.stepping import Stepping
from drover.workflows.service.stopping import Stopping
from drover.workflows.service.worker import Worker

DRAIN_S: Final = 30.0
"""How long a worker that is told to end takes at most."""


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """What a worker is made of. `executor` names it, the same at every start.

    Agents are reached over `bus`, unless `plays_at` says how else.
    """

    database: Database
    store: EngineStore
    executor: str
    trail: Trail
    content: Content
    book: Book
    planning: Planning
    preparing: Preparing
    standing: Standing
    bus: Bus | None = None
    plays_at: PlaysAt | None = None
    helpers: Mapping[str, Helper] = field(default_factory=dict[str, Helper])
    pace: Pace = USUAL


@dataclass(frozen=True, slots=True)
class Working:
    """A worker that runs, and the doors to it."""

    runs: Runs
    events: Events
    dispatcher: Dispatcher
    reconciler: Reconciler
    keeper: Keeper
    stopping: Stopping
    engine: DurableEngine
    worker: Worker
    hands: Hands
    plays_at: PlaysAt


@asynccontextmanager
async def working(parts: WorkerParts, *, loops: bool = True) -> AsyncGenerator[Working]:
    """Run a worker while the context lasts; what it leaves goes on at the next start. Without `loops` nothing turns.

    Raises EngineBusy, EngineUnusable.
    """
    made = _made(parts)
    async with AsyncExitStack() as stack:
        if parts.bus is not None:
            desk = Desk(parts.database, parts.bus, made.events, Leases(parts.trail), parts.standing)
            await stack.enter_async_context(desk.open())
        await stack.enter_async_context(made.engine)
        await made.reconciler.turn()
        if loops:
            await stack.enter_async_context(made.worker)
        yield made


async def drain(made: Working, *, timeout_s: float = DRAIN_S) -> frozenset[str]:
    """Stop what runs, let its phones go, and return what could not be stopped in time; it goes on at the next start."""
    await made.worker.stop()  # else what is queued again would be started again
    await made.stopping.stop(made.hands)
    return await made.engine.drain(timeout_s)


def _made(parts: WorkerParts) -> Working:
    trail, database, clock = parts.trail, parts.database, parts.trail.clock
    leases, phones, hands, worker = Leases(trail), Phones(trail), Hands(), Worker(clock, parts.pace)
    plays_at = parts.plays_at or _over(parts.bus)
    engine = DurableEngine(parts.store, executor=parts.executor, version=durable.VERSION)
    settling = Settling(leases, phones, Outbox(trail.new_id), trail.new_id)
    orders = Orders(parts.book, parts.content, clock)
    stepping = Stepping(orders, parts.preparing, leases, phones, settling, trail.new_id)
    playing = Playing(database, stepping, plays_at, phones, settling, hands, clock, parts.helpers, parts.pace)
    durable.register(engine, playing, clock, worker.wake)

    async def start(key: RunKey) -> None:
        await durable.start(engine, key)

    dispatcher = Dispatcher(
        database, parts.planning, parts.standing, leases, phones, settling, start, trail.new_id, clock, parts.executor
    )
    keeper = Keeper(database, leases, plays_at, hands)
    bodies = durable.EngineBodies(engine)
    reconciler = Reconciler(
        database, bodies, start, plays_at, leases, phones, settling, clock, parts.executor, worker.wake, parts.pace
    )
    worker.dispatches(dispatcher.turn)
    worker.keeps(keeper.renew, keeper.look)
    worker.repeats("reconcile", reconciler.turn, parts.pace.reconcile_s)
    worker.repeats("sweep", lambda: durable.sweep(engine, clock), parts.pace.sweep_s)
    return Working(
        runs=Runs(database, parts.book, plays_at, phones, settling, trail, worker.wake),
        events=Events(database, hands, settling, trail.new_id),
        dispatcher=dispatcher,
        reconciler=reconciler,
        keeper=keeper,
        stopping=Stopping(database, plays_at, clock),
        engine=engine,
        worker=worker,
        hands=hands,
        plays_at=plays_at,
    )


def _over(bus: Bus | None) -> PlaysAt:
    if bus is None:
        raise ValueError("a worker needs a bus, or another way to its agents")
    return BusPlays(bus)
