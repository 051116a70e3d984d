"""Time. The only module that reads the machine's clocks."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where time comes from; passed to whatever needs it."""

    def now(self) -> datetime:
        """Return the wall-clock time as aware UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, never going back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the wall-clock time as aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(seconds)


class SleeplessClock(SystemClock):
    """The machine's own clock, whose monotonic seconds also count while the machine is suspended.

    For deadlines that are agreed on with another machine, which is not. Where the system has no such clock, it is the
    ordinary one.
    """

    def monotonic(self) -> float:
        """Return the seconds since the machine was started."""
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass
class FakeClock:
    """A clock that stands still until it is advanced; a sleeper advances it to its own wake-up."""

    wall: datetime = field(default_factory=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    elapsed_s: float = 0.0
    slept_s: list[float] = field(default_factory=list[float])

    def now(self) -> datetime:
        """Return the wall-clock time as aware UTC."""
        return self.wall + timedelta(seconds=self.elapsed_s)

    def monotonic(self) -> float:
        """Return the seconds that this clock was advanced by."""
        return self.elapsed_s

    async def sleep(self, seconds: float) -> None:
        """Advance at once, and let the other tasks run."""
        self.slept_s.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Move both readings on by `seconds`."""
        self.elapsed_s += seconds
