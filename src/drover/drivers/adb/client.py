"""The adb server as Drover sees it: which phones it has, and a way to each of them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from drover.devices.ports import Sighting
from drover.drivers.adb import wire
from drover.drivers.adb.buffers import BufferPool
from drover.drivers.adb.connection import Connection
from drover.drivers.adb.faults import AdbProtocolError, AdbRefused, AdbServerUnavailable
from drover.kernel.errors import InvalidInput

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 5037
_MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class Address:
    """Where an adb server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return HOST:PORT."""
        return f"{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """Return the address that HOST:PORT or PORT says. Raises InvalidInput."""
    host, _, port = text.strip().rpartition(":")
    if not port.isascii() or not port.isdecimal() or not 0 < int(port) <= _MAX_PORT:
        raise InvalidInput(f"adb server {text!r} is not an address", hint="write it as HOST:PORT, or as PORT alone")
    return Address(_ip(host), int(port))


def _ip(host: str) -> str:
    # adb servers listen on IPv4; asking a resolver for this name would only cost time.
    return DEFAULT_HOST if host in ("", "localhost") else host.strip("[]")


def address_of_user(environment: Mapping[str, str]) -> Address:
    """Return where the user's own adb server is, by the same variables that adb reads. Raises InvalidInput."""
    if spec := environment.get("ADB_SERVER_SOCKET", ""):
        if not spec.startswith("tcp:"):
            raise InvalidInput(
                f"ADB_SERVER_SOCKET {spec!r} is not of the form tcp:HOST:PORT", hint="Drover reaches adb over TCP only"
            )
        return parse_address(spec.removeprefix("tcp:"))
    host = environment.get("ANDROID_ADB_SERVER_ADDRESS", "")
    port = environment.get("ANDROID_ADB_SERVER_PORT", str(DEFAULT_PORT))
    try:
        return parse_address(f"{host}:{port}")
    except InvalidInput as error:
        raise InvalidInput(
            f"ANDROID_ADB_SERVER_PORT {port!r} is not a port", hint="correct or unset the variable"
        ) from error


class AdbServer:
    """A client of one adb server, which it never starts, stops or replaces.

    `commands` is how many commands for phones run at once; tight loops of them have brought adb servers down.
    """

    def __init__(self, address: Address, *, commands: int = 16, deadline_s: float = 5.0) -> None:
        self.address = address
        self.pool = BufferPool()
        self._commands = asyncio.Semaphore(commands)
        self._connecting = asyncio.Lock()
        self._deadline_s = deadline_s

    async def version(self) -> int:
        """Return the protocol version. Raises AdbServerUnavailable, AdbProtocolError."""
        text = await self.ask("host:version")
        try:
            return int(text, 16)
        except ValueError:
            raise AdbProtocolError(f"expected a version, received {text[:40]!r}") from None

    async def sightings(self) -> Sequence[Sighting]:
        """Return the phones that the server sees, by serial."""
        return wire.decode_devices(await self.ask("host:devices-l"))

    @asynccontextmanager
    async def tracking(self) -> AsyncGenerator[Connection, None]:
        """Yield a connection on which the server says something whenever its phones change."""
        async with await self._open() as connection:
            await connection.request("host:track-devices")
            yield connection

    async def connect(self, address: str, *, deadline_s: float) -> str:
        """Let the server connect to a phone over TCP; return what it says, which may well be that it failed.

        One at a time: adb 29 crashed in 7 of 120 starts when it was to connect to six phones at once, in none of 120
        when one by one, which was faster too.
        """
        async with self._connecting:
            return await self.ask(f"host:connect:{address}", deadline_s=deadline_s)

    async def disconnect(self, address: str) -> None:
        """Let the server forget a phone that is connected over TCP. One that it does not know is no error."""
        try:
            await self.ask(f"host:disconnect:{address}")
        except AdbRefused as refused:
            if "no such device" not in refused.reason:
                raise

    async def reconnect(self, serial: str) -> None:
        """Let the server break the connection to one phone off, and find it again."""
        await self.ask(f"host-serial:{serial}:reconnect")

    async def state(self, serial: str) -> str:
        """Return the phone's state in the server's word: device, offline, unauthorized, ..."""
        return await self.ask(f"host-serial:{serial}:get-state")

    async def features(self, serial: str) -> frozenset[str]:
        """Return the protocol features that the phone has."""
        return frozenset((await self.ask(f"host-serial:{serial}:features")).split(","))

    async def ask(self, request: str, *, deadline_s: float | None = None) -> str:
        """Return the text that the server answers to a request to itself.

        Raises AdbServerUnavailable, AdbRefused, AdbProtocolError; nothing else, whatever it answers.
        """
        deadline_s = self._deadline_s if deadline_s is None else deadline_s
        try:
            async with asyncio.timeout(deadline_s), await self._open() as connection:
                await connection.request(request)
                return await connection.read_text()
        except TimeoutError as error:
            detail = f"no answer to {request.split(':')[1]} within {deadline_s:g} s"
            raise AdbServerUnavailable(self.address.host, self.address.port, detail) from error

    def slot(self) -> asyncio.Semaphore:
        """Return what a command for a phone holds while it runs."""
        return self._commands

    @asynccontextmanager
    async def service(self, serial: str, service: str) -> AsyncGenerator[Connection, None]:
        """Yield a connection to a service of a phone. Has no deadline; the caller sets one, and holds a slot."""
        async with await self._open() as connection:
            await connection.request(f"host:transport:{serial}")
            await connection.request(service)
            yield connection

    async def lost(self, serial: str) -> str | None:
        """Return the server's word for the phone's state where that is not `device`; None where it is attached."""
        try:
            state = await self.state(serial)
        except AdbRefused as refused:
            return refused.reason
        return None if state == "device" else state

    async def _open(self) -> Connection:
        return await Connection.open(self.address.host, self.address.port)
