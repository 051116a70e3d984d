"""Sending without copying: what waits for the socket is kept as views of the senders' buffers."""

import asyncio
import socket
from collections import deque
from itertools import islice

from drover.simulator.adbd.packets import Buffer

_MOST_PARTS_AT_ONCE = 64
_MOST_PARTS_WAITING = 8192


class Outbox:
    """What is yet to be sent over one non-blocking socket.

    A send never waits and is never torn apart by a cancelled sender. The protocol's acknowledgements bound what can
    wait; on a peer that asks on and on without reading the socket is shut down, and `overflowed` is set.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._parts: deque[memoryview] = deque()
        self._loop = asyncio.get_running_loop()
        self._waiting = False
        self._broken = False
        self.overflowed = False

    def send(self, *parts: Buffer) -> None:
        """Send all parts, at once as far as the socket takes them. A broken connection swallows them."""
        if self._broken:
            return
        if len(self._parts) > _MOST_PARTS_WAITING:
            self.overflowed = True
            self.close()
            self._sock.shutdown(socket.SHUT_RDWR)
            return
        self._parts.extend(memoryview(part) for part in parts if len(part))
        if not self._waiting:
            self._flush()

    def close(self) -> None:
        """Forget what waits. The socket is the caller's."""
        self._broken = True
        self._parts.clear()
        self._stop_waiting()

    def _flush(self) -> None:
        try:
            while self._parts:
                self._drop(self._sock.sendmsg(islice(self._parts, _MOST_PARTS_AT_ONCE)))
        except BlockingIOError:
            if not self._waiting:
                self._waiting = True
                self._loop.add_writer(self._sock, self._flush)
            return
        except OSError:  # the reading side of the connection sees the same and ends it
            self.close()
            return
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        if self._waiting:
            self._waiting = False
            self._loop.remove_writer(self._sock)

    def _drop(self, sent: int) -> None:
        while sent:
            first = self._parts[0]
            if sent < len(first):
                self._parts[0] = first[sent:]
                return
            sent -= len(first)
            self._parts.popleft()
