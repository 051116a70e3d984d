"""The moments of recurrence rules. Pure.

Rules that name what hour it is to be (all by day or longer, and others with BYHOUR) count in local time, and follow
`localtime` where clocks are changed: no time of theirs is left out, none comes twice. Those by hour or minute without
BYHOUR count in time that has passed, so that an hour that comes twice is two hours.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, product, takewhile
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import MONTHLY, WEEKLY, YEARLY, rrule, weekday

from drover.workflows.domain.errors import BadRule
from drover.workflows.domain.localtime import MOST_SHIFT, local_of, moment_of
from drover.workflows.domain.ordering import in_order
from drover.workflows.domain.rule import Frequency, Rule
from drover.workflows.domain.timing import Recurring

MOST_IDLE_DAYS: Final = 15_000
"""How many days in a row may not fit before a daily rule is taken to be over: 41 years, one more cycle of weekdays."""
MOST_IDLE_STEPS: Final = 4_000
"""The same for hours and minutes, where a day that does not fit is one step."""
EARLIEST: Final = datetime(2000, 1, 1)  # noqa: DTZ001 (local)
LATEST: Final = datetime(2399, 12, 31)  # noqa: DTZ001 (local)

_CYCLE_YEARS: Final = 7_600
"""The calendar repeats after 400 years. Moved by 19 times that, a rule that never comes again ends soon, in 9999."""
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)
_EXPANDED: Final[Mapping[Frequency, Literal[0, 1, 2]]] = {
    Frequency.YEARLY: YEARLY,
    Frequency.MONTHLY: MONTHLY,
    Frequency.WEEKLY: WEEKLY,
}


class Instance(NamedTuple):
    """A moment in UTC, and the local time that the rule asked for."""

    at: datetime
    local: datetime


def instances(recurring: Recurring, after: datetime) -> Iterator[Instance]:
    """Return the moments at and after `after`, rising, none twice."""
    rule, zone = recurring.rule, recurring.zone
    earliest = max(after, moment_of(recurring.starts, zone))
    if is_nominal(rule):
        locals_ = _nominal(rule, recurring.starts, local_of(earliest - MOST_SHIFT, zone) - MOST_SHIFT)
        found = (Instance(moment_of(local, zone), local) for local in locals_)
    else:
        found = _elapsed(recurring, earliest)
    counted = islice(found, rule.count)
    bounded = takewhile(lambda each: not _is_over(rule, each), counted)
    left = (each for each in bounded if _is_within(rule, each) and not _is_excepted(recurring, each.local))
    rising = in_order(left, MOST_SHIFT) if is_nominal(rule) else left
    return (each for each in rising if each.at >= after)


def is_nominal(rule: Rule) -> bool:
    """Whether a rule counts in local time, not in time that has passed."""
    return rule.frequency <= Frequency.DAILY or "BYHOUR" in rule.by


def check(recurring: Recurring) -> None:
    """Raise BadRule for a rule that never comes, or begins where no calendar is kept."""
    if not EARLIEST <= recurring.starts <= LATEST:
        raise BadRule(f"starts in {recurring.starts.year}", hint=f"from {EARLIEST.year} to {LATEST.year}")
    if next(instances(recurring, datetime(EARLIEST.year, 1, 1, tzinfo=UTC)), None) is None:
        excepted = " but for its exceptions" if recurring.excepted else ""
        raise BadRule(
            f"{recurring.rule} never comes from {recurring.starts:%Y-%m-%d %H:%M} on{excepted}",
            hint="compare FREQ, INTERVAL, UNTIL and the BY parts with when it starts",
        )


def _nominal(rule: Rule, starts: datetime, earliest: datetime) -> Iterator[datetime]:
    """Yield local times from `starts` on; where the rule counts none, those long before `earliest` may be left out."""
    if rule.frequency in _EXPANDED:
        found = _expanded(rule, starts)
    elif rule.frequency is Frequency.DAILY:
        found = _daily(rule, starts, earliest)
    else:
        found = _stepped(rule, starts, starts, earliest, None)
    return (local for local in found if local >= starts)


def _elapsed(recurring: Recurring, earliest: datetime) -> Iterator[Instance]:
    rule, zone = recurring.rule, recurring.zone
    starts = moment_of(recurring.starts, zone)
    found = _stepped(rule, starts, recurring.starts, earliest, zone)
    return (Instance(at, local_of(at, zone)) for at in found if at >= starts)


def _expanded(rule: Rule, starts: datetime) -> Iterator[datetime]:
    def by(name: str) -> Sequence[int] | None:
        return rule.by.get(name)

    moved = rrule(
        _EXPANDED[rule.frequency],
        dtstart=starts.replace(year=starts.year + _CYCLE_YEARS),
        interval=rule.interval,
        wkst=rule.week_start,
        bysetpos=by("BYSETPOS"),
        bymonth=by("BYMONTH"),
        bymonthday=by("BYMONTHDAY"),
        byyearday=by("BYYEARDAY"),
        byweekno=by("BYWEEKNO"),
        byweekday=[weekday(each.day, each.ordinal or None) for each in rule.weekdays] or None,
        byhour=by("BYHOUR"),
        byminute=by("BYMINUTE"),
    )
    return (each.replace(year=each.year - _CYCLE_YEARS) for each in moved)


def _daily(rule: Rule, starts: datetime, earliest: datetime) -> Iterator[datetime]:
    hours, minutes = (
        rule.by.get(name, (given,)) for name, given in (("BYHOUR", starts.hour), ("BYMINUTE", starts.minute))
    )
    times = _chosen([time(hour, minute) for hour, minute in product(hours, minutes)], rule.by.get("BYSETPOS"))
    first, idle = starts.toordinal(), 0
    if rule.count is None:
        first += max(0, (earliest - starts).days // rule.interval) * rule.interval
    for ordinal in range(first, LATEST.toordinal(), rule.interval):
        day = date.fromordinal(ordinal)
        idle = 0 if _fits_day(rule, day) and times else idle + 1
        if idle > MOST_IDLE_DAYS:
            return
        if not idle:
            yield from (datetime.combine(day, each) for each in times)


def _chosen(times: Sequence[time], positions: Sequence[int] | None) -> Sequence[time]:
    if positions is None:
        return times
    places = {place - 1 if place > 0 else len(times) + place for place in positions}
    return [each for place, each in enumerate(times) if place in places]


def _stepped(
    rule: Rule, starts: datetime, local: datetime, earliest: datetime, zone: ZoneInfo | None
) -> Iterator[datetime]:
    """Yield what fits of every so many hours or minutes from `starts` on, whose local time is `local`.

    Moments in UTC with a zone, local times without one.
    """
    by_hour = rule.frequency is Frequency.HOURLY
    within = 60 if by_hour and "BYMINUTE" in rule.by else 1
    anchor = starts - local.minute * _MINUTE if within > 1 else starts
    step = rule.interval * (_HOUR if by_hour else _MINUTE)
    number = max(0, (earliest - anchor) // step) if rule.count is None else 0
    end = LATEST.replace(tzinfo=starts.tzinfo)
    idle = 0
    while idle <= MOST_IDLE_STEPS and (base := anchor + number * step) < end:
        moments = [base + minute * _MINUTE for minute in range(within)]
        fitting = [each for each in moments if _fits(rule, _shown(each, zone))]
        yield from fitting
        idle = 0 if fitting else idle + 1
        chance = base if fitting else _meant(_next_chance(rule, _shown(base, zone)), zone)
        number += max(1, -((base + (within - 1) * _MINUTE - chance) // step))


def _shown(moment: datetime, zone: ZoneInfo | None) -> datetime:
    return moment if zone is None else local_of(moment, zone)


def _meant(local: datetime, zone: ZoneInfo | None) -> datetime:
    return local if zone is None else moment_of(local, zone)


def _next_chance(rule: Rule, local: datetime) -> datetime:
    """Return the first local time after `local`, which does not fit, that may."""
    if not _fits_day(rule, local.date()):
        return datetime.combine(local.date(), time()) + _DAY
    if local.hour not in rule.by.get("BYHOUR", (local.hour,)):
        return local + _HOUR - local.minute * _MINUTE
    return local + _MINUTE


def _fits(rule: Rule, local: datetime) -> bool:
    return (
        local.minute in rule.by.get("BYMINUTE", (local.minute,))
        and local.hour in rule.by.get("BYHOUR", (local.hour,))
        and _fits_day(rule, local.date())
    )


def _fits_day(rule: Rule, day: date) -> bool:
    if day.month not in rule.by.get("BYMONTH", (day.month,)):
        return False
    if rule.weekdays and all(each.day != day.weekday() for each in rule.weekdays):
        return False
    next_month = (day.replace(day=28) + 4 * _DAY).replace(day=1)
    return _counts(rule.by.get("BYMONTHDAY"), day.day, (next_month - day).days) and _counts(
        rule.by.get("BYYEARDAY"), day.timetuple().tm_yday, (date(day.year + 1, 1, 1) - day).days
    )


def _counts(wanted: Sequence[int] | None, from_start: int, from_end: int) -> bool:
    """Whether a day is meant by its number, counted from 1 or from the end, -1 being the last."""
    return wanted is None or from_start in wanted or -from_end in wanted


def _is_over(rule: Rule, each: Instance) -> bool:
    """Whether nothing after this one can come before the rule's end."""
    match rule.until:
        case datetime(tzinfo=None):
            return each.local > rule.until
        case datetime():
            return each.at > rule.until + MOST_SHIFT
        case date():
            return each.local.date() > rule.until
        case None:
            return False


def _is_within(rule: Rule, each: Instance) -> bool:
    return not isinstance(rule.until, datetime) or rule.until.tzinfo is None or each.at <= rule.until


def _is_excepted(recurring: Recurring, local: datetime) -> bool:
    return local in recurring.excepted or local.date() in recurring.excepted
