"""What is kept of phones beyond a process: their history, and which of them are given no work."""

from collections.abc import Mapping
from typing import Protocol

from drover.fleet.domain import Event, Happening, Hold


class Ledger(Protocol):
    """Where the monitor writes history and reads holds. Raises LedgerUnusable where it cannot."""

    async def note(self, *events: Event) -> None:
        """Keep events."""
        ...

    async def last_states(self) -> Mapping[str, Event]:
        """Return the newest event of each phone that tells its state, by serial."""
        ...

    async def holds(self) -> Mapping[str, Hold]:
        """Return the holds, by serial."""
        ...

    async def hold(self, hold: Hold) -> None:
        """Keep a hold, in the place of one of the same phone."""
        ...

    async def others(self) -> Mapping[str, str]:
        """Return what other processes do with phones, by serial."""
        ...


class MemoryLedger:
    """A ledger that is forgotten with the process: for racks that are, too, and for tests."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.held: dict[str, Hold] = {}

    async def note(self, *events: Event) -> None:
        """Keep events."""
        self.events += events

    async def last_states(self) -> Mapping[str, Event]:
        """Return the newest event of each phone that tells its state, by serial."""
        return {event.serial: event for event in self.events if event.happening is Happening.STATE}

    async def holds(self) -> Mapping[str, Hold]:
        """Return the holds, by serial."""
        return dict(self.held)

    async def hold(self, hold: Hold) -> None:
        """Keep a hold, in the place of one of the same phone."""
        self.held[hold.serial] = hold

    async def others(self) -> Mapping[str, str]:
        """Return nothing: no other process knows of this ledger."""
        return {}
