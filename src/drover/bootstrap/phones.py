"""Composes what `drover phones` shows: the monitor over the attached phones, and what each phone says of itself."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from drover.bootstrap.attached import attached_phones
from drover.bootstrap.power import power_cycle
from drover.devices.ports import DeviceSource, PhoneInfo
from drover.devices.ports import PhoneState as Condition
from drover.fleet.domain import Event, Hold, Phone, PhoneState
from drover.fleet.monitor import PhoneMonitor
from drover.fleet.phonebook import PhoneBook
from drover.kernel.clock import SystemClock
from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.platform.settings import Settings

ANSWER_S: Final = 3.0
"""How long a phone may take to tell its model, battery and heat before they are left out."""


class PhoneNeverSeen(DroverError):
    """No phone of that serial is attached, or ever was."""

    kind = Kind.NOT_FOUND

    def __init__(self, serial: str) -> None:
        super().__init__(f"no phone {serial} is attached, nor was it ever", hint="`drover phones` lists the serials")


@dataclass(frozen=True, slots=True)
class Listed:
    """A phone as it is listed, and when it was last seen to be there.

    `info` and `condition` are None for one that did not tell them; `work` is what another process does with it.
    """

    phone: Phone
    info: PhoneInfo | None
    condition: Condition | None
    work: str
    connected: datetime | None


async def list_phones(settings: Settings) -> Sequence[Listed]:
    """Return every phone that is attached or held, as it is now. Raises AdbServerUnavailable, LedgerUnusable."""
    clock = SystemClock()
    source = attached_phones(settings)
    async with PhoneBook(settings.data_dir, clock) as book:
        phones = await PhoneMonitor(source, clock, ledger=book).glance()
        work = await book.others()
        seen = {phone.serial for phone in phones}
        last = [(phone, await book.last_connected(phone.serial)) for phone in (*phones, *await _missing(book, seen))]
    told = await asyncio.gather(*(_tell(source, phone) for phone, _ in last))
    return [
        Listed(phone, info, condition, work.get(phone.serial, ""), phone.since if phone.reachable else connected)
        for (phone, connected), (info, condition) in zip(last, told, strict=True)
    ]


@asynccontextmanager
async def watched_phones(settings: Settings) -> AsyncGenerator[PhoneMonitor, None]:
    """Watch the attached phones while the block lasts, and repair those that nobody works on."""
    clock = SystemClock()
    async with PhoneBook(settings.data_dir, clock) as book:
        monitor = PhoneMonitor(attached_phones(settings), clock, ledger=book, power=power_cycle(settings))
        async with monitor.running():
            yield monitor


async def phone_history(settings: Settings, *, serial: str, port: str, most: int) -> Sequence[Event]:
    """Return what happened to a phone or at a port, the newest first."""
    async with PhoneBook(settings.data_dir, SystemClock()) as book:
        return await book.history(serial=serial, port=port, most=most)


async def hold_phone(settings: Settings, serial: str, reason: str) -> None:
    """Put a phone into maintenance. Raises PhoneNeverSeen for one that is not attached and has no history."""
    clock = SystemClock()
    async with PhoneBook(settings.data_dir, clock) as book:
        if not await book.history(serial=serial, most=1):
            attached = [sighting.serial for sighting in await attached_phones(settings).sightings()]
            if serial not in attached:
                raise PhoneNeverSeen(serial)
        await book.hold(Hold(serial, PhoneState.MAINTENANCE, reason, clock.now()))


async def release_phone(settings: Settings, serial: str) -> Hold:
    """End a phone's maintenance or quarantine, and return which it was. Raises InvalidInput where it is in neither."""
    async with PhoneBook(settings.data_dir, SystemClock()) as book:
        held = await book.release(serial)
    if held is None:
        raise InvalidInput(
            f"phone {serial} is neither in maintenance nor quarantined", hint="`drover phones` shows how each one is"
        )
    return held


async def _missing(book: PhoneBook, seen: set[str]) -> Sequence[Phone]:
    """Return the held phones that are not attached; the others that were are history."""
    return [
        Phone(hold.serial, hold.state, hold.at, hold.reason)
        for hold in (await book.holds()).values()
        if hold.serial not in seen
    ]


async def _tell(source: DeviceSource, phone: Phone) -> tuple[PhoneInfo | None, Condition | None]:
    """Return what a reachable phone tells of itself in time; how it is has been found out already."""
    if not phone.reachable:
        return None, None
    driver = source.driver(phone.serial)
    info: PhoneInfo | None = None
    try:
        async with asyncio.timeout(ANSWER_S):
            await driver.attach()
            info = driver.info
            return info, await driver.state()
    except (DroverError, TimeoutError):
        return info, None
    finally:
        await driver.detach()
