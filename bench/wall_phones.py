"""Phones in memory whose pictures move, and show every touch: what a wall is measured and tested with."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import cv2
import numpy as np

from drover.devices.frame import Pixels
from drover.devices.geometry import Point, Size
from drover.devices.ports import DeviceSource
from drover.drivers.memory.driver import NONE, Delays
from drover.drivers.memory.phone import MemoryPhone
from drover.drivers.memory.source import MemorySource
from drover.kernel.clock import SystemClock

SIZE = Size(360, 800)
BAR = 48
"""The length of the bar that moves at the lower edge."""
LAMP = 40
"""The side of the square at the top left: green and red by turns, with every touch."""
_COLOURS = ((46, 160, 67), (207, 34, 46))


@dataclass
class MovingPhone(MemoryPhone):
    """A phone whose every frame is another one: under a page a bar moves, and a lamp changes with each touch.

    The page `feed` is another one on each phone; any other page looks the same on all of them.
    """

    size: Size = SIZE
    number: int = 0
    moves: bool = True
    touched: int = 0
    page: str = "feed"
    taken: int = 0
    feed: Pixels = field(default_factory=lambda: np.zeros((1, 1, 4), np.uint8))

    def __post_init__(self) -> None:
        """Draw the feed once."""
        self.feed = _feed(self.number, self.size, self.page)

    def turn_to(self, page: str) -> None:
        """Show another page."""
        self.page = page
        self.feed = _feed(self.number, self.size, page)

    def touch(self, point: Point) -> None:
        """Take a touch."""
        self.touched += 1
        super().touch(point)

    def paint(self) -> Pixels:
        """Return what the display shows."""
        if not self.screen_on or self.secure:
            return super().paint()
        self.taken += 1
        pixels = self.feed.copy()
        if self.moves:
            at = (self.taken * 13) % (self.size.width - BAR)
            pixels[-BAR // 8 :, at : at + BAR, :3] = _COLOURS[0]
        pixels[:LAMP, :LAMP, :3] = _COLOURS[self.touched % 2]
        if self.texts:
            shown = " ".join(self.texts.values())[-24:]
            cv2.putText(pixels, shown, (LAMP + 8, 28), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (10, 10, 10, 255), 2)
        return pixels

    def type_text(self, text: str) -> None:
        """Type, wherever the focus is."""
        self.texts[self.front] = self.texts.get(self.front, "") + text


def _feed(number: int, size: Size, page: str) -> Pixels:
    """Return a page of cards with pictures, whose JPEG is as large as a real feed's; pages differ in their layout."""
    draws = np.random.default_rng(number if page == "feed" else 1000)
    height, width = size.height, size.width
    pixels = np.full((height, width, 4), (245, 246, 250, 255), np.uint8)
    card = 200 if page == "feed" else 130
    for top in range(48, height - 40, card):
        hue = int(draws.integers(0, 180))
        shade = np.linspace(90, 255, card - 70, dtype=np.uint8)[:, None].repeat(width - 32, axis=1)
        hsv = np.dstack([np.full_like(shade, hue), np.full_like(shade, 150), shade])
        picture = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
        grain = draws.integers(-12, 12, picture.shape[:2], dtype=np.int16)[..., None]
        picture = np.clip(picture.astype(np.int16) + grain, 0, 255).astype(np.uint8)
        bottom = min(height, top + card - 70)
        pixels[top:bottom, 16 : width - 16, :3] = picture[: bottom - top]
        for line in range(2):
            y = top + card - 48 + 18 * line
            words = f"{page} card {top} lorem"
            cv2.putText(pixels, words, (18, y), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (40, 48, 64, 255), 1)
    return pixels


def moving_phones(count: int, *, page: str = "form") -> list[MovingPhone]:
    """Return so many phones, called as a rack calls them."""
    return [MovingPhone(f"memory-{place:02}", number=place, page=page) for place in range(1, count + 1)]


def memory_phones(
    phones: Sequence[MemoryPhone], delays: Delays = NONE
) -> Callable[[], AbstractAsyncContextManager[DeviceSource]]:
    """Return what opens a source of these phones, on the agent's loop."""

    @asynccontextmanager
    async def opened() -> AsyncGenerator[DeviceSource]:
        yield MemorySource(phones, SystemClock(), delays=delays)

    return opened
