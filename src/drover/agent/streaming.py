"""Live pictures: while the server says that somebody looks at a phone, its frames are sent, small and at their pace."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final, NoReturn, TypeVar

import structlog

from drover.agent.cameras import Camera
from drover.agent.rig import Rig
from drover.agent.seeing import sketch_of
from drover.agent.tiles import Tile, tile
from drover.devices.frame import Frame
from drover.kernel.errors import DroverError
from drover.protocol.codec import decode
from drover.protocol.frames import LiveFrame, pack_frame
from drover.protocol.live import Watched, WatchOrder
from drover.protocol.subjects import WATCH, frames_of, to_agent

AGAIN_S: Final = 2.0
"""A picture that has not changed is sent again after this time: the bus may have lost it."""
AT_ONCE: Final = 24
"""So many phones are looked at at once: what a capture and its picture hold in memory is 10 MB for each."""
HASTE_S: Final = 0.1
"""How soon pictures follow one another right after an act."""
MOST_HASTY_FPS: Final = 40
"""Of all phones that were acted on together, there are so many pictures a second: more would wait for one another."""
SELDOM_S: Final = 1.0
"""A phone that makes way for acts on others is shown this often all the same."""
_BACK_OFF_S: Final = (1.0, 2.0, 5.0)
_MOST_TTL_S: Final = 30.0

T = TypeVar("T")

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Streams:
    """Streams the phones that the last watch order names, until it lapses."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._watched: Mapping[str, Watched] = {}
        self._until = 0.0
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        # What waits for a thread would be ahead of what an act is compared by.
        self._threads = asyncio.Semaphore(rig.options.image_threads)

    @property
    def streaming(self) -> frozenset[str]:
        """The phones that are being looked at."""
        return frozenset(self._tasks)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """Hear watch orders while the block lasts; at its end no phone is looked at."""
        hearing = asyncio.ensure_future(self._hear())
        try:
            yield
        finally:
            tasks = [hearing, *self._tasks.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _hear(self) -> NoReturn:
        async with self._rig.bus.subscribe(to_agent(self._rig.name, WATCH)) as messages:
            async for message in messages:
                with suppress(DroverError):
                    self._take(decode(message.payload, WatchOrder))
        raise AssertionError  # a subscription has no end

    def _take(self, order: WatchOrder) -> None:
        seen = {phone.serial for phone in self._rig.monitor.phones()}
        self._watched = {each.serial: each for each in order.phones if each.serial in seen}
        self._until = self._rig.clock.monotonic() + min(order.ttl_s, _MOST_TTL_S)
        for serial in self._watched.keys() - self._tasks.keys():
            self._tasks[serial] = task = asyncio.ensure_future(self._stream(serial))
            task.add_done_callback(lambda task, serial=serial: self._over(serial, task))

    def _over(self, serial: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(serial) is task:
            del self._tasks[serial]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("live pictures of a phone have ended", phone=serial, exc_info=error)

    def _wanted(self, serial: str) -> Watched | None:
        return self._watched.get(serial) if self._rig.clock.monotonic() < self._until else None

    async def _stream(self, serial: str) -> None:
        clock, failures, stream = self._rig.clock, 0, _Stream(serial, self._rig, self._threads)
        async with self._rig.cameras.open(serial) as camera:
            while (wanted := self._wanted(serial)) is not None:
                began = clock.monotonic()
                if (way_s := stream.way_s(camera)) > 0:
                    await camera.pause(way_s)
                    continue
                try:
                    async with self._room:
                        await stream.show(camera, wanted)
                except DroverError:  # the phone's state tells of it
                    camera.lost()
                    await camera.pause(_BACK_OFF_S[min(failures, len(_BACK_OFF_S) - 1)])
                    failures += 1
                else:
                    failures = 0
                    haste_s = max(HASTE_S, self._rig.cameras.hasty / MOST_HASTY_FPS)
                    interval_s = haste_s if camera.hasty else 1 / wanted.fps
                    await camera.pause(interval_s - (clock.monotonic() - began))


class _Stream:
    """What was sent of one phone."""

    def __init__(self, serial: str, rig: Rig, threads: asyncio.Semaphore) -> None:
        self._serial = serial
        self._rig = rig
        self._threads = threads
        self._sent: Tile | None = None
        self._width = 0
        self._sent_at = 0.0
        self._number = 0
        self._seen_at = rig.clock.monotonic()

    def way_s(self, camera: Camera) -> float:
        """Return for how long the phone is to make way for what is done to others."""
        cameras, seldom_s = self._rig.cameras, self._seen_at + SELDOM_S - self._rig.clock.monotonic()
        return 0.0 if camera.hasty else min(cameras.waiting_s, seldom_s)

    async def show(self, camera: Camera, wanted: Watched) -> None:
        """Take a picture, and send it where it is another one, or was sent long ago.

        None is sent by a phone that is to make way by the time that it is its turn: of sixty, most wait for theirs.
        """
        frame = await camera.grab(max_age_s=0.0 if camera.hasty else 0.5 / wanted.fps)
        known = self._sent if self._width == wanted.width else None
        async with self._threads:
            if self.way_s(camera) > 0:
                made = None
            else:
                made = await self._compute(tile, frame, wanted.width, wanted.quality, known)
        if made is not None:
            await self._send(made, frame, wanted, anew=made is not known)
        if camera.kept:  # the next act is compared by it, and then waits for no thread
            async with self._threads:
                camera.sketched(frame, await self._compute(sketch_of, frame))
        else:
            camera.forget()

    async def _send(self, made: Tile, frame: Frame, wanted: Watched, *, anew: bool) -> None:
        rig, at = self._rig, frame.captured_at
        self._seen_at = now = rig.clock.monotonic()
        if not anew and now - self._sent_at < AGAIN_S:
            return
        self._sent, self._width, self._sent_at = made, wanted.width, now
        self._number += 1
        late_ms = max(0, round((now - at) * 1000))
        live = LiveFrame(self._serial, self._number, at, made.width, made.height, late_ms, made.jpeg)
        await rig.bus.publish(frames_of(rig.name), pack_frame(live))

    async def _compute(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._rig.images, work, *args)
