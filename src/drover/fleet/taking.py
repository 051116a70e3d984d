"""Having a phone for oneself on this computer, while others see that it is busy."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext

from drover.fleet.monitor import PhoneMonitor
from drover.fleet.phonebook import PhoneBook


@asynccontextmanager
async def taken(serial: str, work: str, monitor: PhoneMonitor, book: PhoneBook | None) -> AsyncGenerator[None, None]:
    """Have the phone alone while the block lasts, and show it as busy.

    Raises PhoneOccupied, PhoneHeld; PhoneOffline for a phone that was never seen.
    """
    async with book.occupied(serial, work) if book is not None else nullcontext():
        with monitor.occupied(serial):
            yield
