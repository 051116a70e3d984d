"""The recorder of one phone: reads its touches, looks at it in between, and tells the steps as they become certain."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from drover.devices.errors import DeviceError
from drover.devices.geometry import Size
from drover.devices.ports import ButtonEvent, Capability, Driver, FingerEvent, Listening, TouchEvent
from drover.fleet.broker import FrameBroker
from drover.kernel.clock import Clock
from drover.screens.domain import Registry
from drover.screens.matching.matcher import Matcher
from drover.sequences.recorder.composer import Composer, Recorded
from drover.sequences.recorder.gestures import GestureReader
from drover.sequences.recorder.inputs import Given
from drover.sequences.recorder.sights import Pressed, Sight, Touched
from drover.sequences.recorder.watcher import Watcher

LAST_LOOK_S: Final = 5.0
"""How long the end of a recording waits to see what came of the last touch."""
HELD_S: Final = 10.0
"""A finger that tells nothing for so long was lifted unseen."""
_HOME_QUESTION: Final = (
    *("cmd", "package", "resolve-activity", "--brief"),
    *("-a", "android.intent.action.MAIN", "-c", "android.intent.category.HOME"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The phone is at rest, and was looked at after so many touches: the next one may come."""

    sight: Sight
    touches: int


@dataclass(frozen=True, slots=True)
class Stepped:
    """A step has become certain; `number` counts from 1."""

    number: int
    step: Recorded


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that is no step, in a sentence."""

    words: str


Happening = Seen | Stepped | Noted
Tell = Callable[[Happening], None]


class Recorder:
    """Records what is done on one attached phone."""

    def __init__(
        self,
        *,
        driver: Driver,
        broker: FrameBroker,
        registry: Registry,
        matcher: Matcher,
        images: Executor,
        clock: Clock,
        given: Given,
        tell: Tell,
        home: str,
    ) -> None:
        self._driver = driver
        self._clock = clock
        self._tell = tell
        self._watcher = Watcher(driver, broker, matcher, images, clock, self._note)
        self._gestures = GestureReader()
        self._composer = Composer(registry, given, self._note, home=home)
        self._size: Size = driver.info.size
        self._listening = asyncio.Event()
        self._told = 0
        self._touches = 0
        self._busy_s = clock.monotonic()

    @property
    def composer(self) -> Composer:
        """What has been made of it so far."""
        return self._composer

    async def run(self, *, until_idle_s: float | None = None) -> None:
        """Record until cancelled, until nothing has been touched for so long, or until there is no room for more steps.

        Raises what the phone's touches or its pictures end with, such as PhoneOffline.
        """
        parts = [asyncio.create_task(part) for part in (self._feel(), self._watch(), self._wait(until_idle_s))]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            self._gestures.lose()

    async def finish(self, *, look: bool) -> None:
        """End the steps; with `look`, see first what came of the last touch, where that is still to be seen."""
        try:
            async with asyncio.timeout(LAST_LOOK_S):
                while look and self._composer.waits:
                    self._see(await self._watcher.next())
        except TimeoutError:
            self._note("what came of the last touch was not seen")
        except DeviceError as error:
            self._note(error.message)
        self._composer.end()
        self._tell_steps()

    async def _feel(self) -> None:
        async with aclosing(self._driver.touch_events()) as events:
            async for event in events:
                self._take(event)

    async def _watch(self) -> None:
        await self._listening.wait()  # who is shown that the phone was seen may touch it
        while True:
            self._see(await self._watcher.next())

    async def _wait(self, until_idle_s: float | None) -> None:
        while not self._composer.full:
            left_s = 1.0 if until_idle_s is None else self._busy_s + until_idle_s - self._clock.monotonic()
            if left_s <= 0 and not self._gestures.touching:
                return
            await self._clock.sleep(min(1.0, max(0.05, left_s)))
        self._note("there is no room for more steps in one sequence; the recording ends")

    def _take(self, event: TouchEvent) -> None:
        self._busy_s = self._clock.monotonic()
        self._watcher.touched()
        match event:
            case Listening():
                self._listening.set()
            case ButtonEvent():
                self._touch(Pressed(event.key, event.at_s))
            case FingerEvent():
                gesture = self._gestures.read(event, self._size)
                if gesture is not None:
                    self._touch(gesture)

    def _touch(self, touched: Touched) -> None:
        self._touches += 1
        self._composer.touch(touched)

    def _see(self, sight: Sight) -> None:
        if self._gestures.touching:
            if self._clock.monotonic() - self._busy_s < HELD_S:
                return
            self._gestures.lose()
        self._size = sight.size
        self._composer.see(sight)
        self._tell_steps()
        self._tell(Seen(sight, self._touches))

    def _tell_steps(self) -> None:
        certain = self._composer.certain
        for number, step in enumerate(certain[self._told :], self._told + 1):
            self._tell(Stepped(number, step))
        self._told = max(self._told, len(certain))

    def _note(self, words: str) -> None:
        self._tell(Noted(words))


async def home_package(driver: Driver) -> str:
    """Return the package of the phone's launcher; empty where the phone does not tell. Raises DeviceError."""
    if Capability.SHELL not in driver.capabilities:
        return ""
    result = await driver.shell(*_HOME_QUESTION)
    lines = result.stdout.decode("utf-8", "replace").split()
    package, slash, _ = lines[-1].partition("/") if lines else ("", "", "")
    return package if slash else ""
