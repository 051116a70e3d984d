"""A source of phones in memory."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence

from drover.devices.errors import PhoneAbsent
from drover.devices.ports import Link, Sighting
from drover.drivers.memory.driver import NONE, Delays, MemoryDriver
from drover.drivers.memory.phone import Condition, MemoryPhone
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError

_LINKS = {Condition.OFFLINE: Link.OFFLINE, Condition.UNAUTHORIZED: Link.UNAUTHORIZED}


class MemorySource:
    """Phones that are plugged in and out by whoever holds this. A phone that hangs is still listed as online.

    Those in `absent` are said not to be there when they are to be repaired, though they may be listed.
    """

    def __init__(self, phones: Iterable[MemoryPhone], clock: Clock, *, delays: Delays = NONE) -> None:
        self.reconnected: list[str] = []
        self.restarted: list[str] = []
        self.ports: dict[str, str] = {}
        self.absent: set[str] = set()
        self._phones = {phone.serial: phone for phone in phones}
        self._clock = clock
        self._delays = delays
        self._failure: DroverError | None = None
        self._stirred = asyncio.Event()

    def plug(self, phone: MemoryPhone) -> None:
        """Add a phone."""
        self._phones[phone.serial] = phone
        self._stir()

    def unplug(self, serial: str) -> None:
        """Take a phone away: it is offline, and listed no more."""
        phone = self._phones.pop(serial)
        phone.condition = Condition.OFFLINE
        phone.stir()
        self._stir()

    def set_condition(self, serial: str, condition: Condition) -> None:
        """Change how a phone is, and let that be seen."""
        self._phones[serial].condition = condition
        self._phones[serial].stir()
        self._stir()

    def fail(self, failure: DroverError | None) -> None:
        """Fail with that error from now on, or, with None, no more."""
        self._failure = failure
        self._stir()

    async def sightings(self) -> Sequence[Sighting]:
        """Return the phones plugged in, by serial."""
        if self._failure is not None:
            raise self._failure
        return tuple(
            Sighting(serial, _LINKS.get(phone.condition, Link.ONLINE), self.ports.get(serial, ""))
            for serial, phone in sorted(self._phones.items())
        )

    async def changes(self) -> AsyncGenerator[Sequence[Sighting], None]:
        """Yield the phones plugged in, first now, then at every change."""
        while True:
            stirred = self._stirred
            yield await self.sightings()
            await stirred.wait()

    async def ping(self, serial: str) -> None:
        """Return once the phone answers."""
        await self.driver(serial).attach()

    async def model(self, serial: str) -> str:
        """Return the phone's model."""
        driver = self.driver(serial)
        await driver.attach()
        return driver.info.model

    async def reconnect(self, serial: str) -> None:
        """Note that it was asked for; the phone stays as it is."""
        self.reconnected.append(serial)
        self._refuse_absent(serial)

    async def restart(self, serial: str) -> None:
        """Note that it was asked for; the phone stays as it is."""
        self.restarted.append(serial)
        self._refuse_absent(serial)

    def driver(self, serial: str) -> MemoryDriver:
        """Return a driver for the phone, which need not be plugged in."""
        phone = self._phones.get(serial) or MemoryPhone(serial, condition=Condition.OFFLINE)
        return MemoryDriver(phone, self._clock, delays=self._delays)

    def _refuse_absent(self, serial: str) -> None:
        if serial in self.absent:
            raise PhoneAbsent(serial)

    def _stir(self) -> None:
        stirred, self._stirred = self._stirred, asyncio.Event()
        stirred.set()
