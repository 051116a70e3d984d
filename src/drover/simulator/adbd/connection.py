"""One connection of an adb server (or of a client that speaks the protocol itself) to a phone."""

import asyncio
import itertools
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from drover.kernel.errors import DroverError
from drover.simulator.adbd.authorization import Authorization
from drover.simulator.adbd.handshake import TOKEN, Handshake
from drover.simulator.adbd.keys import BadKey
from drover.simulator.adbd.line import Line
from drover.simulator.adbd.outbox import Outbox
from drover.simulator.adbd.packets import (
    AUTH,
    CLSE,
    CNXN,
    MAX_PAYLOAD,
    OKAY,
    OPEN,
    VERSION,
    WRTE,
    BadPacket,
    Buffer,
    Packet,
    PacketParser,
    header,
    name_of,
)
from drover.simulator.adbd.streams import Stream, StreamClosed

_RECEIVE_BYTES = 256 * 1024
_MOST_SERVICES = 256

Service = Callable[[Stream], Coroutine[Any, Any, None]]
FindService = Callable[[str, "Connection"], Service | None]
"""From what an OPEN asks for (`shell:ls`) to what serves it, or None for what the phone does not offer."""

_log = structlog.get_logger()


class Connection:
    """Speaks the protocol on one socket until the peer leaves, misbehaves, or the task that runs it is cancelled."""

    def __init__(
        self,
        sock: socket.socket,
        *,
        name: str,
        banner: str,
        line: Line,
        authorization: Authorization,
        find: FindService,
    ) -> None:
        self._sock = sock
        self._name = name
        self._banner = banner
        self._line = line
        self._find = find
        self._parser = PacketParser()
        self._outbox = Outbox(sock)
        self._handshake = Handshake(authorization, self._challenge, self._welcome)
        self._max_payload = 0
        self._welcomed = False
        self._left = False
        self._streams: dict[int, Stream] = {}
        self._services: set[asyncio.Task[None]] = set()
        self._ids = itertools.count(1)

    async def run(self) -> None:
        """Serve until the connection ends; why it was closed is logged in one line where the peer is to blame."""
        try:
            await self._receive()
        except (BadPacket, BadKey) as error:
            if not self._outbox.overflowed:
                _log.warning("adb connection closed", phone=self._name, reason=error.message)
        except ConnectionError as error:
            if not self._outbox.overflowed:
                _log.info("adb connection lost", phone=self._name, reason=str(error))
        finally:
            self._handshake.end()
            self._outbox.close()
            for stream in self._streams.values():
                stream.close()
            for task in self._services:
                task.cancel()
            await asyncio.gather(*self._services, return_exceptions=True)
        if self._outbox.overflowed:
            _log.warning(
                "adb connection closed", phone=self._name, reason="the peer asks but does not read the answers"
            )

    def open(self, destination: str) -> Stream:
        """Open a stream to an address on the peer's side, such as `tcp:8000`; refused, it is closed at once."""
        stream = Stream(self._send, next(self._ids), 0, self._max_payload, self._line.passable)
        self._streams[stream.local] = stream
        self._send(OPEN, stream.local, 0, destination.encode("utf-8", "surrogateescape") + b"\0")
        return stream

    def close(self, stream: Stream) -> None:
        """End a stream that was opened from this side."""
        if self._streams.pop(stream.local, None) is not None:
            stream.close()
            self._send(CLSE, stream.local, stream.remote)

    async def _receive(self) -> None:
        """Handle packets as they come, until the peer leaves. While the line hangs, they wait in the socket."""
        loop = asyncio.get_running_loop()
        while not self._left:
            await self._line.passable()
            paused: asyncio.Future[None] = loop.create_future()
            loop.add_reader(self._sock, self._read, paused)
            try:
                await paused
            finally:
                loop.remove_reader(self._sock)
        if self._parser.incomplete_bytes:
            raise BadPacket("the peer left in the middle of a packet")

    def _read(self, paused: asyncio.Future[None]) -> None:
        """Handle what is there; `paused` is done when nothing more is to be read for now."""
        if paused.done():
            return
        if not self._line.is_passable:
            paused.set_result(None)
            return
        try:
            data = self._sock.recv(_RECEIVE_BYTES)
            for packet in self._parser.feed(data):
                self._handle(packet)
        except BlockingIOError:
            return
        except Exception as error:  # noqa: BLE001  whatever it is, it is for the task that runs the connection
            paused.set_exception(error)
            return
        if not data:
            self._left = True
            paused.set_result(None)

    def _handle(self, packet: Packet) -> None:
        if packet.command == CNXN:
            self._connect(packet)
            return
        if packet.command == AUTH:
            self._handshake.answer(packet)
            return
        if not self._welcomed:
            raise BadPacket(f"a {name_of(packet.command)} packet came before CNXN")
        match packet.command:
            case command if command == OPEN:
                self._open(packet)
            case command if command == WRTE:
                self._write(packet)
            case command if command == OKAY:
                if stream := self._streams.get(packet.arg1):
                    stream.acknowledge(packet.arg0)
            case command if command == CLSE:
                self._close(packet)
            case command:
                raise BadPacket(f"a {name_of(command)} packet is not expected by a phone")

    def _connect(self, packet: Packet) -> None:
        if packet.arg1 == 0:
            raise BadPacket("the peer says that it takes packets of 0 bytes")
        for stream in self._streams.values():
            stream.close()
        self._streams.clear()
        self._max_payload = min(packet.arg1, MAX_PAYLOAD)
        self._welcomed = False
        self._handshake.begin()

    def _challenge(self, token: bytes) -> None:
        self._send(AUTH, TOKEN, 0, token)

    def _welcome(self) -> None:
        self._welcomed = True
        self._send(CNXN, VERSION, MAX_PAYLOAD, self._banner.encode())

    def _open(self, packet: Packet) -> None:
        if packet.arg0 == 0:
            raise BadPacket("a stream is opened with the id 0")
        wanted = packet.payload.rstrip(b"\0").decode("utf-8", "surrogateescape")
        service = self._find(wanted, self) if len(self._services) < _MOST_SERVICES else None
        if service is None:
            self._send(CLSE, 0, packet.arg0)
            return
        stream = Stream(self._send, next(self._ids), packet.arg0, self._max_payload, self._line.passable)
        self._streams[stream.local] = stream
        self._send(OKAY, stream.local, stream.remote)
        task = asyncio.get_running_loop().create_task(self._serve(service, stream))
        self._services.add(task)
        task.add_done_callback(self._served)

    def _served(self, task: asyncio.Task[None]) -> None:
        self._services.discard(task)
        if not task.cancelled() and (fault := task.exception()):
            _log.error("adb service failed", phone=self._name, exc_info=fault)

    async def _serve(self, service: Service, stream: Stream) -> None:
        try:
            await service(stream)
            # A client that gets CLSE before it has acknowledged the last WRTE hangs now and then.
            await stream.drain()
        except StreamClosed:
            pass
        except DroverError as error:
            _log.warning("adb service ended", phone=self._name, reason=error.message)
        finally:
            if self._streams.pop(stream.local, None) is not None:
                self._send(CLSE, stream.local, stream.remote)

    def _write(self, packet: Packet) -> None:
        stream = self._streams.get(packet.arg1)
        if stream is None:
            self._send(CLSE, 0, packet.arg0)
        else:
            stream.feed(packet.payload)

    def _close(self, packet: Packet) -> None:
        stream = self._streams.pop(packet.arg1, None)
        if stream is not None:
            stream.close()
            self._send(CLSE, stream.local, stream.remote)

    def _send(self, command: int, arg0: int, arg1: int, *payload: Buffer) -> None:
        with_checksum = command in {CNXN, AUTH} or self._parser.peer_version < VERSION
        self._outbox.send(header(command, arg0, arg1, *payload, with_checksum=with_checksum), *payload)
