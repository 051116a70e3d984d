"""Streams: the independent conversations, one per opened service, that share a connection."""

import asyncio
from collections.abc import Awaitable, Callable

from drover.kernel.errors import DroverError, Kind
from drover.simulator.adbd.packets import OKAY, WRTE, BadPacket, Buffer, cut

_BACKLOG_BYTES = 1024 * 1024
_VIOLATION_BYTES = 8 * 1024 * 1024

Send = Callable[..., None]
"""send(command, arg0, arg1, *payload parts)"""


class StreamClosed(DroverError):
    """The peer closed the stream; nobody is there to read or to answer."""

    kind = Kind.UNAVAILABLE


class Stream:
    """One stream as its service sees it. `local` is this side's id of it, `remote` the peer's.

    A stream that this side opened has the remote id 0 until the peer's first acknowledgement.
    At most one written packet is unacknowledged; received bytes are acknowledged at once while fewer than 1 MiB of
    them are unread, and otherwise when they are read.
    """

    def __init__(
        self, send: Send, local: int, remote: int, max_payload: int, passable: Callable[[], Awaitable[None]]
    ) -> None:
        self.local = local
        self.remote = remote
        self._send = send
        self._max_payload = max_payload
        self._passable = passable
        self._received = bytearray()
        self._arrived = asyncio.Event()
        self._acknowledged = asyncio.Event()
        if remote:
            self._acknowledged.set()
        self._owes_okay = False
        self._closed = False
        self._gone = asyncio.Event()

    async def read(self) -> bytes:
        """Return what has arrived, at least one byte, or `b""` once the peer has closed the stream."""
        await self._arrival(1)
        return self._take(len(self._received))

    async def read_exactly(self, count: int) -> bytes:
        """Return `count` bytes. Raises StreamClosed where the peer closes before they came."""
        await self._arrival(count)
        if len(self._received) < count:
            raise StreamClosed("the peer closed the stream in the middle of a message")
        return self._take(count)

    async def write(self, *parts: Buffer) -> None:
        """Send all bytes of `parts`, without copying them. Raises StreamClosed."""
        for payload in cut(parts, self._max_payload):
            await self.drain()
            await self._passable()
            if self._closed:
                raise StreamClosed("the peer closed the stream")
            self._acknowledged.clear()
            self._send(WRTE, self.local, self.remote, *payload)

    async def drain(self) -> None:
        """Return when the peer has acknowledged everything written, or is gone."""
        await self._acknowledged.wait()

    async def gone(self) -> None:
        """Return when the peer has closed the stream."""
        await self._gone.wait()

    @property
    def closed(self) -> bool:
        """Whether the peer has closed the stream."""
        return self._closed

    def feed(self, payload: bytes) -> None:
        """Take received bytes. Raises BadPacket for a peer that does not wait for acknowledgements."""
        self._received += payload
        if len(self._received) > _VIOLATION_BYTES:
            raise BadPacket("the peer writes without waiting for acknowledgements")
        self._arrived.set()
        if len(self._received) < _BACKLOG_BYTES:
            self._send(OKAY, self.local, self.remote)
        else:
            self._owes_okay = True

    def acknowledge(self, remote: int) -> None:
        """Note that the peer, which calls the stream `remote`, has taken the last packet."""
        self.remote = self.remote or remote
        self._acknowledged.set()

    def close(self) -> None:
        """Note that the peer has closed the stream; what it sent before can still be read."""
        self._closed = True
        self._gone.set()
        self._acknowledged.set()
        self._arrived.set()

    async def _arrival(self, count: int) -> None:
        while len(self._received) < count and not self._closed:
            self._arrived.clear()
            self._settle_debt()
            await self._arrived.wait()

    def _take(self, count: int) -> bytes:
        taken = bytes(self._received[:count])
        del self._received[:count]
        self._settle_debt()
        return taken

    def _settle_debt(self) -> None:
        if self._owes_okay and len(self._received) < _BACKLOG_BYTES and not self._closed:
            self._owes_okay = False
            self._send(OKAY, self.local, self.remote)
