"""Phones of one adb server: who is there, and bringing back who is not."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from concurrent.futures import Executor

from drover.devices.errors import DeviceError, PhoneAbsent, PhoneOffline, PhoneUnauthorized
from drover.devices.ports import Link, Sighting
from drover.drivers.adb.backoff import Backoff
from drover.drivers.adb.client import AdbServer
from drover.drivers.adb.deadlines import DEADLINES, Deadlines
from drover.drivers.adb.driver import MODEL_PROPERTY, AdbDriver
from drover.drivers.adb.faults import AdbServerUnavailable, phone_error
from drover.drivers.adb.line import PhoneLine
from drover.drivers.adb.phone_ways import BASELINE_ONLY, Remembered, WayOptions
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError

# The server itself waits 10 s for a phone that accepts the connection and then says nothing.
_CONNECT_DEADLINE_S = 12.0
_JUST_NOW_S = 1.0
"""A phone that has answered anything within this time needs no heartbeat."""
_PINGS = 24
"""How many phones are asked for a heartbeat at once, apart from the commands."""
_ALREADY_CONNECTED = "already connected to "
"""What the server also says of a phone that is offline, or whose connection it is still taking down."""
_DISCONNECTS = 2
"""How often a phone is disconnected before what the server holds of it is taken for the new connection."""
_CONNECTED = ("connected to ", _ALREADY_CONNECTED)


class AdbSource:
    """The phones of an adb server, as devices.ports.DeviceSource."""

    def __init__(
        self,
        server: AdbServer,
        clock: Clock,
        *,
        poll_s: float = 1.0,
        deadlines: Deadlines = DEADLINES,
        images: Executor | None = None,
        options: WayOptions = BASELINE_ONLY,
    ) -> None:
        """Look at the server's list at least every `poll_s` seconds: adb 29 does not tell that a phone went away."""
        self._server = server
        self._clock = clock
        self._poll_s = poll_s
        self._deadlines = deadlines
        self._images = images
        self._options = options
        self._remembered = Remembered()
        self._backoffs: dict[str, Backoff] = {}
        self._pings = asyncio.Semaphore(_PINGS)

    async def sightings(self) -> Sequence[Sighting]:
        """Return the phones that the server lists. Raises AdbServerUnavailable, AdbProtocolError."""
        return await self._server.sightings()

    async def changes(self) -> AsyncGenerator[Sequence[Sighting], None]:
        """Yield the phones listed, first now, then at every change, until the server fails."""
        seen: Sequence[Sighting] | None = None
        async with self._server.tracking() as connection:
            while True:
                current = await self.sightings()
                if current != seen:
                    seen = current
                    yield current
                # Whatever the server says here, it means: look again.
                try:
                    async with asyncio.timeout(self._poll_s):
                        if not await connection.read_some():
                            address = self._server.address
                            raise AdbServerUnavailable(address.host, address.port, "it went away")
                except TimeoutError:
                    continue

    async def connect(self, addresses: Iterable[str]) -> Mapping[str, DeviceError]:
        """Connect to phones over TCP, each HOST:PORT; return what failed, by address."""
        results = {address: await self._failure_to_connect(address) for address in dict.fromkeys(addresses)}
        return {address: error for address, error in results.items() if error is not None}

    async def ping(self, serial: str) -> None:
        """Return once the phone answers, or has answered just now. Only so many phones are asked at once."""
        async with self._pings:
            await self._line(serial).ping(_JUST_NOW_S)

    async def model(self, serial: str) -> str:
        """Return the phone's model, in the maker's spelling; the server's list has it with `_` for much else."""
        return (await self._line(serial).text(f"getprop {MODEL_PROPERTY}", "model", self._deadlines.state_s)).strip()

    async def reconnect(self, serial: str) -> None:
        """Try to bring an offline phone back: over TCP by connecting anew, else by resetting it.

        The server knows the same phones afterwards: it forgets a phone over TCP that it is told to reset, or to
        disconnect, while nothing listens there. So that is done only right after it could connect. Raises PhoneAbsent.
        """
        if is_address(serial):
            await self._connect_anew(serial)
        elif serial in {sighting.serial for sighting in await self.sightings() if sighting.link is not Link.ONLINE}:
            await self._server.reconnect(serial)

    async def restart(self, serial: str) -> None:
        """Let the server break the connection to the phone off; it comes back as after plugging in."""
        if is_address(serial):
            await self._connect_anew(serial)
        else:
            await self._server.reconnect(serial)

    async def _connect_anew(self, address: str) -> None:
        async with self._server.slot():
            said = await self._server.connect(address, deadline_s=_CONNECT_DEADLINE_S)
            for _ in range(_DISCONNECTS):
                if not said.startswith(_ALREADY_CONNECTED):
                    break
                await self._server.disconnect(address)
                said = await self._server.connect(address, deadline_s=_CONNECT_DEADLINE_S)
        if not said.startswith(_CONNECTED):
            raise PhoneAbsent(address, said)

    def driver(self, serial: str) -> AdbDriver:
        """Return a driver, not yet attached. All drivers of one phone share its backoff."""
        return AdbDriver(
            serial,
            self._server,
            self._clock,
            backoff=self._backoff(serial),
            deadlines=self._deadlines,
            images=self._images,
            options=self._options,
            remembered=self._remembered,
        )

    def _line(self, serial: str) -> PhoneLine:
        return PhoneLine(serial, self._server, self._clock, self._backoff(serial))

    def _backoff(self, serial: str) -> Backoff:
        return self._backoffs.setdefault(serial, Backoff())

    async def _failure_to_connect(self, address: str) -> DeviceError | None:
        try:
            async with self._server.slot():
                said = await self._server.connect(address, deadline_s=_CONNECT_DEADLINE_S)
        except DroverError as error:
            return phone_error(address, "connect", error)
        if said.startswith(_CONNECTED):
            return None
        return PhoneUnauthorized(address) if "authenticate" in said else PhoneOffline(address, said)


def is_address(serial: str) -> bool:
    """Whether a serial is the HOST:PORT of a phone that is connected over TCP."""
    host, colon, port = serial.rpartition(":")
    return bool(host and colon) and port.isdecimal()
