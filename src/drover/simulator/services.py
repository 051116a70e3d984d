"""What a simulated phone offers over adb: from a service's name to the code that serves it."""

import shlex
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from drover.simulator.adbd import reverse
from drover.simulator.adbd.connection import Connection, Service
from drover.simulator.adbd.shell_streams import Channel, PacketChannel, PlainChannel, converse, read_all
from drover.simulator.adbd.streams import Stream
from drover.simulator.adbd.sync import SyncService
from drover.simulator.phone import SimulatedPhone
from drover.simulator.profiles import Act
from drover.simulator.shell.interpreter import Interpreter

FEATURES: Final = ("shell_v2", "cmd", "abb_exec", "stat_v2", "ls_v2", "fixed_push_mkdir", "sendrecv_v2")
"""What the banner promises: nothing that is not served."""
_PROMPT: Final = b"sim:/ $ "
_FRAMEBUFFER = struct.Struct("<14I")
_FRAMEBUFFER_VERSION, _SRGB = 2, 1
_CHANNELS: Final = (0, 8, 16, 8, 8, 8, 24, 8)
"""Offset and length in bits of red, blue, green and alpha."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """What a client asks for: `shell,v2,pty:ls` has the options v2 and pty and the argument ls."""

    phone: SimulatedPhone
    peer: Connection
    argument: str
    options: frozenset[str]


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


def find_service(phone: SimulatedPhone, wanted: str, peer: Connection) -> Service | None:
    """Return what serves `wanted`, such as `shell,v2,TERM=xterm,raw:ls`, or None."""
    name, separator, argument = wanted.partition(":")
    kind, *options = name.split(",")
    make = _SERVICES.get(kind)
    if not separator or make is None:
        return phone.sockets.get(wanted)
    return make(_Opened(phone, peer, argument, frozenset(options)))


async def serve_connection(phone: SimulatedPhone, sock: socket.socket) -> None:
    """Speak adb with one peer until it leaves."""
    connection = Connection(
        sock,
        name=phone.identity.name,
        banner=banner(phone),
        line=phone.line,
        authorization=phone.authorization,
        find=lambda wanted, peer: find_service(phone, wanted, peer),
    )
    try:
        await connection.run()
    finally:
        phone.reverses.remove_all(connection)


def _shell_service(phone: SimulatedPhone, command: str, *, packets: bool, terminal: bool) -> Service:
    async def serve(stream: Stream) -> None:
        channel: Channel = PacketChannel(stream) if packets else PlainChannel(stream)
        interpreter = Interpreter(phone, channel.emit, lambda: read_all(channel), stream.gone, channel.read)
        if command:
            code = await interpreter.run(command)
        else:
            shown = _PROMPT if terminal or not packets else b""
            code = await converse(channel, interpreter.run, lambda: interpreter.left, shown)
        await channel.finish(code)

    return serve


def _binder_service(opened: _Opened, *, packets: bool) -> Service:
    command = shlex.join(["cmd", *opened.argument.split("\0")])
    return _shell_service(opened.phone, command, packets=packets, terminal=False)


def _sync_service(phone: SimulatedPhone) -> Service:
    async def serve(stream: Stream) -> None:
        await SyncService(stream, phone.storage, lambda: phone.delays.take(Act.FILE)).run()

    return serve


def _framebuffer(opened: _Opened) -> Service:
    async def serve(stream: Stream) -> None:
        pixels = await opened.phone.capture(png=False)
        width, height = opened.phone.frame_size
        head = (_FRAMEBUFFER_VERSION, 32, _SRGB, len(pixels), width, height, *_CHANNELS)
        await stream.write(_FRAMEBUFFER.pack(*head), pixels)

    return serve


def _reboot(opened: _Opened) -> Service:
    async def serve(stream: Stream) -> None:
        del stream
        opened.phone.reboot()

    return serve


def _reverse(opened: _Opened) -> Service:
    async def serve(stream: Stream) -> None:
        await stream.write(reverse.answer(opened.phone.reverses, opened.argument, opened.peer))

    return serve


def _saying(sentence: str) -> Callable[[_Opened], Service]:
    def make(_opened: _Opened) -> Service:
        async def serve(stream: Stream) -> None:
            await stream.write(f"{sentence}\n".encode())

        return serve

    return make


_SERVICES: Final[Mapping[str, Callable[[_Opened], Service]]] = {
    "shell": lambda opened: _shell_service(
        opened.phone, opened.argument, packets="v2" in opened.options, terminal="pty" in opened.options
    ),
    "exec": lambda opened: _shell_service(opened.phone, opened.argument, packets=False, terminal=False),
    "abb": lambda opened: _binder_service(opened, packets=True),
    "abb_exec": lambda opened: _binder_service(opened, packets=False),
    "sync": lambda opened: _sync_service(opened.phone),
    "framebuffer": _framebuffer,
    "reboot": _reboot,
    "reverse": _reverse,
    "root": _saying("adbd cannot run as root in production builds"),
    "unroot": _saying("adbd not running as root"),
    "remount": _saying('Not running as root. Try "adb root" first.'),
}
