"""The random moments of windows: drawn from a seed for each day, and so the same whoever computes them. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from drover.kernel.randomness import stream
from drover.workflows.domain.errors import BadTiming
from drover.workflows.domain.localtime import DAYS, MOST_SHIFT, local_of, moment_of, remark
from drover.workflows.domain.ordering import in_order
from drover.workflows.domain.timing import Occurrence, Window

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


class Opening(NamedTuple):
    """One day's window: its moments lie in the `minutes` minutes from `opens`; `number` counts from 1."""

    day: date
    opens: datetime
    minutes: int
    number: int


def drawn(window: Window, seed: int, after: datetime) -> Iterator[Occurrence]:
    """Return the moments at and after `after`, rising, none twice."""
    found = (each for opening in openings(window, after) for each in _of_day(window, opening, seed))
    return (each for each in in_order(found, MOST_SHIFT) if each.at >= after)


def check(window: Window) -> None:
    """Raise BadTiming for a window that will never be open."""
    if next(openings(window, window.not_before), None) is None:
        raise BadTiming(
            f"no window is open at or after {local_of(window.not_before, window.zone):%Y-%m-%d %H:%M}"
            f" {window.zone.key}",
            hint="choose a later day, or leave the first day out",
        )


def openings(window: Window, after: datetime) -> Iterator[Opening]:
    """Yield the days' windows, from the one that closes after `after` or one before it on."""
    first = _first_day(window)
    soonest = max(first, local_of(after, window.zone).date() - 2 * _DAY)
    day, number = soonest, _days_between(window, first, soonest)
    while window.repetitions is None or number < window.repetitions:
        if day.year >= date.max.year:
            return
        if day.weekday() in window.weekdays:
            number += 1
            opens, minutes = _opening(window, day)
            yield Opening(day, opens, minutes, number)
        day += _DAY


def _of_day(window: Window, opening: Opening, seed: int) -> Iterator[Occurrence]:
    for number, minute in enumerate(_minutes(window, opening, seed), 1):
        at = opening.opens + minute * _MINUTE
        id_ = f"w{opening.day:%Y%m%d}.{number:02}T{at:%H%M}Z"
        yield Occurrence(id_, at, _why(window, opening, number, minute, seed))


def _first_day(window: Window) -> date:
    """Return the first day whose window is open for a minute or more at or after `not_before`."""
    day = max(window.first, local_of(window.not_before, window.zone).date() - 2 * _DAY)
    while day.weekday() not in window.weekdays or _closing(window, day) < _begin(window) + _MINUTE:
        day += _DAY
    return day


def _begin(window: Window) -> datetime:
    """Return the first whole minute at or after `not_before`."""
    whole = window.not_before.replace(second=0, microsecond=0)
    return whole if whole == window.not_before else whole + _MINUTE


def _days_between(window: Window, first: date, day: date) -> int:
    """Return how many days of the window lie from `first` on, before `day`."""
    weeks, rest = divmod((day - first).days, 7)
    return weeks * len(window.weekdays) + sum((first.weekday() + each) % 7 in window.weekdays for each in range(rest))


def _opening(window: Window, day: date) -> tuple[datetime, int]:
    opens = max(moment_of(datetime.combine(day, window.opens), window.zone), _begin(window))
    return opens, max(0, (_closing(window, day) - opens) // _MINUTE)


def _closing(window: Window, day: date) -> datetime:
    last = day if window.closes > window.opens else day + _DAY
    return moment_of(datetime.combine(last, window.closes), window.zone)


def _minutes(window: Window, opening: Opening, seed: int) -> list[int]:
    """Draw the moments, in minutes after the opening, over what the least distances leave free.

    On a day on which the window is shorter than usual they lie nearer to one another, at least a minute.
    """
    gaps = window.moments - 1
    apart = min(window.apart_minutes, max(1, (opening.minutes - 1) // gaps)) if gaps else 0
    free = max(1, opening.minutes - gaps * apart)
    generator = stream(seed, "window", opening.day.isoformat())
    places = sorted(generator.randrange(free) for _ in range(window.moments))
    return [place + number * apart for number, place in enumerate(places)]


def _why(window: Window, opening: Opening, number: int, minute: int, seed: int) -> str:
    local = local_of(opening.opens + minute * _MINUTE, window.zone)
    of = f" of {window.repetitions}" if window.repetitions is not None else ""
    day = f"{DAYS[opening.day.weekday()]} {opening.day}"
    which = f"minute {minute + 1} of {opening.minutes} in the window {window.opens:%H:%M} to {window.closes:%H:%M}"
    parts = [f"{local:%H:%M} {window.zone.key}: {which} of {day}, drawn with seed {seed}"]
    if window.moments > 1:
        parts.append(f"moment {number} of {window.moments}, at least {window.apart_minutes} min apart")
    if window.repetitions != 1:
        parts.append(f"window {opening.number}{of}")
    if opening.opens > moment_of(datetime.combine(opening.day, window.opens), window.zone):
        parts.append(f"only what was left of it from {local_of(opening.opens, window.zone):%H:%M} on")
    if note := remark(datetime.combine(opening.day, window.opens), window.zone):
        parts.append(f"its opening {note}")
    return "; ".join(parts)
