"""Frames' buffers, used again: a new one of 10 MB for each capture would cost more than reading it."""

import asyncio
import contextlib
import weakref
from collections import deque
from collections.abc import AsyncGenerator

import numpy as np

from drover.devices.frame import Pixels

_GRAIN_BYTES = 1 << 16
FILLED_AT_ONCE = 8
PATIENCE_S = 0.5
"""How long to wait for one's turn: a phone that stops in the middle of a frame must not hold up the others."""


class BufferPool:
    """Buffers for raw frames. One that is lent to an array comes back when nothing looks at the array any more."""

    def __init__(self, *, keep: int = 8, patience_s: float = PATIENCE_S) -> None:
        """Keep at most `keep` free buffers of each size; let nobody wait longer than `patience_s` for a turn."""
        self._keep = keep
        self._patience_s = patience_s
        self._turns = asyncio.Semaphore(FILLED_AT_ONCE)
        # A deque's append and pop are atomic: arrays die on whatever thread drops them last.
        self._free: dict[int, deque[bytearray]] = {}

    @property
    def free(self) -> int:
        """How many buffers lie here unused."""
        return sum(len(buffers) for buffers in self._free.values())

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncGenerator[None, None]:
        """Wait for the turn to fill a buffer: where many phones send at once, a buffer for each would be too many."""
        try:
            async with asyncio.timeout(self._patience_s):
                await self._turns.acquire()
        except TimeoutError:
            yield
            return
        try:
            yield
        finally:
            self._turns.release()

    def take(self, at_least: int) -> bytearray:
        """Return a buffer of `at_least` bytes or a little more; its content is arbitrary."""
        capacity = -(-at_least // _GRAIN_BYTES) * _GRAIN_BYTES
        try:
            return self._free[capacity].pop()
        except (KeyError, IndexError):
            return bytearray(capacity)

    def give_back(self, buffer: bytearray) -> None:
        """Take a buffer that nobody looks at."""
        buffers = self._free.setdefault(len(buffer), deque())
        if len(buffers) < self._keep:
            buffers.append(buffer)

    def lend(self, buffer: bytearray, offset: int, count: int) -> Pixels:
        """Return `count` bytes of the buffer as a flat array that is not to be written to.

        The buffer comes back when this very array is gone; a view of it (a reshape, a slice) keeps it alive.
        """
        array = np.frombuffer(buffer, np.uint8, count, offset)
        array.flags.writeable = False
        weakref.finalize(array, self.give_back, buffer).atexit = False
        return array
