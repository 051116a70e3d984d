"""One connection to an adb server, on a plain non-blocking socket: a StreamReader costs twice the CPU per raw frame."""

import asyncio
import errno
import os
import socket
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Self

from drover.drivers.adb import wire
from drover.drivers.adb.buffers import BufferPool
from drover.drivers.adb.faults import AdbBrokenOff, AdbProtocolError, AdbRefused, AdbServerUnavailable

_READ_BYTES = 1 << 16
MAX_OUTPUT_BYTES = 64 * 1024 * 1024


class Connection:
    """An open socket. Leaving its context closes it, at once and in every case, which ends what runs behind it."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def open(cls, host: str, port: int) -> "Connection":
        """Connect. Raises AdbServerUnavailable."""
        loop = asyncio.get_running_loop()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(sock, (host, port))
        except OSError as error:
            sock.close()
            raise AdbServerUnavailable(host, port, _words(error)) from error
        except BaseException:
            sock.close()
            raise
        return cls(sock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    async def request(self, text: str) -> None:
        """Send a request and wait for OKAY. Raises AdbRefused, AdbProtocolError."""
        await self.write(wire.encode_request(text))
        if wire.decode_answer(await self.read_exactly(4)) is wire.Answer.FAIL:
            raise AdbRefused(text.partition(":")[0], await self.read_text())

    async def read_text(self) -> str:
        """Return a text that its length precedes."""
        length = wire.decode_length(await self.read_exactly(4))
        return (await self.read_exactly(length)).decode("utf-8", "replace")

    async def write(self, data: bytes) -> None:
        """Send all of `data`."""
        try:
            await self._loop.sock_sendall(self._socket, data)
        except OSError as error:
            raise AdbBrokenOff(f"the connection ended while sending ({_words(error)})") from error

    async def read_exactly(self, count: int) -> bytes:
        """Return `count` bytes. Raises AdbBrokenOff where the connection ends before."""
        data = bytearray(count)
        view = memoryview(data)
        done = 0
        while done < count:
            received = await self._into(view[done:])
            if received == 0:
                raise AdbBrokenOff(f"the connection ended after {done} of {count} bytes")
            done += received
        return bytes(data)

    async def read_some(self) -> bytes:
        """Return what has come, at least a byte; empty at the end."""
        try:
            return await self._loop.sock_recv(self._socket, _READ_BYTES)
        except OSError as error:
            raise AdbBrokenOff(f"the connection broke ({_words(error)})") from error

    async def read_shell(self) -> wire.ShellOutput:
        """Return a shell command's output. Raises AdbBrokenOff where the end comes before the exit code."""
        output = wire.ShellOutput.empty()
        while output.exit_code is None:
            data = await self.read_some()
            if not data:
                raise AdbBrokenOff("the connection ended before the command did")
            output.feed(data)
            if len(output.stdout) + len(output.stderr) > MAX_OUTPUT_BYTES:
                raise AdbProtocolError(f"more than {MAX_OUTPUT_BYTES} bytes")
        return output

    async def shell_output(self) -> AsyncGenerator[bytes, None]:
        """Yield what a shell command prints, as it comes. Raises AdbBrokenOff where its exit code does not come."""
        output = wire.ShellOutput.empty()
        while output.exit_code is None:
            data = await self.read_some()
            if not data:
                raise AdbBrokenOff("the connection ended before the command did")
            output.feed(data)
            if printed := bytes(output.stdout):
                output.stdout.clear()
                output.stderr.clear()
                yield printed

    async def read_buffer(self, pool: BufferPool, expected: int) -> tuple[bytearray, int]:
        """Return a buffer of the pool with everything until the end in it, and how much that is.

        `expected` only saves copying. The buffer goes back to the pool where this raises. It is taken when the first
        bytes are there and it is this phone's turn: of many phones that are waited for, few send at once.
        """
        first = await self.read_some()
        async with pool.turn():
            return await self._filled(pool, expected, first)

    async def _filled(self, pool: BufferPool, expected: int, first: bytes) -> tuple[bytearray, int]:
        buffer = pool.take(max(expected, len(first)) + 1)
        filled = len(first)
        buffer[:filled] = first
        try:
            while received := await self._into(memoryview(buffer)[filled:]):
                filled += received
                if filled == len(buffer):
                    buffer = _grown(pool, buffer)
        except BaseException:
            pool.give_back(buffer)
            raise
        return buffer, filled

    async def _into(self, view: memoryview) -> int:
        try:
            return await self._loop.sock_recv_into(self._socket, view)
        except OSError as error:
            raise AdbBrokenOff(f"the connection broke ({_words(error)})") from error


def _grown(pool: BufferPool, buffer: bytearray) -> bytearray:
    if len(buffer) > MAX_OUTPUT_BYTES:
        raise AdbProtocolError(f"more than {MAX_OUTPUT_BYTES} bytes")
    larger = pool.take(2 * len(buffer))
    larger[: len(buffer)] = buffer
    pool.give_back(buffer)
    return larger


def _words(error: OSError) -> str:
    # getaddrinfo has numbers of its own, and asyncio joins several failures into one without a number.
    number = error.errno
    return os.strerror(number).lower() if number is not None and number in errno.errorcode else str(error).lower()
