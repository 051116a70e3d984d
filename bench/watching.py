"""How long each callback keeps an event loop to itself, on every loop of this process, and what the long ones do."""

# ruff: noqa: SLF001  asyncio has no hook that sees every callback

import asyncio
import sys
import threading
import time
import traceback
from asyncio.events import Handle
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

LOOKS_S: Final = 0.005
LONG_S: Final = 0.02
"""A callback that runs so long already is looked at: its stack says what it is at."""
_SHOWN: Final = 6


@dataclass(frozen=True)
class Callback:
    """One callback: on which thread, how long by the clock and by that thread's own CPU time, and where it was."""

    thread: str
    wall_ms: float
    cpu_ms: float
    at: str


@dataclass
class Watch:
    """What was seen. Of short callbacks only their number."""

    count: int = 0
    long: list[Callback] = field(default_factory=list[Callback])
    _busy: dict[int, tuple[float, str]] = field(default_factory=dict[int, tuple[float, str]])

    def ran(self, handle: Handle, run: "object") -> None:
        """Run a callback, and note how long it took."""
        me, began, cpu = threading.get_ident(), perf_counter(), time.thread_time()
        self._busy[me] = (began, "")
        try:
            run(handle)  # type: ignore[operator]  # the library's own method
        finally:
            wall, cpu = perf_counter() - began, time.thread_time() - cpu
            self.count += 1
            if wall >= LONG_S:
                at = self._busy[me][1] or _name(handle)
                self.long.append(Callback(threading.current_thread().name, wall * 1000, cpu * 1000, at))
            self._busy.pop(me, None)

    def look(self) -> None:
        """Note where those are that run for long already."""
        frames = sys._current_frames()
        for thread, (began, at) in list(self._busy.items()):
            if not at and perf_counter() - began >= LONG_S and thread in frames:
                stack = traceback.extract_stack(frames[thread])
                ours = [f"{each.filename.rpartition('/')[2]}:{each.lineno} {each.name}" for each in stack[-_SHOWN:]]
                self._busy[thread] = (began, " > ".join(ours))


def _name(handle: Handle) -> str:
    callback = handle._callback  # type: ignore[attr-defined]
    owner = getattr(callback, "__self__", None)
    return repr(owner.get_coro()) if isinstance(owner, asyncio.Task) else repr(callback)


@contextmanager
def watched_loops() -> Generator[Watch]:
    """Watch every loop of the process while the block lasts."""
    watch, plain, over = Watch(), Handle._run, threading.Event()
    Handle._run = lambda handle: watch.ran(handle, plain)  # type: ignore[method-assign]

    def look() -> None:
        while not over.wait(LOOKS_S):
            watch.look()

    looking = threading.Thread(target=look, name="watching loops")
    looking.start()
    try:
        yield watch
    finally:
        Handle._run = plain  # type: ignore[method-assign]
        over.set()
        looking.join()
