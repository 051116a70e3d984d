"""The `shell:`, `shell,v2:` and `exec:` services: command lines over a stream."""

import struct
from collections.abc import Awaitable, Callable
from typing import Final

from drover.simulator.adbd.packets import Buffer
from drover.simulator.adbd.streams import Stream, StreamClosed

_SHELL_PACKET = struct.Struct("<BI")
_STDIN, _STDOUT, _STDERR, _EXIT, _CLOSE_STDIN = range(5)
_MOST_PACKET_BYTES: Final = 1024 * 1024 - _SHELL_PACKET.size
_MOST_INPUT_BYTES: Final = 64 * 1024 * 1024

Emit = Callable[[int, tuple[Buffer, ...]], Awaitable[None]]
ReadAll = Callable[[], Awaitable[bytes]]
RunLine = Callable[[str], Awaitable[int]]


class PlainChannel:
    """Shell v1 and exec: both outputs on one stream, no exit code; the input ends with the stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    async def emit(self, _descriptor: int, parts: tuple[Buffer, ...]) -> None:
        """Send what a command printed."""
        await self._stream.write(*parts)

    async def read(self) -> bytes:
        """Return some input, `b""` at its end."""
        return await self._stream.read()

    async def finish(self, _code: int) -> None:
        """End; there is no way to tell the exit code."""


class PacketChannel:
    """Shell v2: every packet says whether it is input, output, error output or the exit code."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._input_ended = False

    async def emit(self, descriptor: int, parts: tuple[Buffer, ...]) -> None:
        """Send what a command printed, in packets that fit into the protocol's."""
        for part in parts:
            view = memoryview(part)
            for start in range(0, len(view), _MOST_PACKET_BYTES):
                piece = view[start : start + _MOST_PACKET_BYTES]
                await self._stream.write(_SHELL_PACKET.pack(descriptor, len(piece)), piece)

    async def read(self) -> bytes:
        """Return some input, `b""` at its end."""
        while not self._input_ended:
            try:
                kind, length = _SHELL_PACKET.unpack(await self._stream.read_exactly(_SHELL_PACKET.size))
                content = await self._stream.read_exactly(min(length, _MOST_INPUT_BYTES))
            except StreamClosed:
                break
            if kind == _CLOSE_STDIN:
                self._input_ended = True
            elif kind == _STDIN and content:
                return content
        return b""

    async def finish(self, code: int) -> None:
        """Send the exit code."""
        await self._stream.write(_SHELL_PACKET.pack(_EXIT, 1), bytes([code & 0xFF]))


Channel = PlainChannel | PacketChannel


async def read_all(channel: Channel) -> bytes:
    """Return the whole input. Raises StreamClosed where it is larger than 64 MiB."""
    content = bytearray()
    while piece := await channel.read():
        content += piece
        if len(content) > _MOST_INPUT_BYTES:
            raise StreamClosed("the standard input is larger than a simulated phone takes")
    return bytes(content)


async def converse(channel: Channel, run: RunLine, left: Callable[[], bool], prompt: bytes) -> int:
    """Run the lines that arrive until `exit` or their end; with a `prompt`, echo them as a terminal does."""
    code = 0
    pending = b""
    await channel.emit(_STDOUT, (prompt,))
    while not left() and (piece := await channel.read()):
        if prompt:
            await channel.emit(_STDOUT, (piece.replace(b"\r", b"\r\n"),))
        *lines, pending = (pending + piece).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for line in lines:
            if not left():
                code = await run(line.decode("utf-8", "surrogateescape"))
                await channel.emit(_STDOUT, (b"" if left() else prompt,))
    if pending and not left():
        code = await run(pending.decode("utf-8", "surrogateescape"))
    return code
