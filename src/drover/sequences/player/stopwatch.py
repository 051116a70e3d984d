"""Where a task's time goes: the phone's calls, deliberate waits, and the rest, which is Drover's own overhead."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

from drover.kernel.clock import Clock
from drover.sequences.record import Timing

T = TypeVar("T")


@dataclass
class Stopwatch:
    """Measures one task on one phone, whose calls never overlap."""

    clock: Clock
    device_s: float = 0.0
    waited_s: float = 0.0
    captures: set[int] = field(default_factory=set[int])
    began_s: float = field(init=False)

    def __post_init__(self) -> None:
        """Start."""
        self.began_s = self.clock.monotonic()

    async def device(self, call: Awaitable[T]) -> T:
        """Await a call of the phone, and count its time."""
        began = self.clock.monotonic()
        try:
            return await call
        finally:
            self.device_s += self.clock.monotonic() - began

    async def wait(self, seconds: float) -> None:
        """Wait on purpose, and count it."""
        began = self.clock.monotonic()
        try:
            await self.clock.sleep(seconds)
        finally:
            self.waited_s += self.clock.monotonic() - began

    def timing(self) -> Timing:
        """Return the times so far."""
        wall_s = self.clock.monotonic() - self.began_s
        return Timing(wall_ms=wall_s * 1000, device_ms=self.device_s * 1000, waited_ms=self.waited_s * 1000)
