"""How many frames there may be at once: those of sixty phones would fill the memory."""

import asyncio
import contextlib
import weakref
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from drover.devices.frame import Frame

PATIENCE_S = 10.0
"""How long is waited for a frame to go. Nobody is kept waiting for good: who waits may hold the frame that is to go."""


class FrameBudget:
    """Lets a phone be looked at when there are fewer than `most` frames, being taken or looked at; first come first."""

    def __init__(self, most: int, *, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._rooms = asyncio.Semaphore(most)

    @asynccontextmanager
    async def room(self) -> AsyncGenerator["Room", None]:
        """Wait for room, and yield it: it is free again when the frame put into it is gone, or none was put there."""
        taken = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience_s):
                taken = await self._rooms.acquire()
        room = Room(self._rooms if taken else None)
        try:
            yield room
        finally:
            if not room.holds_frame:
                room.free()


class Room:
    """Room for one frame; without `rooms` there was none left, and nothing is to be freed."""

    def __init__(self, rooms: asyncio.Semaphore | None) -> None:
        self._rooms = rooms
        self._loop = asyncio.get_running_loop()
        self.holds_frame = False

    def put(self, frame: Frame) -> None:
        """Let the room be taken as long as the frame lives."""
        self.holds_frame = True
        weakref.finalize(frame, self._gone).atexit = False

    def free(self) -> None:
        """Let somebody else have the room."""
        if self._rooms is not None:
            self._rooms.release()

    def _gone(self) -> None:
        # A frame dies on whatever thread drops it last, perhaps when the loop has ended.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.free)
