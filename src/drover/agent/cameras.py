"""The eyes of live pictures and live acts: one attached driver and frame broker for each phone that is looked at."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from drover.agent.seeing import Sketch
from drover.devices.frame import Frame
from drover.devices.ports import DeviceSource, Driver
from drover.fleet.broker import FrameBroker
from drover.kernel.clock import Clock


class Camera:
    """One phone's frames, while somebody looks at it.

    Frames that a play takes are shared: they come in by `offer`. The newest is held, so that acts need not take one.
    """

    def __init__(self, driver: Driver, clock: Clock) -> None:
        self.driver = driver
        self._clock = clock
        self._broker = FrameBroker(driver, clock)
        self._attached = False
        self._attaching = asyncio.Lock()
        self._stirred = asyncio.Event()
        self._newest: Frame | None = None
        self._sketch: Sketch | None = None
        self._hasty_until = 0.0
        self.users = 0
        self.kept = False
        """Whether the newest frame is held: for who acts on what it shows."""

    async def grab(self, *, max_age_s: float) -> Frame:
        """Return a frame captured at most `max_age_s` before this call. Raises what attaching and capturing raise."""
        newest, wanted_since = self._newest, self._clock.monotonic() - max_age_s
        if newest is not None and newest.captured_at >= wanted_since and max_age_s > 0:
            return newest
        await self._attach()
        frame = await self._broker.grab(max_age_s=max_age_s)
        self.offer(frame)
        return frame

    def offer(self, frame: Frame) -> None:
        """Take a frame that somebody else captured."""
        if self._newest is None or frame.captured_at > self._newest.captured_at:
            self._hold(frame)

    def _hold(self, frame: Frame | None) -> None:
        self._newest, self._sketch = frame, None

    def sketched(self, frame: Frame, sketch: Sketch) -> None:
        """Take the sketch of a frame, as long as that is the newest."""
        if frame is self._newest:
            self._sketch = sketch

    def sketch_of(self, frame: Frame) -> Sketch | None:
        """Return the sketch of a frame, where there is one."""
        return self._sketch if frame is self._newest else None

    def forget(self) -> None:
        """Hold no frame: those of sixty phones would fill the memory."""
        self._hold(None)

    def stir(self, haste_s: float) -> None:
        """Have the next picture taken now, and be quick about those of the next `haste_s`: something was done."""
        self._hold(None)
        self._hasty_until = self._clock.monotonic() + haste_s
        self._stirred.set()

    @property
    def hasty(self) -> bool:
        """Whether something was done just now."""
        return self._clock.monotonic() < self._hasty_until

    async def pause(self, seconds: float) -> None:
        """Return after that time, or once it is stirred."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._stirred.wait()
        self._stirred.clear()

    async def _attach(self) -> None:
        async with self._attaching:
            if not self._attached:
                await self.driver.attach()
                self._attached = True

    def lost(self) -> None:
        """Attach anew before the next frame: the phone was away."""
        self._attached = False


class Cameras:
    """The cameras of an agent's phones; one is there as long as somebody uses it."""

    def __init__(self, source: DeviceSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._open: dict[str, Camera] = {}
        self._way_until = 0.0

    def make_way(self, seconds: float) -> None:
        """Have phones that nothing is done to wait for so long: somebody waits to see what an act does."""
        self._way_until = max(self._way_until, self._clock.monotonic() + seconds)

    @property
    def waiting_s(self) -> float:
        """How long phones that nothing is done to are to wait yet."""
        return max(0.0, self._way_until - self._clock.monotonic())

    @property
    def hasty(self) -> int:
        """On how many phones something was done just now."""
        return sum(camera.hasty for camera in self._open.values())

    @asynccontextmanager
    async def open(self, serial: str) -> AsyncGenerator[Camera, None]:
        """Give a phone's camera while the block lasts."""
        camera = self._open.get(serial)
        if camera is None:
            camera = self._open[serial] = Camera(self._source.driver(serial), self._clock)
        camera.users += 1
        try:
            yield camera
        finally:
            camera.users -= 1
            if camera.users == 0:
                del self._open[serial]
                await camera.driver.detach()

    def offer(self, serial: str, frame: Frame) -> None:
        """Take a frame that a play captured; it is of use where somebody looks at that phone."""
        if (camera := self._open.get(serial)) is not None:
            camera.offer(frame)

    def stir(self, serial: str, haste_s: float) -> None:
        """Have the next picture of a phone taken now."""
        if (camera := self._open.get(serial)) is not None:
            camera.stir(haste_s)
