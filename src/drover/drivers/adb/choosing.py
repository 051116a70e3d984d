"""Which way is the fastest, measured when a phone attaches; only what is clearly faster than the baseline counts."""

import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import numpy as np

from drover.devices.errors import DeviceGarbage, DeviceTimeout, InjectionRefused
from drover.devices.ports import Key
from drover.drivers.adb.input import KEYCODES
from drover.drivers.adb.ways import CaptureWay, InputWay, Picture, WayClosed
from drover.kernel.clock import Clock

CLEARLY_FASTER: Final = 0.85
"""A faster way takes at most this share of the baseline's time; less would be noise as often as not."""
SLOW_CABLE_MS: Final = 450
"""A baseline that takes longer is worth trying with zipped pixels: USB 2 adds 260 ms to what `screencap` takes."""
_SAMPLES: Final = 2
_BUDGET_S: Final = 5.0
_MOST_DIFFERENCE: Final = 8.0
_GRID: Final = 16
_OTHER_PICTURE: Final = "its picture is not the baseline's"


@dataclass(frozen=True, slots=True)
class Measured:
    """What measuring a way gave: its median in milliseconds, None where it was of no use, and then why."""

    name: str
    milliseconds: float | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """The ways in use, and what was measured of all that were tried, the baselines first."""

    capture: str
    input: str
    captures: tuple[Measured, ...]
    inputs: tuple[Measured, ...]


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Way = TypeVar("Way", bound=_Named)


def faster(ways: Sequence[Way], measured: Sequence[Measured]) -> list[Way]:
    """Return those that are clearly faster than the first measured, the baseline, the fastest first."""
    took = {one.name: one.milliseconds for one in measured}
    limit = measured[0].milliseconds
    usable = [(took_ms, way) for way in ways if (took_ms := took.get(way.name)) is not None]
    clearly = [(ms, way) for ms, way in usable if limit is None or ms <= CLEARLY_FASTER * limit]
    return [way for _, way in sorted(clearly, key=lambda pair: pair[0])]


class Stopwatch:
    """Measures ways by a clock, within a budget of time for all."""

    def __init__(self, clock: Clock, deadline_s: float) -> None:
        self._clock = clock
        self._deadline_s = deadline_s
        self._until = clock.monotonic() + _BUDGET_S

    async def captures(
        self, baseline: CaptureWay, others: Sequence[CaptureWay], zipped: Sequence[CaptureWay] = ()
    ) -> tuple[Measured, ...]:
        """Measure how long captures take. A way counts only where its picture is the baseline's.

        `zipped` are tried only where the baseline is slow. Raises what the baseline raises.
        """
        reference, first_ms = await self._timed(lambda: baseline.shoot(self._deadline_s))
        took_ms = [first_ms]
        if first_ms > SLOW_CABLE_MS:
            reference, again_ms = await self._timed(lambda: baseline.shoot(self._deadline_s))
            took_ms.append(again_ms)
        measured: list[Measured] = []
        for way in (*others, *(zipped if min(took_ms) > SLOW_CABLE_MS else ())):
            one = await self._capture(way, reference)
            if one.note == _OTHER_PICTURE and not self._late:
                # The screen may have moved in between.
                reference, again_ms = await self._timed(lambda: baseline.shoot(self._deadline_s))
                took_ms.append(again_ms)
                one = await self._capture(way, reference)
            measured.append(one)
        while len(took_ms) < _SAMPLES and measured and not self._late:
            _, again_ms = await self._timed(lambda: baseline.shoot(self._deadline_s))
            took_ms.append(again_ms)
        return Measured(baseline.name, _median(took_ms)), *measured

    async def inputs(self, baseline: InputWay, others: Sequence[InputWay]) -> tuple[Measured, ...]:
        """Measure how long keys take, by one that does nothing to a phone whose screen is on."""
        return tuple([await self._input(way) for way in (baseline, *others)])

    async def _capture(self, way: CaptureWay, reference: Picture) -> Measured:
        try:
            # The first one makes the phone load what it needs, and is not measured.
            picture, first_ms = await self._timed(lambda: way.shoot(self._deadline_s))
            if not alike(picture, reference):
                return Measured(way.name, None, _OTHER_PICTURE)
            took_ms: list[float] = []
            while len(took_ms) < _SAMPLES and not self._late:
                took_ms.append((await self._timed(lambda: way.shoot(self._deadline_s)))[1])
        except (WayClosed, DeviceGarbage, DeviceTimeout) as error:
            return Measured(way.name, None, str(error))
        return Measured(way.name, _median(took_ms or [first_ms]))

    async def _input(self, way: InputWay) -> Measured:
        try:
            took_ms = [
                (await self._timed(lambda: way.press([KEYCODES[Key.WAKE]], self._deadline_s)))[1]
                for _ in range(_SAMPLES + 1)
            ]
        except (WayClosed, DeviceGarbage, DeviceTimeout, InjectionRefused) as error:
            return Measured(way.name, None, str(error))
        return Measured(way.name, _median(took_ms[1:]))

    @property
    def _late(self) -> bool:
        return self._clock.monotonic() > self._until

    async def _timed(self, act: "Callable[[], Awaitable[Result]]") -> "tuple[Result, float]":
        began_s = self._clock.monotonic()
        result = await act()
        return result, (self._clock.monotonic() - began_s) * 1000


Result = TypeVar("Result")


def alike(one: Picture, other: Picture) -> bool:
    """Whether two pictures show the same, as far as a JPEG can: not where the screen moved in between."""
    if one.size != other.size:
        return False
    first, second = (picture.pixels[::_GRID, ::_GRID, :3].astype(np.int16) for picture in (one, other))
    return float(np.abs(first - second).mean()) <= _MOST_DIFFERENCE


def _median(took_ms: Sequence[float]) -> float:
    return round(statistics.median(took_ms), 1)
