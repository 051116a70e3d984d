"""What happens on a simulated phone by itself some time later; every timer has a name and can be stopped."""

import asyncio
from collections.abc import Callable
from typing import Final

from drover.kernel.clock import Clock


class Timers:
    """Named timers of one phone, at most one of a name. `stop_all` before the loop ends."""

    def __init__(self, clock: Clock) -> None:
        self._clock: Final = clock
        self._running: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, seconds: float, then: Callable[[], None]) -> None:
        """Call `then` after `seconds`; a timer of that name is stopped first."""
        self.stop(name)
        self._running[name] = asyncio.get_running_loop().create_task(self._run(name, seconds, then))

    def stop(self, name: str) -> None:
        """Stop a timer, if it runs."""
        if task := self._running.pop(name, None):
            task.cancel()

    async def ended(self, name: str) -> None:
        """Return when a timer has ended or was stopped."""
        if task := self._running.get(name):
            await asyncio.wait([task])

    async def all_ended(self) -> None:
        """Return when no timer runs."""
        while self._running:
            await asyncio.wait(list(self._running.values()))

    def stop_all(self) -> None:
        """Stop every timer."""
        for name in list(self._running):
            self.stop(name)

    async def _run(self, name: str, seconds: float, then: Callable[[], None]) -> None:
        await self._clock.sleep(seconds)
        del self._running[name]
        then()
