"""One phone's faults: they wait for their time and page, act, and end or are cleared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from drover.kernel.errors import DroverError
from drover.simulator.condition import Condition
from drover.simulator.effects import EFFECTS
from drover.simulator.faults import Fault, Frozen, LastingFault, NoSuchFault
from drover.simulator.handset import JsonValue
from drover.simulator.page_names import refuse_unknown_page
from drover.simulator.timers import Timers


class FaultState(Enum):
    """How far a fault is. `REFUSED`: when its moment came, the phone was in no state for it."""

    ARMED = "armed"
    ACTIVE = "active"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class _Given:
    fault: Fault
    state: FaultState = FaultState.ARMED
    due: bool = False
    """Whether its time has come, so that it waits for its page only."""


class FaultBoard:
    """One phone's faults, at most one of a kind.

    `advance` is called before everything on the wire that looks at the display or touches it, and at no other time:
    that makes the moment at which a fault takes effect that waits for a page the same in every run.
    """

    def __init__(self, condition: Condition) -> None:
        self._condition = condition
        self._given: dict[str, _Given] = {}
        self._timers = Timers(condition.clock)
        self._started_s = condition.clock.monotonic()

    def give(self, fault: Fault) -> None:
        """Arm a fault, in the place of one of its kind; with nothing to wait for it takes effect at once.

        Raises InvalidInput where it takes effect at once and the phone is in no state for it, PageUnknown where it
        waits for a page that no app on the phone has.
        """
        refuse_unknown_page(fault.on_page, self._condition.handset.pages())
        if fault.fault in self._given:
            self.clear(fault.fault)
        wait_s = self._wait_s(fault)
        if wait_s > 0:
            self._given[fault.fault] = _Given(fault)
            self._timers.start(_begin(fault), wait_s, lambda: self._due(fault))
        elif fault.on_page is None:
            self._begin(fault)
        else:
            self._given[fault.fault] = _Given(fault, due=True)

    def advance(self) -> None:
        """Let the faults begin that wait for the page now shown."""
        waiting = [given.fault for given in self._given.values() if given.due and given.state is FaultState.ARMED]
        if waiting:
            now = self._condition.clock.monotonic()
            page = self._condition.handset.page(now)
            for fault in waiting:
                if fault.on_page == page:
                    self._begin_late(fault)
                elif isinstance(fault, Frozen):
                    self._condition.last_scene = self._condition.handset.scene(now)

    def clear(self, name: str) -> None:
        """End and forget a fault, and tidy up what it left. Raises NoSuchFault."""
        if name not in self._given:
            raise NoSuchFault(f"the phone has no fault {name!r}", hint=f"it has: {', '.join(self._given) or 'none'}")
        given = self._given.pop(name)
        if isinstance(given.fault, Frozen):
            self._condition.last_scene = None
        self._timers.stop(_begin(given.fault))
        self._timers.stop(_end(given.fault))
        if given.state is FaultState.ACTIVE or (given.state is FaultState.DONE and EFFECTS[name].over_at_once):
            self._end(given)

    def clear_all(self) -> None:
        """End and forget every fault."""
        for name in list(self._given):
            self.clear(name)

    async def settled(self) -> None:
        """Return when no fault waits for its time any more, nor for its end."""
        await self._timers.all_ended()

    def carry_over(self, switch: Callable[[], None]) -> None:
        """Let `switch` put another display into use: what lies over the old one lies over the new one afterwards."""
        lying = [
            given.fault
            for name, given in self._given.items()
            if given.state is FaultState.ACTIVE and EFFECTS[name].on_display
        ]
        for fault in lying:
            EFFECTS[fault.fault].end(self._condition, fault)
        switch()
        for fault in lying:
            EFFECTS[fault.fault].begin(self._condition, fault)

    def describe(self) -> Sequence[Mapping[str, JsonValue]]:
        """Return every fault with its parameters and state."""
        return [
            {**given.fault.model_dump(mode="json", exclude_none=True), "state": given.state.value}
            for given in self._given.values()
        ]

    def _wait_s(self, fault: Fault) -> float:
        if fault.at_s is not None:
            return self._started_s + fault.at_s - self._condition.clock.monotonic()
        return fault.after_s or 0.0

    def _due(self, fault: Fault) -> None:
        self._given[fault.fault] = _Given(fault, due=True)
        if fault.on_page is None:
            self._begin_late(fault)

    def _begin_late(self, fault: Fault) -> None:
        """Begin where nobody is there to be told that it cannot be."""
        try:
            self._begin(fault)
        except DroverError as error:
            self._given[fault.fault] = _Given(fault, FaultState.REFUSED)
            self._condition.log(f"fault {fault.fault} cannot be: {error.message}")

    def _begin(self, fault: Fault) -> None:
        effect = EFFECTS[fault.fault]
        effect.begin(self._condition, fault)
        self._condition.log(f"fault {fault.fault} begins")
        given = _Given(fault, FaultState.DONE if effect.over_at_once else FaultState.ACTIVE)
        self._given[fault.fault] = given
        if isinstance(fault, LastingFault) and fault.seconds is not None:
            self._timers.start(_end(fault), fault.seconds, lambda: self._over(given))

    def _over(self, given: _Given) -> None:
        self._end(given)
        self._given[given.fault.fault] = replace(given, state=FaultState.DONE)

    def _end(self, given: _Given) -> None:
        EFFECTS[given.fault.fault].end(self._condition, given.fault)
        self._condition.log(f"fault {given.fault.fault} is over")


def _begin(fault: Fault) -> str:
    return f"{fault.fault} begins"


def _end(fault: Fault) -> str:
    return f"{fault.fault} ends"
