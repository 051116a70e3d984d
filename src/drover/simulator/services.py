"""What a simulated phone offers over adb: from a service's name to the code that serves it."""

import socket
from typing import Final

from drover.simulator.adbd.connection import Connection, Service
from drover.simulator.adbd.shell_streams import Channel, PacketChannel, PlainChannel, converse, read_all
from drover.simulator.adbd.streams import Stream
from drover.simulator.adbd.sync import SyncService
from drover.simulator.phone import SimulatedPhone
from drover.simulator.profiles import Act
from drover.simulator.shell.interpreter import Interpreter

FEATURES: Final = ("shell_v2", "stat_v2", "ls_v2", "fixed_push_mkdir", "sendrecv_v2")
"""What the banner promises: nothing that is not served. `cmd`, for one, would mean installing through `cmd package`."""
_PROMPT: Final = b"sim:/ $ "


def banner(phone: SimulatedPhone) -> str:
    """Return what CNXN says of the phone."""
    identity = phone.identity
    properties = {
        "ro.product.name": identity.product,
        "ro.product.model": identity.model,
        "ro.product.device": identity.product,
        "features": ",".join(FEATURES),
    }
    return "device::" + ";".join(f"{name}={value}" for name, value in properties.items())


def find_service(phone: SimulatedPhone, wanted: str) -> Service | None:
    """Return what serves `wanted`, such as `shell,v2,TERM=xterm,raw:ls`, or None."""
    name, separator, argument = wanted.partition(":")
    kind, *options = name.split(",")
    if not separator:
        return None
    if kind == "shell" or name == "exec":
        return _shell_service(phone, argument, packets="v2" in options, terminal="pty" in options)
    if wanted == "sync:":
        return _sync_service(phone)
    return phone.sockets.get(wanted)


async def serve_connection(phone: SimulatedPhone, sock: socket.socket) -> None:
    """Speak adb with one peer until it leaves."""
    connection = Connection(
        sock,
        name=phone.identity.name,
        banner=banner(phone),
        line=phone.line,
        find=lambda wanted: find_service(phone, wanted),
    )
    await connection.run()


def _shell_service(phone: SimulatedPhone, command: str, *, packets: bool, terminal: bool) -> Service:
    async def serve(stream: Stream) -> None:
        channel: Channel = PacketChannel(stream) if packets else PlainChannel(stream)
        interpreter = Interpreter(phone, channel.emit, lambda: read_all(channel), stream.gone)
        if command:
            code = await interpreter.run(command)
        else:
            shown = _PROMPT if terminal or not packets else b""
            code = await converse(channel, interpreter.run, lambda: interpreter.left, shown)
        await channel.finish(code)

    return serve


def _sync_service(phone: SimulatedPhone) -> Service:
    async def serve(stream: Stream) -> None:
        await SyncService(stream, phone.storage, lambda: phone.delays.take(Act.FILE)).run()

    return serve
