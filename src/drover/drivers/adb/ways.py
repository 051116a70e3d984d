"""Several ways to do the same thing to a phone: the fastest first, the one that always works last."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import structlog

from drover.devices.frame import Pixels
from drover.devices.geometry import Point, Size

Result = TypeVar("Result")

_STRIKES = 3
"""So many failures in a row, and a way is not tried any more."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class WayClosed(Exception):
    """A way cannot be used now, and nothing was done through it: another one may be tried."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Picture:
    """What a capture brought: RGBA pixels of shape (height, width, 4), not to be written to."""

    pixels: Pixels

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return Size(int(self.pixels.shape[1]), int(self.pixels.shape[0]))


class CaptureWay(Protocol):
    """A way to take a picture of the screen."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    async def shoot(self, deadline_s: float) -> Picture:
        """Return what the screen shows now. Raises WayClosed where another way may do better, else DeviceError."""
        ...


class InputWay(Protocol):
    """A way to touch and to press keys. What broke off in the middle, and may have happened, is no WayClosed."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    async def touch(self, call: str, start: Point, end: Point, seconds: float, deadline_s: float) -> None:
        """Touch `start`, move to `end` in `seconds`, let go. Raises WayClosed, DeviceError."""
        ...

    async def press(self, codes: Sequence[int], deadline_s: float) -> None:
        """Press and release keys by Android's key codes. Raises WayClosed, DeviceError."""
        ...


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Way = TypeVar("Way", bound=_Named)


class Ways(Generic[Way]):
    """Ways in their order. The last one is the baseline: it never raises WayClosed, and is never given up."""

    def __init__(self, serial: str, baseline: Way) -> None:
        self._serial = serial
        self.baseline = baseline
        self._faster: list[Way] = []
        self._strikes: dict[str, int] = {}

    @property
    def first(self) -> Way:
        """The way that is used now."""
        return self._faster[0] if self._faster else self.baseline

    def prefer(self, faster: Sequence[Way]) -> None:
        """Use these before the baseline, in their order."""
        self._faster = list(faster)
        self._strikes.clear()

    async def use(self, act: Callable[[Way], Awaitable[Result]]) -> Result:
        """Do something by the first way that can. Raises what the way raises that did it, or could not say."""
        for way in tuple(self._faster):
            try:
                result = await act(way)
            except WayClosed as closed:
                self._struck(way, closed)
            else:
                self._strikes.pop(way.name, None)
                return result
        return await act(self.baseline)

    def _struck(self, way: Way, closed: WayClosed) -> None:
        strikes = self._strikes[way.name] = self._strikes.get(way.name, 0) + 1
        if (closed.for_good or strikes >= _STRIKES) and way in self._faster:
            self._faster.remove(way)
            _log.warning(
                "a faster way to the phone is given up",
                phone=self._serial,
                way=way.name,
                instead=self.first.name,
                reason=str(closed),
            )
