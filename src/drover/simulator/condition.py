"""What faults do to a phone: the effects in force, and the board on which faults wait, act and are cleared."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from drover.kernel.clock import Clock
from drover.kernel.errors import InvalidInput
from drover.simulator.adbd.line import Line
from drover.simulator.faults import Cover, Dim, Disconnect, Fault, LostTouch, NoSuchFault, PopupFault
from drover.simulator.handset import Handset, JsonValue, Scene


@dataclass
class Condition:
    """A phone's parts that faults reach, and the effects that its wire side has to heed."""

    handset: Handset
    line: Line
    clock: Clock
    rng: random.Random
    frozen_scene: Scene | None = None
    garbage: bool = False
    touches_to_lose: int = 0
    touch_loss_probability: float = 0.0

    def loses_touch(self) -> bool:
        """Whether this touch is lost; counts it."""
        if self.touches_to_lose:
            self.touches_to_lose -= 1
            return True
        return self.touch_loss_probability > 0 and self.rng.random() < self.touch_loss_probability


class FaultState(Enum):
    """How far a fault is."""

    ARMED = "armed"
    ACTIVE = "active"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class _Effect:
    """How a kind of fault begins, how it ends, and whether beginning is all there is to it."""

    begin: Callable[[Condition, Fault, float], None]
    end: Callable[[Condition], None]
    once: bool = False


class FaultBoard:
    """One phone's faults, at most one of a kind.

    `advance` is called before everything on the wire that looks at the display or touches it, and at no other time:
    that makes the moment at which an armed fault takes effect the same in every run.
    """

    def __init__(self, condition: Condition) -> None:
        self._condition = condition
        self._faults: dict[str, tuple[Fault, FaultState]] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}

    def give(self, fault: Fault) -> None:
        """Arm a fault, in the place of one of its kind; without a page to wait for it takes effect at once.

        Raises InvalidInput for a popup that the phone does not know.
        """
        if fault.fault in self._faults:
            self.clear(fault.fault)
        if fault.on_page is None:
            self._begin(fault)
        else:
            self._faults[fault.fault] = (fault, FaultState.ARMED)

    def advance(self) -> None:
        """Let the faults begin that wait for the page now shown."""
        waiting = [fault for fault, state in self._faults.values() if state is FaultState.ARMED]
        if waiting:
            page = self._condition.handset.page(self._condition.clock.monotonic())
            for fault in waiting:
                if fault.on_page == page:
                    self._begin(fault)

    def clear(self, name: str) -> None:
        """End and forget a fault. Raises NoSuchFault."""
        if name not in self._faults:
            raise NoSuchFault(f"the phone has no fault {name!r}", hint=f"it has: {', '.join(self._faults) or 'none'}")
        _, state = self._faults.pop(name)
        if timer := self._timers.pop(name, None):
            timer.cancel()
        if state is FaultState.ACTIVE:
            _EFFECTS[name].end(self._condition)

    def clear_all(self) -> None:
        """End and forget every fault."""
        for name in list(self._faults):
            self.clear(name)

    def describe(self) -> Sequence[Mapping[str, JsonValue]]:
        """Return every fault with its parameters and state."""
        return [
            {**fault.model_dump(mode="json", exclude_none=True), "state": state.value}
            for fault, state in self._faults.values()
        ]

    def _begin(self, fault: Fault) -> None:
        effect = _EFFECTS[fault.fault]
        effect.begin(self._condition, fault, self._condition.clock.monotonic())
        self._faults[fault.fault] = (fault, FaultState.DONE if effect.once else FaultState.ACTIVE)
        if isinstance(fault, Disconnect) and fault.seconds is not None:
            self._timers[fault.fault] = asyncio.get_running_loop().create_task(self._end_after(fault, fault.seconds))

    async def _end_after(self, fault: Fault, seconds: float) -> None:
        await self._condition.clock.sleep(seconds)
        del self._timers[fault.fault]
        _EFFECTS[fault.fault].end(self._condition)
        self._faults[fault.fault] = (fault, FaultState.DONE)


def _popup(condition: Condition, fault: Fault, now: float) -> None:
    if isinstance(fault, PopupFault) and not condition.handset.popup(fault.name, now):
        raise InvalidInput(f"popup {fault.name!r} is not known", hint="choose update, permission or unknown")


def _lose_touches(condition: Condition, fault: Fault, _now: float) -> None:
    if isinstance(fault, LostTouch):
        condition.touch_loss_probability = fault.probability or 0.0
        condition.touches_to_lose = 0 if fault.probability else fault.count or 1


def _keep_touches(condition: Condition) -> None:
    condition.touches_to_lose, condition.touch_loss_probability = 0, 0.0


def _freeze(condition: Condition, _fault: Fault, now: float) -> None:
    condition.frozen_scene = condition.handset.scene(now)


def _thaw(condition: Condition) -> None:
    condition.frozen_scene = None


def _dim(condition: Condition, fault: Fault, _now: float) -> None:
    if isinstance(fault, Dim):
        condition.handset.dim(fault.strength)


def _cover(condition: Condition, fault: Fault, _now: float) -> None:
    if isinstance(fault, Cover):
        x1, y1, x2, y2 = fault.rect
        condition.handset.cover((x1, y1, x2, y2))


def _answer_garbage(condition: Condition, _fault: Fault, _now: float) -> None:
    condition.garbage = True


def _answer_truth(condition: Condition) -> None:
    condition.garbage = False


def _nothing(_condition: Condition) -> None:
    """End what is over when it has begun."""


_EFFECTS: Final[Mapping[str, _Effect]] = {
    "popup": _Effect(_popup, _nothing, once=True),
    "lost_touch": _Effect(_lose_touches, _keep_touches),
    "frozen": _Effect(_freeze, _thaw),
    "dim": _Effect(_dim, lambda condition: condition.handset.dim(0.0)),
    "cover": _Effect(_cover, lambda condition: condition.handset.cover(None)),
    "misdirect": _Effect(
        lambda condition, _fault, _now: condition.handset.misdirect(on=True),
        lambda condition: condition.handset.misdirect(on=False),
    ),
    "disconnect": _Effect(
        lambda condition, _fault, _now: condition.line.cut(), lambda condition: condition.line.restore()
    ),
    "hang": _Effect(lambda condition, _fault, _now: condition.line.hang(), lambda condition: condition.line.resume()),
    "crash": _Effect(lambda condition, _fault, now: condition.handset.crash(now), _nothing, once=True),
    "garbage": _Effect(_answer_garbage, _answer_truth),
}
