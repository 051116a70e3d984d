"""When a schedule's workflow is to be run: four kinds of timing, and what an occurrence of one is. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from drover.workflows.domain.errors import BadTiming
from drover.workflows.domain.rule import Rule

EVERY_DAY: Final = frozenset(range(7))
MOST_MOMENTS: Final = 99
"""How many moments a window may have."""

_DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Immediate:
    """Once, at once: at the moment when it was asked for."""

    asked_at: datetime


@dataclass(frozen=True, slots=True)
class At:
    """Once, at a moment; told in `zone`."""

    at: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Window:
    """`moments` random moments each day between two local times, on `repetitions` days, or on all where that is None.

    Days are those from `first` on whose weekday (0 is Monday) is in `weekdays`. Where `closes` is not after `opens` the
    window lasts into the next day, and belongs to the day on which it opens. Moments are whole minutes, `apart` at
    least from one another. Nothing is drawn before `not_before`: of a window that is open then, only the rest counts.
    Raises BadTiming where the moments have no room.
    """

    opens: time
    closes: time
    zone: ZoneInfo
    first: date
    not_before: datetime
    moments: int = 1
    apart: timedelta = timedelta(minutes=1)
    weekdays: frozenset[int] = EVERY_DAY
    repetitions: int | None = 1

    def __post_init__(self) -> None:
        """Refuse moments that have no room, and no weekdays at all."""
        if not 1 <= self.moments <= MOST_MOMENTS:
            raise BadTiming(
                f"{self.moments} moments in a window", hint=f"a window has from 1 to {MOST_MOMENTS} moments"
            )
        if not self.weekdays:
            raise BadTiming("the window opens on no day of the week", hint="name a weekday, or leave them out for all")
        if (self.moments - 1) * self.apart_minutes >= self.minutes:
            needed = (self.moments - 1) * self.apart_minutes + 1
            raise BadTiming(
                f"{self.moments} moments, {self.apart_minutes} min apart, need a window of {needed} min;"
                f" {self.opens:%H:%M} to {self.closes:%H:%M} has {self.minutes}",
                hint="make the window longer, or ask for fewer moments or for less between them",
            )

    @property
    def minutes(self) -> int:
        """How long the window is on a day without a change of clocks."""
        opens, closes = (60 * each.hour + each.minute for each in (self.opens, self.closes))
        return (closes - opens) % _DAY_MINUTES or _DAY_MINUTES

    @property
    def apart_minutes(self) -> int:
        """How many whole minutes lie between two moments at least; never none, so that no two are the same."""
        return max(1, -(-self.apart // timedelta(minutes=1)))


@dataclass(frozen=True, slots=True)
class Recurring:
    """By a rule, from a local time on, but for local days and local times in `excepted`."""

    rule: Rule
    starts: datetime
    zone: ZoneInfo
    excepted: frozenset[date | datetime] = field(default_factory=frozenset[date | datetime])


Timing = Immediate | At | Window | Recurring


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a schedule comes due.

    `id` is its own for good, however often and from where on it is computed, and no other occurrence of the schedule
    has it, also after its timing was changed: it holds the moment.

    `at` is in UTC and a schedule has no two at the same moment; `why` says in words how it came to this moment.
    """

    id: str
    at: datetime
    why: str
