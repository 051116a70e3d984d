"""The one body of the engine: a run, step by step. It interprets data, so a deploy never strands a run."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Final, TypeVar

import structlog

from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError, Retry
from drover.platform.durable import DurableEngine
from drover.workflows.domain.records import engine_id
from drover.workflows.service.held import RunKey
from drover.workflows.service.playing import Playing

RUN: Final = "run"
VERSION: Final = "1"
"""Raised only when the order of the engine's steps below changes: runs of another one wait for its workers."""
KEPT: Final = timedelta(hours=1)
"""How long the engine's rows of bodies that have ended are kept; what people look at is in the run tables."""
_FIRST_PAUSE_S: Final = 0.25
_MOST_PAUSE_S: Final = 5.0

R = TypeVar("R")

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


def register(engine: DurableEngine, playing: Playing, clock: Clock, over: Callable[[], None]) -> None:
    """Make the body known to an engine, before it is entered; `over` is told when one lets its phone go."""

    async def run(organization: str, client: str, run_id: str, attempt: int) -> str:
        key = RunKey(organization, client, run_id, attempt)
        found = await patiently(clock, lambda: playing.held(key))
        if found is None:
            return "not this attempt's any more"
        holding, steps = found
        with holding:
            for position in range(1, steps + 1):
                if not await engine.step(f"step {position}", patient(clock, playing.step), key, position):
                    break
            else:
                await engine.step("finish", patient(clock, playing.finish), key)
        over()
        return "over"

    engine.register(RUN, run)


async def start(engine: DurableEngine, key: RunKey) -> None:
    """Start the body of an attempt here; nothing, where it was ever started. Raises EngineClosed, EngineUnusable."""
    await engine.start(engine_id(key.run_id, key.attempt), RUN, key.organization, key.client, key.run_id, key.attempt)


class EngineBodies:
    """The engine, as the reconciler looks at it."""

    def __init__(self, engine: DurableEngine) -> None:
        self._engine = engine

    @property
    def active(self) -> frozenset[str]:
        """What runs in this process."""
        return self._engine.active

    async def unfinished(self) -> Mapping[str, str]:
        """Return what is not at its end, with the executors' names."""
        return {one.id: one.executor or "" for one in await self._engine.pending_of()}

    async def known(self, run_ids: Collection[str]) -> frozenset[str]:
        """Return those that were ever started."""
        return await self._engine.known(run_ids)

    async def take_over(self, run_ids: Sequence[str]) -> None:
        """Go on here with what another one left."""
        await self._engine.take_over(run_ids)


async def sweep(engine: DurableEngine, clock: Clock) -> int:
    """Delete the engine's rows of bodies that ended long ago, and return how many."""
    return await engine.sweep(clock.now() - KEPT)


def patient(clock: Clock, work: Callable[..., Awaitable[R]]) -> Callable[..., Awaitable[R]]:
    """Return `work`, done again until it meets no outage: while the database is away its step waits, and does not fail.

    That holds no connection and no thread.
    """

    async def patiently_worked(*args: object) -> R:
        return await patiently(clock, lambda: work(*args))

    return patiently_worked


async def patiently(clock: Clock, work: Callable[[], Awaitable[R]]) -> R:
    """Do `work` until it meets no outage, and return what it returns."""
    pause_s = _FIRST_PAUSE_S
    while True:
        try:
            return await work()
        except DroverError as error:
            if error.retry is Retry.NEVER:
                raise
            if pause_s == _FIRST_PAUSE_S:
                _log.warning("a run waits", error=error.message, hint=error.hint)
            await clock.sleep(pause_s)
            pause_s = min(2 * pause_s, _MOST_PAUSE_S)
