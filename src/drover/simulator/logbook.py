"""A simulated phone's log, as `logcat` shows it."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_MOST_ENTRIES: Final = 5000
LEVELS: Final = "VDIWEFS"
"""The levels' letters, the least first; S lets nothing through."""
_PROCESSES: Final[Mapping[str, tuple[int, int]]] = {
    "ActivityManager": (1380, 1402),
    "ActivityTaskManager": (1380, 1411),
    "AndroidRuntime": (5210, 5210),
    "InputDispatcher": (1380, 1455),
    "PackageManager": (1380, 1399),
    "UserController": (1380, 1402),
    "adbd": (702, 704),
}
_OTHER_PROCESS: Final = (900, 900)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line; `number` counts from the phone's start."""

    number: int
    wall: datetime
    level: str
    tag: str
    message: str

    def shown(self, form: str) -> str:
        """Return the line in one of logcat's formats: threadtime, time, brief, tag or raw."""
        pid, tid = _PROCESSES.get(self.tag, _OTHER_PROCESS)
        stamp = f"{self.wall:%m-%d %H:%M:%S}.{self.wall.microsecond // 1000:03d}"
        match form:
            case "raw":
                return self.message
            case "tag":
                return f"{self.level}/{self.tag}: {self.message}"
            case "brief":
                return f"{self.level}/{self.tag:<8}({pid:>5}): {self.message}"
            case "time":
                return f"{stamp} {self.level}/{self.tag:<8}({pid:>5}): {self.message}"
            case _:
                return f"{stamp} {pid:>5} {tid:>5} {self.level} {self.tag:<8}: {self.message}"


class Logbook:
    """The newest lines of one phone; the oldest go when there are too many."""

    def __init__(self, wall: Callable[[], datetime]) -> None:
        self._wall = wall
        self._entries: deque[LogEntry] = deque(maxlen=_MOST_ENTRIES)
        self._written = 0
        self._more = asyncio.Event()

    def write(self, tag: str, message: str, level: str = "I") -> None:
        """Add a line."""
        self._written += 1
        self._entries.append(LogEntry(self._written, self._wall(), level, tag, message))
        self._more.set()
        self._more = asyncio.Event()

    def clear(self) -> None:
        """Forget all lines."""
        self._entries.clear()

    def after(self, number: int) -> Iterator[LogEntry]:
        """Yield the lines after the one of that number, the oldest first; 0 is before them all."""
        return (entry for entry in list(self._entries) if entry.number > number)

    @property
    def written(self) -> int:
        """How many lines were written since the start."""
        return self._written

    async def more(self) -> None:
        """Return when another line is written."""
        await self._more.wait()
