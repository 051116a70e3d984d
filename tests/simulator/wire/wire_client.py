"""A peer that speaks the adb wire protocol packet by packet, well or badly as a test wants."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from drover.simulator.adbd.packets import (
    CLSE,
    CNXN,
    MAX_PAYLOAD,
    OKAY,
    OPEN,
    VERSION,
    WRTE,
    Packet,
    PacketParser,
    header,
)


@dataclass
class WireClient:
    """`send` and `receive` packets; `call` runs a whole service."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    version: int = VERSION
    parser: PacketParser = field(default_factory=PacketParser)
    received: list[Packet] = field(default_factory=list[Packet])

    def send(self, command: int, arg0: int, arg1: int, payload: bytes = b"") -> None:
        with_checksum = self.version < VERSION
        self.writer.write(header(command, arg0, arg1, payload, with_checksum=with_checksum) + payload)

    async def receive(self) -> Packet:
        """Return the next packet. Raises EOFError once the phone has closed the connection."""
        while not self.received:
            data = await self.reader.read(1024 * 1024)
            if not data:
                raise EOFError
            self.received += self.parser.feed(data)
        return self.received.pop(0)

    async def greet(self, max_payload: int = MAX_PAYLOAD) -> Packet:
        """Say CNXN and return the answer."""
        self.send(CNXN, self.version, max_payload, b"host::\0")
        return await self.receive()

    async def call(self, service: str, local: int = 7) -> bytes:
        """Open a service, acknowledge what it writes, and return it all when it closes."""
        self.send(OPEN, local, 0, service.encode() + b"\0")
        written = b""
        while (packet := await self.receive()).command != CLSE:
            if packet.command == WRTE:
                written += packet.payload
                self.send(OKAY, local, packet.arg0)
        self.send(CLSE, local, packet.arg0)
        return written

    def end(self) -> None:
        """Send no more; the phone may have closed the connection already."""
        with suppress(OSError):
            self.writer.write_eof()

    async def is_closed_by_phone(self) -> bool:
        """Read to the end of the connection; False where the phone keeps it open for a second."""
        try:
            async with asyncio.timeout(1):
                while await self.reader.read(65536):
                    pass
        except TimeoutError:
            return False
        except ConnectionError:
            pass
        return True


@asynccontextmanager
async def wire_client(port: int, version: int = VERSION) -> AsyncIterator[WireClient]:
    """Connect to a phone; the connection is closed at the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield WireClient(reader, writer, version)
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)
