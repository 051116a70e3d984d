"""An adb server's wire with nothing behind it: it answers each request with the bytes that a test gives."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from drover.drivers.adb.client import Address
from drover.drivers.adb.wire import ShellStream, shell_packet

SERIAL = "PHONE1"
HANG = b"\0hang\0"
OKAY = b"OKAY"

Script = Mapping[str, Sequence[bytes]]


def text(content: str) -> bytes:
    """Return an OKAY with a text."""
    return b"OKAY%04x%b" % (len(content), content.encode())


def fail(reason: str) -> bytes:
    """Return a FAIL with a reason."""
    return b"FAIL%04x%b" % (len(reason), reason.encode())


def shell(stdout: str = "", *, stderr: str = "", code: int = 0) -> bytes:
    """Return the whole answer to a shell command."""
    packets = shell_packet(ShellStream.STDOUT, stdout.encode()) + shell_packet(ShellStream.STDERR, stderr.encode())
    return OKAY + packets + shell_packet(ShellStream.EXIT, bytes([code]))


ATTACHED: Script = {
    f"host-serial:{SERIAL}:get-state": [text("device")],
    f"host-serial:{SERIAL}:features": [text("cmd,shell_v2")],
    f"host:transport:{SERIAL}": [OKAY],
    "shell,v2,raw:getprop ro.product.model": [shell("Fake\n")],
    "shell,v2,raw:getprop ro.product.manufacturer": [shell("Nobody\n")],
    "shell,v2,raw:getprop ro.build.version.release": [shell("14\n")],
    "shell,v2,raw:getprop ro.serialno": [shell("S1\n")],
    "shell,v2,raw:wm size": [shell("Physical size: 4x2\n")],
}


@dataclass
class ScriptedServer:
    """Where it listens, and the requests it got. A request that the script lacks is answered with a FAIL."""

    address: Address
    requests: list[str] = field(default_factory=list[str])
    open_connections: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def change(self, *, connections: int = 0) -> None:
        """Count a connection that comes or goes, and let whoever waits look again."""
        self.open_connections += connections
        self._changed.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return when `holds` does."""
        while not holds():
            self._changed.clear()
            await self._changed.wait()


@asynccontextmanager
async def scripted_server(script: Script) -> AsyncGenerator[ScriptedServer, None]:
    """Serve `script` on a free port."""
    handlers: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.ensure_future(_serve(reader, writer, script, server)))

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    server = ScriptedServer(Address("127.0.0.1", listening.sockets[0].getsockname()[1]))
    try:
        yield server
    finally:
        listening.close()
        for task in handlers:
            task.cancel()
        await asyncio.gather(*handlers)
        await asyncio.sleep(0)


async def _serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, script: Script, server: ScriptedServer
) -> None:
    server.change(connections=1)
    with contextlib.suppress(asyncio.CancelledError, ConnectionError):
        await _converse(reader, writer, script, server)
    server.change(connections=-1)
    writer.close()
    with contextlib.suppress(asyncio.CancelledError, ConnectionError):
        await writer.wait_closed()


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, script: Script, server: ScriptedServer
) -> None:
    going_on = True
    while going_on:
        try:
            length = int(await reader.readexactly(4), 16)
            request = (await reader.readexactly(length)).decode()
        except asyncio.IncompleteReadError:
            return
        server.requests.append(request)
        server.change()
        for chunk in script.get(request, [fail(f"unknown request {request}")]):
            await _send(chunk, reader, writer)
        going_on = request.startswith("host:transport")


async def _send(chunk: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if chunk == HANG:
        await reader.read()
        return
    writer.write(chunk)
    await writer.drain()
    await asyncio.sleep(0)
