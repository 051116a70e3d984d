"""The gate of one play: every call to its phone passes it, or is refused. Pure but for the clock.

A deadline is counted from the moment before the server was asked, by a clock that goes on while the process is frozen
or the machine asleep: whatever held an answer up, the deadline is never later than the lease's own end.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from drover.agent.errors import BudgetSpent, GateClosed, LeaseLost
from drover.kernel.clock import Clock
from drover.protocol.messages import Budget

MARGIN_S: Final = 5.0
"""So much before its lease ends a play ends: longer than any call that has begun by then may still take."""
BOUNDARY_S: Final = 30.0
"""With less than this left no task is begun; with a tenth of the lease, where that is shorter."""


class Gate:
    """Open from the first confirmation of the lease until it is closed for good, or the lease's deadline passes."""

    def __init__(
        self, serial: str, clock: Clock, budget: Budget, spent: Mapping[str, int], changed: Callable[[], None]
    ) -> None:
        """Begin shut. `spent` are the acts done already by kind; `changed` is called when it closes."""
        self._serial = serial
        self._clock = clock
        self._budget = budget
        self._changed = changed
        self._deadline: float | None = None
        self._boundary_s = 0.0
        self._charged = True
        self._kind = ""
        self._spent = Counter(spent)
        self._stopping: GateClosed | None = None
        self.refusal: GateClosed | None = None

    @property
    def left_s(self) -> float:
        """How long it is open still; negative once it is past, 0 before it was ever open."""
        return 0.0 if self._deadline is None else self._deadline - self._clock.monotonic()

    @property
    def opened(self) -> bool:
        """Whether the lease was ever confirmed."""
        return self._deadline is not None

    @property
    def is_open(self) -> bool:
        """Whether a call would pass now."""
        return self.refusal is None and self.left_s > 0

    @property
    def spent(self) -> Mapping[str, int]:
        """The acts done so far, by the kind of their task."""
        return dict(self._spent)

    def grant(self, asked_at: float, remaining_s: float) -> None:
        """Be open until the lease's end, less a margin: `remaining_s` were left at or after `asked_at`."""
        if self.refusal is None:
            self._deadline = max(self._deadline or 0.0, asked_at + remaining_s - MARGIN_S)
            self._boundary_s = min(BOUNDARY_S, (self._deadline - asked_at) / 10)

    def close(self, refusal: GateClosed) -> None:
        """Refuse every call from now on, for the first reason given."""
        if self.refusal is None:
            self.refusal = refusal
            self._changed()

    def stop_at_boundary(self, refusal: GateClosed) -> None:
        """Refuse the next task; the one that is being done may end."""
        self._stopping = self._stopping or refusal

    def begin_task(self, kind: str) -> None:
        """Let a task begin. Raises GateClosed, also where too little of the lease is left for one."""
        if self._stopping is not None:
            self.close(self._stopping)
        elif self.left_s <= self._boundary_s:
            self.close(LeaseLost(self._serial, "it was not renewed, and ends soon"))
        if self.refusal is not None:
            raise self.refusal
        self._kind, self._charged = kind, False

    def check(self) -> None:
        """Let a call pass. Raises GateClosed."""
        if self.refusal is None and self.left_s <= 0:
            self.close(LeaseLost(self._serial, "it was not renewed in time"))
        if self.refusal is not None:
            raise self.refusal

    def check_act(self) -> None:
        """Let an act pass, and count it: once for each task that is begun. Raises GateClosed, BudgetSpent.

        That the same act is tried again, or a popup dismissed on the way, is part of it.
        """
        self.check()
        if self._charged:
            return
        for kind, most in (("", self._budget.acts), (self._kind, self._budget.kinds.get(self._kind))):
            done = self._spent[kind] if kind else self._spent.total()
            if most is not None and done >= most:
                self.close(BudgetSpent(self._serial, kind, most))
                self.check()
        self._spent[self._kind] += 1
        self._charged = True
