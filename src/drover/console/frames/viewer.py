"""One browser that looks on: the newest picture of each phone it asked for, and no more than it can take."""

import asyncio
import json
import struct
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

CREDITS: Final = 64
"""So many pictures are under way to a browser at most; it gives credits back as it draws them."""
MOST_BATCH: Final = 512 * 1024
MOST_TEXTS: Final = 2_000
"""A browser that lets so many results wait has stopped reading; the oldest are dropped, and its socket is closed."""
HEAD: Final = struct.Struct("<HHIdII")
"""Before each JPEG: the number that the browser gave the phone, flags (0), the picture's number, the agent's monotonic
seconds of its capture, the phone's own width and height (16 bits each), and the JPEG's length."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a browser wants to see a phone: the number it gave it, pixels, pictures a second."""

    number: int
    width: int
    fps: float


@dataclass(frozen=True, slots=True)
class Picture:
    """The newest picture of a phone."""

    number: int
    at: float
    width: int
    height: int
    jpeg: bytes


class Viewer:
    """What waits for one browser. Everything here is bounded, whether it reads or not."""

    def __init__(self) -> None:
        self.wanted: Mapping[tuple[str, str], Wanted] = {}
        self.conflated = 0
        self.sent = 0
        self.stirred = asyncio.Event()
        self._pictures: dict[int, Picture] = {}
        self._texts: deque[str] = deque(maxlen=MOST_TEXTS)
        self._credits = CREDITS

    @property
    def waiting(self) -> int:
        """How many pictures wait."""
        return len(self._pictures)

    @property
    def overwhelmed(self) -> bool:
        """Whether the browser has not read for long."""
        return len(self._texts) == MOST_TEXTS

    def watch(self, wanted: Mapping[tuple[str, str], Wanted]) -> None:
        """Be shown these phones from now on, by agent and serial."""
        numbers = {each.number for each in wanted.values()}
        self.wanted = wanted
        self._pictures = {number: each for number, each in self._pictures.items() if number in numbers}

    def offer(self, phone: tuple[str, str], picture: Picture) -> None:
        """Take a newer picture of a phone; one that still waits is replaced."""
        wanted = self.wanted.get(phone)
        if wanted is None:
            return
        if wanted.number in self._pictures:
            self.conflated += 1
        self._pictures[wanted.number] = picture
        if self._credits:
            self.stirred.set()

    def say(self, **message: Any) -> None:  # noqa: ANN401  JSON
        """Have a message sent, in order and without loss."""
        self._texts.append(json.dumps(message, ensure_ascii=False, separators=(",", ":")))
        self.stirred.set()

    def acknowledge(self, drawn: int) -> None:
        """Take back the credits of pictures that were drawn."""
        self._credits = min(CREDITS, self._credits + max(0, drawn))
        if self._pictures:
            self.stirred.set()

    def next_text(self) -> str | None:
        """Return the next message, if there is one."""
        return self._texts.popleft() if self._texts else None

    def next_batch(self) -> bytes | None:
        """Return the pictures that may be sent now, those that wait longest first; None where there are none."""
        parts, size = list[bytes](), 0
        while self._pictures and self._credits and size < MOST_BATCH:
            number = next(iter(self._pictures))
            picture = self._pictures.pop(number)
            shape = (picture.width & 0xFFFF) << 16 | (picture.height & 0xFFFF)
            head = HEAD.pack(number, 0, picture.number & 0xFFFFFFFF, picture.at, shape, len(picture.jpeg))
            parts += (head, picture.jpeg)
            size += len(head) + len(picture.jpeg)
            self._credits -= 1
            self.sent += 1
        return b"".join(parts) if parts else None
