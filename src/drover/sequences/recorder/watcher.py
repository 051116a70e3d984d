"""Looking at a phone while a person uses it: what it shows whenever it is at rest and nobody touches it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import Final, TypeVar

import cv2

from drover.devices.errors import DeviceError, PhoneOffline, PhoneUnauthorized, SecureWindow
from drover.devices.frame import Frame
from drover.devices.geometry import Rect
from drover.devices.picture import encoded, preview
from drover.devices.ports import Driver
from drover.devices.uitree import UiNode
from drover.fleet.broker import FrameBroker
from drover.kernel.clock import Clock
from drover.screens.domain import Identification
from drover.screens.matching.matcher import Matcher
from drover.screens.settle import Settle
from drover.sequences.recorder.sights import Sight

LOOK_INTERVAL_S: Final = 0.1
IDLE_INTERVAL_S: Final = 0.3
"""Between two looks at a picture that does not change."""
_PAUSE_S: Final = 0.5
_KEPT_WIDTH: Final = 540
_KEPT_QUALITY: Final = 75

T = TypeVar("T")


class Watcher:
    """Looks at one phone. Whoever sees a touch says so with `touched`: what is being looked at is then worthless."""

    def __init__(
        self,
        driver: Driver,
        broker: FrameBroker,
        matcher: Matcher,
        images: Executor,
        clock: Clock,
        note: Callable[[str], None],
    ) -> None:
        self._driver = driver
        self._broker = broker
        self._matcher = matcher
        self._images = images
        self._clock = clock
        self._note = note
        self._settle = Settle()
        self._touches = 0
        self._seen: Sight | None = None
        self._told: set[str] = set()

    def touched(self) -> None:
        """Take note that the phone is being touched, or was."""
        self._touches += 1
        self._seen = None
        self._settle.forget()

    async def next(self) -> Sight:
        """Return what is seen next that is new. Raises PhoneOffline, PhoneUnauthorized; other failures are noted."""
        while True:
            began = self._clock.monotonic()
            try:
                sight = await self._look()
            except (PhoneOffline, PhoneUnauthorized):
                raise
            except DeviceError as error:
                self._note_once(error.message)
                await self._clock.sleep(_PAUSE_S)
                continue
            if sight is not None:
                self._seen = sight
                return sight
            interval = LOOK_INTERVAL_S if self._seen is None else IDLE_INTERVAL_S
            await self._clock.sleep(max(0.0, interval - (self._clock.monotonic() - began)))

    async def _look(self) -> Sight | None:
        touches = self._touches
        try:
            frame = await self._broker.grab(max_age_s=0)
        except SecureWindow as error:
            return await self._unseen(touches, error.message)
        found = await self._identified(frame)
        if touches != self._touches:
            return None
        masks, reference = (), None
        if found.screen is not None and found.variant is not None:
            masks, reference = found.variant.masks, found.screen.reference_of(found.variant)
        if not self._settle.add(frame, masks, reference):
            self._seen = None
            return None
        if self._seen is not None and self._seen.screen is found.screen:
            return None
        sight = await self._sight(frame, found)
        return sight if touches == self._touches else None

    async def _identified(self, frame: Frame) -> Identification:
        """Return what the frame is, by the UI tree too where a screen cannot be told without."""
        found = await self._compute(self._matcher.identify, frame)
        tree = await self._tree() if found.wants_tree else None
        if tree is None:
            return found
        return await self._compute(partial(self._matcher.identify, frame, tree=tree))

    async def _sight(self, frame: Frame, found: Identification) -> Sight:
        tree, keyboard = await self._tree(), await self._keyboard()
        jpeg = (await self._compute(preview, frame, _KEPT_WIDTH, _KEPT_QUALITY)).jpeg
        png = b"" if found.screen is not None else await self._compute(_png, frame)
        return Sight(found.screen, found.variant, found.reason, frame.size, tree, keyboard, jpeg, png)

    async def _unseen(self, touches: int, why: str) -> Sight | None:
        """Return what is known of a window that no picture can be taken of."""
        if self._seen is not None:
            return None
        sight = Sight(None, None, why, self._driver.info.size, await self._tree(), await self._keyboard())
        return sight if touches == self._touches else None

    async def _tree(self) -> UiNode | None:
        try:
            return await self._driver.ui_tree()
        except (PhoneOffline, PhoneUnauthorized):
            raise
        except DeviceError as error:
            self._note_once(error.message)
            return None

    async def _keyboard(self) -> Rect | None:
        try:
            return await self._driver.keyboard()
        except (PhoneOffline, PhoneUnauthorized):
            raise
        except DeviceError as error:
            self._note_once(error.message)
            return None

    async def _compute(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._images, work, *args)

    def _note_once(self, words: str) -> None:
        if words not in self._told:
            self._told.add(words)
            self._note(words)


def _png(frame: Frame) -> bytes:
    return encoded(".png", cv2.cvtColor(frame.pixels, cv2.COLOR_RGBA2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 3])
