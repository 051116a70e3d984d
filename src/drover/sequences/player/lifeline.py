"""The way back to a phone that went away: wait until it is there, and attach its driver anew."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from drover.devices.errors import DeviceError
from drover.devices.ports import Driver
from drover.fleet.monitor import PhoneMonitor
from drover.kernel.clock import Clock
from drover.kernel.errors import Retry
from drover.sequences.player.frame_budget import FrameBudget

PROBE_S = 1.0
"""Pause after a phone that was said to be there did not answer: who says so learns of an outage a little later."""


class Presence(Protocol):
    """Who knows which phones are there."""

    async def until_there(self, serial: str, *, timeout_s: float) -> bool:
        """Return True as soon as the phone is said to be there, False when that took longer than `timeout_s`."""
        ...


class MonitorPresence:
    """The monitor's word."""

    def __init__(self, monitor: PhoneMonitor) -> None:
        self._monitor = monitor

    async def until_there(self, serial: str, *, timeout_s: float) -> bool:
        """Return True as soon as the monitor shows the phone as reachable."""
        try:
            await self._monitor.wait_for([serial], timeout_s=timeout_s)
        except DeviceError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Lifeline:
    """Attaches one phone's driver, and brings it back.

    Attaching tries the phone's ways to capture, and holds some frames for that: it takes one of the few turns that
    there are for it, and room among the frames.
    """

    driver: Driver
    presence: Presence
    clock: Clock
    turns: asyncio.Semaphore
    frames: FrameBudget

    async def attach(self) -> None:
        """Attach the driver when its turn has come. Raises what attaching raises."""
        async with self.turns, self.frames.room():
            await self.driver.attach()

    async def hold(self, within_s: float) -> bool:
        """Attach the driver anew once the phone is there; return whether that came within `within_s`.

        Raises what cannot pass by itself: PhoneUnauthorized, Unsupported.
        """
        deadline = self.clock.monotonic() + within_s
        while True:
            left_s = max(0.0, deadline - self.clock.monotonic())
            if await self.presence.until_there(self.driver.serial, timeout_s=left_s) and await self._attached():
                return True
            left_s = deadline - self.clock.monotonic()
            if left_s <= 0:
                return False
            await self.clock.sleep(min(PROBE_S, left_s))

    async def _attached(self) -> bool:
        try:
            await self.attach()
        except DeviceError as error:
            if error.retry is Retry.NEVER:
                raise
            return False
        return True
