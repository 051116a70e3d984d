"""When a schedule comes due. The same timing and seed give the same occurrences, wherever one begins to look. Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Final

from drover.workflows.domain import recurrence, windows
from drover.workflows.domain.localtime import remark, spoken
from drover.workflows.domain.recurrence import Instance, instances
from drover.workflows.domain.timing import At, Immediate, Occurrence, Recurring, Timing, Window

MOST: Final = 100_000
"""How many occurrences a range may have that is asked for at once."""

_WRITTEN: Final = "%Y%m%dT%H%M%S%f"
_NEXT: Final = timedelta(microseconds=1)


def occurrences(timing: Timing, seed: int, after: datetime, before: datetime) -> Sequence[Occurrence]:
    """Return the occurrences at `after` or later and before `before`, rising; at most MOST."""
    within = takewhile(lambda each: each.at < before, occurring(timing, seed, after))
    return tuple(each for each, _ in zip(within, range(MOST), strict=False))


def first_from(timing: Timing, seed: int, moment: datetime) -> Occurrence | None:
    """Return the first occurrence at `moment` or later; None where there is none."""
    return next(occurring(timing, seed, moment), None)


def first_after(timing: Timing, seed: int, moment: datetime) -> Occurrence | None:
    """Return the first occurrence later than `moment`; None where there is none."""
    return first_from(timing, seed, moment + _NEXT)


def is_once(timing: Timing) -> bool:
    """Whether there is one occurrence only, at a moment that was asked for."""
    return isinstance(timing, Immediate | At)


def check(timing: Timing) -> None:
    """Raise BadTiming for a timing that never comes."""
    match timing:
        case Recurring():
            recurrence.check(timing)
        case Window():
            windows.check(timing)
        case _:
            pass


def occurring(timing: Timing, seed: int, after: datetime) -> Iterator[Occurrence]:
    """Yield the occurrences at `after` or later, rising, without end where the timing has none."""
    match timing:
        case Immediate():
            only = Occurrence(
                f"i{timing.asked_at:{_WRITTEN}}",
                timing.asked_at,
                f"at once, as asked at {timing.asked_at.astimezone(UTC):%H:%M:%S} UTC",
            )
            yield from (only,) if timing.asked_at >= after else ()
        case At():
            only = Occurrence(f"a{timing.at:{_WRITTEN}}", timing.at, f"asked for {spoken(timing.at, timing.zone)}")
            yield from (only,) if timing.at >= after else ()
        case Window():
            yield from windows.drawn(timing, seed, after)
        case Recurring():
            yield from (_recurred(timing, each) for each in instances(timing, after))


def _recurred(timing: Recurring, instance: Instance) -> Occurrence:
    note = remark(instance.local, timing.zone) if recurrence.is_nominal(timing.rule) else ""
    why = f"{spoken(instance.at, timing.zone)} by {timing.rule}, from {timing.starts:%Y-%m-%d %H:%M} on"
    return Occurrence(f"r{instance.at:%Y%m%dT%H%M}Z", instance.at, f"{why}; {note}" if note else why)
