"""What a schedule must have done, told in the plainest way: a list of moments, and what was taken of it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from drover.workflows.domain.occurrences import first_from, is_once, occurrences
from drover.workflows.domain.timing import At, Immediate, Timing, Window
from tests.workflows.clocks import recurring

START = datetime(2026, 3, 27, 12, tzinfo=UTC)
"""Two days before clocks go forward in Berlin; in Havana they have been."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)
_BERLIN = ZoneInfo("Europe/Berlin")

TIMINGS: dict[str, Timing] = {
    "at once": Immediate(START),
    "at a time": At(START + timedelta(hours=30), _BERLIN),
    "at another time": At(START + timedelta(hours=3), _BERLIN),
    "in the past": At(START - timedelta(hours=3), _BERLIN),
    "daily in the gap": recurring("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30", "2026-03-27T00:00"),
    "three times": recurring("FREQ=DAILY;COUNT=3", "2026-03-27T18:00"),
    "hourly": recurring("FREQ=HOURLY;INTERVAL=2", "2026-03-27T13:15"),
    "weekends": recurring("FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=10", "2026-03-27T00:00"),
    "window": Window(time(9), time(18), _BERLIN, date(2026, 3, 27), START, 2, timedelta(hours=1), repetitions=None),
    "night window": Window(time(23), time(4), _BERLIN, date(2026, 3, 27), START, 3, repetitions=4),
}
WAITS = [timedelta(minutes=7), timedelta(minutes=50), timedelta(hours=5), timedelta(hours=23), timedelta(days=2)]


@dataclass
class Ledger:
    """A schedule's timing, from when on it counts, and what was taken."""

    timing: Timing
    seed: int
    since: datetime
    taken: list[str] = field(default_factory=list[str])
    last: datetime = EPOCH
    status: str = "pending"
    asked: bool = False

    def __post_init__(self) -> None:
        """Begin with what is to come."""
        self._count_from(self.since)

    def take(self, now: datetime) -> list[str]:
        """Take what is due, and return its ids."""
        coming = self.status in {"pending", "active"}
        found = occurrences(self.timing, self.seed, self._next(), now + _INSTANT) if coming else ()
        if found:
            self.last, self.status = found[-1].at, "active"
            self._look()
        self.taken += [each.id for each in found]
        return [each.id for each in found]

    def resume(self, now: datetime) -> None:
        """Let what comes from now on count."""
        self.status = "active"
        self._count_from(now)

    def edit(self, timing: Timing, now: datetime) -> None:
        """Let another timing count, from now on."""
        if timing != self.timing or self._over():
            self.timing, self.status = timing, {"completed": "active"}.get(self.status, self.status)
            self._count_from(now)

    def _count_from(self, now: datetime) -> None:
        self.since = EPOCH if is_once(self.timing) else now
        self._look()

    def _next(self) -> datetime:
        return max(self.since, self.last + _INSTANT)

    def _over(self) -> bool:
        return first_from(self.timing, self.seed, self._next()) is None

    def _look(self) -> None:
        if self.status in {"pending", "active"} and self._over():
            self.status = "completed"
