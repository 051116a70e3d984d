"""A worker's loops: dispatch, renew, look, reconcile, sweep. Each turn stands for itself; one that fails is logged."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Self

import structlog

from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError
from drover.workflows.service.pace import Pace

LAST_TURN_S: Final = 2.0
"""How long a turn may take to end when the worker does."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

Turn = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Loop:
    """What is done again and again, `every_s` apart; `wakes` is set to have it done at once."""

    name: str
    turn: Turn
    every_s: float
    wakes: asyncio.Event | None = None


class Worker:
    """An async context manager: its loops run while it is entered."""

    def __init__(self, clock: Clock, pace: Pace) -> None:
        self._clock = clock
        self._pace = pace
        self._woken = asyncio.Event()
        self._over = asyncio.Event()
        self._loops: list[Loop] = []
        self._tasks: list[asyncio.Task[None]] = []

    def wake(self) -> None:
        """Have the dispatcher look at once. Call it on the worker's own loop."""
        self._woken.set()

    def dispatches(self, turn: Turn) -> None:
        """Say what the dispatcher's turn is; before the worker is entered, as all of these."""
        self._loops.append(Loop("dispatch", turn, self._pace.dispatch_s, self._woken))

    def repeats(self, name: str, turn: Turn, every_s: float) -> None:
        """Say what else is done again and again."""
        self._loops.append(Loop(name, turn, every_s))

    def keeps(self, renew: Turn, look: Turn) -> None:
        """Say how leases are renewed, and how missed ends are found."""
        self.repeats("renew", renew, self._pace.renew_s)
        self.repeats("look", look, self._pace.look_s)

    async def __aenter__(self) -> Self:
        """Start the loops."""
        self._tasks = [asyncio.create_task(self._run(loop), name=f"worker-{loop.name}") for loop in self._loops]
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the loops, as `stop` does."""
        await self.stop()

    async def stop(self) -> None:
        """End the loops, each after its turn, or in the middle of one that takes long; may be called twice.

        What a turn did not commit did not happen.
        """
        self._over.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LAST_TURN_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def _run(self, loop: Loop) -> None:
        failing = False
        while not self._over.is_set():
            try:
                await loop.turn()
                if failing:
                    _log.warning("goes on", loop=loop.name)
                failing = False
            except DroverError as error:
                if not failing:
                    _log.warning("fails", loop=loop.name, error=error.message, hint=error.hint)
                failing = True
            except Exception:  # noqa: BLE001  a loop that ended would leave runs alone for ever
                _log.exception("failed", loop=loop.name)
            await self._rest(loop)

    async def _rest(self, loop: Loop) -> None:
        rest, over = asyncio.ensure_future(self._pause(loop)), asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait((rest, over), return_when=asyncio.FIRST_COMPLETED)
        finally:
            rest.cancel()
            over.cancel()

    async def _pause(self, loop: Loop) -> None:
        if loop.wakes is None:
            await self._clock.sleep(loop.every_s)
            return
        try:
            await asyncio.wait_for(loop.wakes.wait(), loop.every_s)
        except TimeoutError:
            return
        loop.wakes.clear()
