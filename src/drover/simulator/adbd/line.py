"""The line into a phone: its TCP port, which can be cut (unplugged) or hang, and comes back."""

import asyncio
import contextlib
import errno
import socket
import struct
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from drover.platform.ports import LOOPBACK, bound_socket

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)

_log = structlog.get_logger()

Serve = Callable[[socket.socket], Coroutine[Any, Any, None]]


class Line:
    """One phone's port. While cut, connections are refused and the port stays reserved; while hanging, nothing moves.

    It may be cut for several reasons at once, and comes back when the last of them is gone. `bind` first, then `open`;
    `close` ends it for good.
    """

    def __init__(self) -> None:
        self._sock: socket.socket | None = None
        self._serve: Serve | None = None
        self._connections: dict[asyncio.Task[None], socket.socket] = {}
        self._passable = asyncio.Event()
        self._passable.set()
        self._cuts: set[str] = set()
        self._hanging = False
        self.port = 0
        self.accepted = 0

    @property
    def serial(self) -> str:
        """The address, as `adb connect` takes it and `adb devices` shows it."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def connected(self) -> int:
        """How many connections are open now."""
        return len(self._connections)

    def bind(self, port: int) -> None:
        """Reserve `port` (0: any free one); connections are refused until `open`. Raises PortTaken."""
        self._sock = bound_socket(port)
        self.port = self._sock.getsockname()[1]

    def open(self, serve: Serve) -> None:
        """Accept connections; each is given to `serve`, which is cancelled when the line is cut or closed."""
        self._serve = serve
        self._listen()

    def cut(self, reason: str) -> None:
        """Reset every connection and refuse new ones until `restore` with the same reason."""
        if self._sock is None:
            return
        if not self._cuts:
            self._stop_listening()
            # Bound but not listening, so that nothing else gets the port meanwhile.
            self._sock = bound_socket(self.port)
            self.drop()
        self._cuts.add(reason)
        self._update()

    def restore(self, reason: str) -> None:
        """Accept connections again, unless the line is cut for another reason too."""
        if reason in self._cuts:
            self._cuts.remove(reason)
            if not self._cuts:
                self._listen()
            self._update()

    def drop(self) -> None:
        """Reset every connection; new ones are accepted."""
        for task, connection in self._connections.items():
            with contextlib.suppress(OSError):  # it may have closed at this moment
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            task.cancel()

    def hang(self) -> None:
        """Accept connections and bytes, but let nothing through until `resume`."""
        self._hanging = True
        self._update()

    def resume(self) -> None:
        """Let everything through that waited."""
        self._hanging = False
        self._update()

    @property
    def is_passable(self) -> bool:
        """Whether the line neither hangs nor is cut."""
        return self._passable.is_set()

    async def passable(self) -> None:
        """Return when the line neither hangs nor is cut."""
        await self._passable.wait()

    async def close(self) -> None:
        """End every connection and give the port back."""
        self._stop_listening()
        tasks = list(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _update(self) -> None:
        if self._cuts or self._hanging:
            self._passable.clear()
        else:
            self._passable.set()

    def _listen(self) -> None:
        if self._sock is not None:
            self._sock.listen(64)
            asyncio.get_running_loop().add_reader(self._sock, self._accept)

    def _stop_listening(self) -> None:
        if self._sock is not None:
            asyncio.get_running_loop().remove_reader(self._sock)
            self._sock.close()
            self._sock = None

    def _accept(self) -> None:
        if self._sock is None or self._serve is None:
            return
        try:
            connection, _ = self._sock.accept()
        except OSError as error:
            if error.errno in {errno.EAGAIN, errno.ECONNABORTED, errno.EMFILE, errno.ENFILE}:
                return  # the peer gave up, or the next one will find room
            raise
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.accepted += 1
        task = asyncio.get_running_loop().create_task(self._serve(connection))
        self._connections[task] = connection
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._connections.pop(task).close()
        if not task.cancelled() and (fault := task.exception()):
            _log.error("adb connection failed", serial=self.serial, exc_info=fault)
