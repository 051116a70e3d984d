"""One frame broker per phone: whoever needs a frame shares the capture in flight."""

import asyncio
import weakref
from dataclasses import dataclass
from typing import Protocol

from drover.devices.frame import Frame
from drover.kernel.clock import Clock


class Camera(Protocol):
    """What a broker needs of a driver."""

    async def capture(self) -> Frame:
        """Return a frame taken now."""
        ...


@dataclass(eq=False)
class _Flight:
    """A capture under way: when it was asked for, by the clock, and how many wait for it."""

    task: asyncio.Task[Frame]
    asked_at: float
    waiters: int = 0
    abandoned: bool = False


class FrameBroker:
    """Frames of one phone. At most one capture is in flight; player, wall and recorder share it.

    The latest frame is known as long as somebody looks at it: kept for nobody, one of each phone would fill the memory.
    """

    def __init__(self, driver: Camera, clock: Clock) -> None:
        self._driver = driver
        self._clock = clock
        self._latest: weakref.ref[Frame] | None = None
        self._flight: _Flight | None = None

    async def grab(self, *, max_age_s: float) -> Frame:
        """Return a frame captured at most `max_age_s` before this call; with 0, after it.

        Raises whatever DeviceError the capture raised, to all who waited for it. A caller that is cancelled takes the
        capture with it only where nobody else waits.
        """
        wanted_since = self._clock.monotonic() - max_age_s
        latest = self._latest() if self._latest is not None else None
        if latest is not None and latest.captured_at >= wanted_since and max_age_s > 0:
            return latest
        # A capture that was asked for too early shows too old a screen: it is waited out, and another one follows.
        while (flight := self._flight) is not None and (flight.asked_at < wanted_since or flight.abandoned):
            await asyncio.wait([flight.task])
        return await self._wait(self._flight or self._depart())

    def _depart(self) -> _Flight:
        task = asyncio.ensure_future(self._driver.capture())
        flight = _Flight(task, self._clock.monotonic())
        self._flight = flight
        task.add_done_callback(self._land)
        return flight

    def _land(self, task: asyncio.Task[Frame]) -> None:
        self._flight = None
        if not task.cancelled() and task.exception() is None:
            self._latest = weakref.ref(task.result())

    async def _wait(self, flight: _Flight) -> Frame:
        flight.waiters += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiters -= 1
            if flight.waiters == 0:
                flight.abandoned = True
                flight.task.cancel()
