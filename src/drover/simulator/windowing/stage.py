"""What happens over time: transitions between pages, and acts that are due later."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from drover.simulator.display.marks import REFERENCE_WIDTH, Group, Layer
from drover.simulator.windowing.timing import Timing

Turn = Literal["forward", "backward", "fade"]

_STEPS: Final = 16
_SPAN: Final = {"forward": "slide", "backward": "slide", "fade": "fade"}
_PARALLAX: Final = 0.25


@dataclass(frozen=True, slots=True)
class _Transition:
    kind: Turn
    before: tuple[Layer, ...]
    began_s: float
    ends_s: float

    def progress(self, now: float) -> float:
        """Return 0 to 1 in sixteenths, slowing down; few steps let phones share frames."""
        share = min(1.0, max(0.0, (now - self.began_s) / (self.ends_s - self.began_s)))
        return round((1 - (1 - share) ** 3) * _STEPS) / _STEPS


def _slid(before: tuple[Layer, ...], after: tuple[Layer, ...], progress: float) -> tuple[Group, ...]:
    """Return `after` coming in from the right over `before`."""
    return (
        Group(before, dx=-round(REFERENCE_WIDTH * _PARALLAX * progress)),
        Group(after, dx=round(REFERENCE_WIDTH * (1 - progress))),
    )


class Stage:
    """Runs due acts in their order, and shows the way from one picture to the next."""

    def __init__(self, timing: Timing, picture: Callable[[float], tuple[Layer, ...]]) -> None:
        self._timing = timing
        self._picture = picture
        self._transition: _Transition | None = None
        self._due: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = itertools.count()

    def turn(self, kind: Turn, now: float) -> float:
        """Begin a transition away from the present picture; return when it ends. Call it before the change."""
        ends = now + self._timing.draw_s(_SPAN[kind])
        self._transition = _Transition(kind, self._picture(now), now, ends)
        return ends

    def turning(self, now: float) -> bool:
        """Whether a transition is going on, during which touches are lost."""
        return self._transition is not None and now < self._transition.ends_s

    def later(self, at: float, act: Callable[[float], None]) -> None:
        """Have `act` called with its moment when time has come to `at`."""
        heapq.heappush(self._due, (at, next(self._order), act))

    def advance(self, now: float) -> None:
        """Do what is due up to `now`."""
        while self._due and self._due[0][0] <= now:
            at, _, act = heapq.heappop(self._due)
            act(at)

    def shown(self, after: tuple[Layer, ...], now: float) -> tuple[Layer | Group, ...]:
        """Return the layers on the way to `after`, or `after` itself where no transition goes on."""
        if self._transition is None or not self.turning(now):
            return after
        before, progress = self._transition.before, self._transition.progress(now)
        match self._transition.kind:
            case "forward":
                return _slid(before, after, progress)
            case "backward":
                return _slid(after, before, 1 - progress)
            case "fade":
                return Group(before), Group(after, opacity=progress)
