"""The hub: what all browsers together want to see is ordered from the agents, and what comes is shared out."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Final, NoReturn

import structlog

from drover.console.frames.viewer import Picture, Viewer, Wanted
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError
from drover.platform.bus.ports import Bus
from drover.protocol.codec import encode
from drover.protocol.frames import unpack_frame
from drover.protocol.live import Watched, WatchOrder
from drover.protocol.subjects import WATCH, agent_of, frames_of, to_agent

TTL_S: Final = 5.0
RENEW_S: Final = 2.0
SETTLE_S: Final = 0.03
"""How long what is wanted may still change before it is ordered: a browser that scrolls asks often."""
MOST_FPS: Final = 8.0
QUALITY: Final = 70
_WIDTHS: Final = (120, 180, 240, 320, 420, 560, 720, 1080)
"""Widths that are ordered: browsers whose tiles differ by a little share one picture."""

Phone = tuple[str, str]
"""An agent's name, and a phone's serial."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Hub:
    """Shares pictures out. Used on one event loop."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._viewers: set[Viewer] = set()
        self._newest: dict[Phone, Picture] = {}
        self._changed = asyncio.Event()
        self._ordered: frozenset[str] = frozenset()
        self.received = 0

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Work while the block lasts; at its end agents are told that nobody looks any more."""
        tasks = [asyncio.create_task(self._hear(), name="frames"), asyncio.create_task(self._keep(), name="watching")]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._viewers.clear()
            await self.order()

    @contextmanager
    def looking(self, viewer: Viewer) -> Generator[None]:
        """Show a browser what it wants while the block lasts."""
        self._viewers.add(viewer)
        try:
            yield
        finally:
            self._viewers.discard(viewer)
            self._changed.set()

    def watch(self, viewer: Viewer, wanted: Mapping[Phone, Wanted]) -> None:
        """Show a browser these phones from now on; what is known of new ones, at once."""
        new = wanted.keys() - viewer.wanted.keys()
        viewer.watch(wanted)
        for phone in new:
            if (picture := self._newest.get(phone)) is not None:
                viewer.offer(phone, picture)
        self._changed.set()

    async def order(self) -> None:
        """Order from each agent what is wanted of its phones: the largest and quickest that any browser asks for."""
        wanted = dict[Phone, Wanted]()
        for viewer in self._viewers:
            for phone, each in viewer.wanted.items():
                known = wanted.get(phone, each)
                wanted[phone] = Wanted(0, max(known.width, each.width), max(known.fps, each.fps))
        self._newest = {phone: picture for phone, picture in self._newest.items() if phone in wanted}
        by_agent = {agent: list[Watched]() for agent in self._ordered}
        for (agent, serial), each in wanted.items():
            watched = Watched(serial=serial, width=_width(each.width), fps=min(each.fps, MOST_FPS), quality=QUALITY)
            by_agent.setdefault(agent, []).append(watched)
        self._ordered = frozenset(agent for agent, phones in by_agent.items() if phones)
        for agent, phones in by_agent.items():
            order = WatchOrder(phones=tuple(phones[:200]), ttl_s=TTL_S)
            await self._bus.publish(to_agent(agent, WATCH), encode(order))

    async def _keep(self) -> NoReturn:
        while True:
            try:
                async with asyncio.timeout(RENEW_S):
                    await self._changed.wait()
                await asyncio.sleep(SETTLE_S)
            except TimeoutError:
                pass
            self._changed.clear()
            try:
                await self.order()
            except DroverError as error:
                _log.warning("live pictures cannot be ordered", error=error.message)

    async def _hear(self) -> NoReturn:
        async with self._bus.subscribe(frames_of("*")) as messages:
            async for message in messages:
                try:
                    self._share(agent_of(message.subject), message.payload)
                except DroverError as error:
                    _log.debug("a live picture is no use", subject=message.subject, error=error.message)
        raise AssertionError  # a subscription has no end

    def _share(self, agent: str, payload: bytes) -> None:
        frame = unpack_frame(payload)
        phone = (agent, frame.serial)
        picture = Picture(frame.number, frame.at, frame.width, frame.height, frame.jpeg)
        self.received += 1
        shown = False
        for viewer in self._viewers:
            if phone in viewer.wanted:
                viewer.offer(phone, picture)
                shown = True
        if shown:
            self._newest[phone] = picture


def _width(wanted: int) -> int:
    return next((width for width in _WIDTHS if width >= wanted * 0.9), _WIDTHS[-1])
