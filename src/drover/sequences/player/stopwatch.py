"""Where a task's time goes: the phone's calls, deliberate waits, and the rest, which is Drover's own overhead."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from drover.kernel.clock import Clock
from drover.sequences.record import Timing

T = TypeVar("T")


@dataclass
class Stopwatch:
    """Measures one task on one phone, whose calls never overlap.

    `turns` is what a phone holds while it does a call: so many phones act at once, in the order in which they came, and
    one that waits for something holds none. Waiting for a turn is a deliberate wait.
    """

    clock: Clock
    turns: asyncio.Semaphore
    device_s: float = 0.0
    waited_s: float = 0.0
    captures: set[int] = field(default_factory=set[int])
    began_s: float = field(init=False)

    def __post_init__(self) -> None:
        """Start."""
        self.began_s = self.clock.monotonic()

    async def device(self, call: Coroutine[Any, Any, T]) -> T:
        """Await a call of the phone when its turn has come, and count its time."""
        asked = self.clock.monotonic()
        try:
            async with self.turns:
                began = self.clock.monotonic()
                self.waited_s += began - asked
                try:
                    return await call
                finally:
                    self.device_s += self.clock.monotonic() - began
        finally:
            call.close()  # one that was cancelled before its turn came was never begun

    async def waiting(self, wait: Coroutine[Any, Any, T]) -> T:
        """Await something that is a deliberate wait, and count it."""
        began = self.clock.monotonic()
        try:
            return await wait
        finally:
            self.waited_s += self.clock.monotonic() - began

    async def wait(self, seconds: float) -> None:
        """Wait on purpose, and count it."""
        await self.waiting(self.clock.sleep(seconds))

    def timing(self) -> Timing:
        """Return the times so far."""
        wall_s = self.clock.monotonic() - self.began_s
        return Timing(wall_ms=wall_s * 1000, device_ms=self.device_s * 1000, waited_ms=self.waited_s * 1000)
