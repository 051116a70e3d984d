"""A driver whose every call passes its play's gate first."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from drover.agent.gate import Gate
from drover.devices.frame import Frame, Preview
from drover.devices.geometry import Point, Rect
from drover.devices.ports import (
    AppInFront,
    Capability,
    Driver,
    Key,
    PhoneInfo,
    PhoneState,
    ShellResult,
    TouchEvent,
)
from drover.devices.uitree import UiNode

T = TypeVar("T")


class Acting:
    """Counts the calls that are under way on all phones of an agent."""

    def __init__(self) -> None:
        self.count = 0

    @contextmanager
    def one(self) -> Generator[None, None, None]:
        """Count one call while the block lasts."""
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1


class GatedDriver:
    """See devices.ports.Driver. Every call raises GateClosed where the gate is shut; none is begun then.

    `cut` abandons the calls under way: they raise the gate's refusal.
    """

    def __init__(self, driver: Driver, gate: Gate, acting: Acting, seen: Callable[[Frame], None] | None = None) -> None:
        """Make ready; `seen` is told of every frame that is captured."""
        self._driver = driver
        self._seen = seen
        self._gate = gate
        self._acting = acting
        self._calls: set[asyncio.Task[Any]] = set()

    @property
    def serial(self) -> str:
        """The serial number under which the phone is attached."""
        return self._driver.serial

    @property
    def info(self) -> PhoneInfo:
        """What does not change while the phone is attached."""
        return self._driver.info

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the driver can do with this phone."""
        return self._driver.capabilities

    async def cut(self) -> None:
        """Abandon the calls under way, and return when none is left. The gate is closed before."""
        while self._calls:
            calls = tuple(self._calls)
            for call in calls:
                call.cancel()
            await asyncio.wait(calls)

    async def attach(self) -> None:
        """Find the phone and read its `info`."""
        await self._look(self._driver.attach)

    async def detach(self) -> None:
        """Let go of whatever is held for the phone; always allowed."""
        await self._driver.detach()

    async def capture(self) -> Frame:
        """Return a frame taken now."""
        frame = await self._look(self._driver.capture)
        if self._seen is not None:
            self._seen(frame)
        return frame

    async def preview(self, *, max_width: int, quality: int) -> Preview:
        """Return a JPEG of a frame taken now."""
        return await self._look(lambda: self._driver.preview(max_width=max_width, quality=quality))

    async def tap(self, point: Point) -> None:
        """Touch `point` and let go."""
        await self._act(lambda: self._driver.tap(point))

    async def long_tap(self, point: Point, *, seconds: float = 0.8) -> None:
        """Touch `point` for `seconds`."""
        await self._act(lambda: self._driver.long_tap(point, seconds=seconds))

    async def swipe(self, start: Point, end: Point, *, seconds: float = 0.3) -> None:
        """Touch `start`, move to `end`, let go."""
        await self._act(lambda: self._driver.swipe(start, end, seconds=seconds))

    async def type_text(self, text: str) -> None:
        """Type `text` into the focused field."""
        await self._act(lambda: self._driver.type_text(text))

    async def press(self, key: Key, *, times: int = 1) -> None:
        """Press and release `key`, `times` times."""
        await self._act(lambda: self._driver.press(key, times=times))

    async def ui_tree(self) -> UiNode:
        """Return the root of the UI tree."""
        return await self._look(self._driver.ui_tree)

    async def start_app(self, package: str) -> None:
        """Bring the app to the front."""
        await self._act(lambda: self._driver.start_app(package))

    async def stop_app(self, package: str) -> None:
        """End the app's processes."""
        await self._act(lambda: self._driver.stop_app(package))

    async def app_in_front(self) -> AppInFront:
        """Return the app that has the focus."""
        return await self._look(self._driver.app_in_front)

    async def installed_apps(self) -> Sequence[str]:
        """Return the package names, sorted."""
        return await self._look(self._driver.installed_apps)

    async def push(self, content: bytes, remote_path: str) -> None:
        """Write `content` to `remote_path`."""
        await self._act(lambda: self._driver.push(content, remote_path))

    async def pull(self, remote_path: str) -> bytes:
        """Return the content of `remote_path`."""
        return await self._look(lambda: self._driver.pull(remote_path))

    async def shell(self, *words: str) -> ShellResult:
        """Run a command, which counts as an act: nobody knows what it does."""
        return await self._act(lambda: self._driver.shell(*words))

    async def state(self) -> PhoneState:
        """Return how the phone is now."""
        return await self._look(self._driver.state)

    async def touch_events(self) -> AsyncGenerator[TouchEvent, None]:
        """Yield what a hand does; the gate is passed before each."""
        self._gate.check()
        events = self._driver.touch_events()
        try:
            async for event in events:
                self._gate.check()
                yield event
        finally:
            await events.aclose()

    async def keyboard(self) -> Rect | None:
        """Return what of the frame the on-screen keyboard covers."""
        return await self._look(self._driver.keyboard)

    async def _look(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        self._gate.check()
        return await self._pass(call)

    async def _act(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        self._gate.check_act()
        return await self._pass(call)

    async def _pass(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        # A task of its own can be cut off without cancelling whoever waits for it.
        task = asyncio.ensure_future(self._checked(call))
        self._calls.add(task)
        try:
            with self._acting.one():
                return await task
        except asyncio.CancelledError:
            if task.cancelled() and self._gate.refusal is not None and not _is_cancelled():
                raise self._gate.refusal from None
            task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
            raise
        finally:
            self._calls.discard(task)

    async def _checked(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        # However long the process was frozen before it got here, nothing lies between this look and the call.
        self._gate.check()
        return await call()


def _is_cancelled() -> bool:
    """Whether the running task itself was asked to end."""
    current = asyncio.current_task()
    return current is not None and current.cancelling() > 0
