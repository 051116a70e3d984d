"""What was done within a task to bring its play back on its way, and whether that helped."""

from dataclasses import dataclass, field
from datetime import datetime

from drover.kernel.clock import Clock
from drover.sequences.player.eyes import Look
from drover.sequences.record import Recovery, Strategy


@dataclass
class _Attempt:
    strategy: Strategy
    why: str
    act: str
    began_at: datetime
    began_s: float
    before: Look | None
    after: Look | None = None
    seconds: float | None = None
    recovered: bool = False


@dataclass(frozen=True, slots=True)
class Recoveries:
    """The attempts of one task. One is open until the task's next try tells what came of it."""

    clock: Clock
    _attempts: list[_Attempt] = field(default_factory=list[_Attempt])

    def begin(self, strategy: Strategy, why: str, act: str, before: Look | None) -> None:
        """Note that something is done; `before` is what the phone showed, a look whose picture is kept."""
        self._attempts.append(_Attempt(strategy, why, act, self.clock.now(), self.clock.monotonic(), before))

    @property
    def are_open(self) -> bool:
        """Whether what came of one is not known yet."""
        return any(attempt.seconds is None for attempt in self._attempts)

    def settle(self, *, recovered: bool, after: Look | None) -> None:
        """Note what came of all that is open."""
        for attempt in self._attempts:
            if attempt.seconds is None:
                attempt.seconds = self.clock.monotonic() - attempt.began_s
                attempt.recovered, attempt.after = recovered, after

    async def told(self) -> tuple[Recovery, ...]:
        """Return them for the record. Raises what making their pictures raised."""
        return tuple([await _told(attempt) for attempt in self._attempts])


async def _told(attempt: _Attempt) -> Recovery:
    before, after = attempt.before, attempt.after
    return Recovery(
        strategy=attempt.strategy,
        why=attempt.why,
        act=attempt.act,
        recovered=attempt.recovered,
        began_at=attempt.began_at,
        seconds=attempt.seconds or 0.0,
        before=await before.evidence() if before is not None and before.is_kept else None,
        after=await after.evidence() if after is not None and after.is_kept else None,
    )
