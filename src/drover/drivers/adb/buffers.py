"""Frames' buffers, used again: a new one of 10 MB for each capture would cost more than reading it."""

import weakref
from collections import deque

import numpy as np

from drover.devices.frame import Pixels

_GRAIN_BYTES = 1 << 16


class BufferPool:
    """Buffers for raw frames. One that is lent to an array comes back when nothing looks at the array any more."""

    def __init__(self, *, keep: int = 8) -> None:
        """Keep at most `keep` free buffers of each size."""
        self._keep = keep
        # A deque's append and pop are atomic: arrays die on whatever thread drops them last.
        self._free: dict[int, deque[bytearray]] = {}

    @property
    def free(self) -> int:
        """How many buffers lie here unused."""
        return sum(len(buffers) for buffers in self._free.values())

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
