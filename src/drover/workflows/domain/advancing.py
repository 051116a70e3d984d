"""What comes of a schedule as time goes by and people ask things of it. Pure: all return how it stands then."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from drover.workflows.domain.occurrences import first_after, first_from, is_once, occurrences
from drover.workflows.domain.schedule import Plan, Progress, Schedule
from drover.workflows.domain.status import DUE, ScheduleEvent, ScheduleStatus, next_status
from drover.workflows.domain.timing import Occurrence

_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TOLD: Final = 10


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be run now, if anything, what was left out and why, and how the schedule stands after that.

    `by_hand`: somebody asked for it, beside what comes of the schedule anyway.
    """

    occurrence: Occurrence | None
    left_out: tuple[str, ...]
    progress: Progress
    by_hand: bool = False


def begin(plan: Plan, seed: int, now: datetime) -> Progress:
    """Return how a new schedule stands. One whose moment has passed already, asked for once, is due at once."""
    first = first_from(plan.timing, seed, now) or (
        first_from(plan.timing, seed, _START) if is_once(plan.timing) else None
    )
    status = ScheduleStatus.PENDING if first is not None else ScheduleStatus.COMPLETED
    return Progress(status, first.at if first is not None else None)


def turn(schedule: Schedule, now: datetime) -> Turn:
    """Return the one occurrence that is due at `now`: one asked for by hand first, then the oldest.

    Called again and again until nothing is due, it gives every occurrence exactly once, but for those that are left
    out because they come later than the plan allows.
    """
    progress = schedule.progress
    if progress.asked_at is not None:
        why = f"asked for by hand at {progress.asked_at:%Y-%m-%d %H:%M:%S} UTC"
        wanted = Occurrence(progress.asked_id, progress.asked_at, why)
        return Turn(wanted, (), replace(progress, taken_id=wanted.id, asked_at=None, asked_id=""), by_hand=True)
    if not is_due(progress, now):
        return Turn(None, (), progress)
    progress, left_out = _without_late(schedule, now)
    if not is_due(progress, now) or progress.next_at is None:
        return Turn(None, left_out, progress)
    occurrence = first_from(schedule.plan.timing, schedule.seed, progress.next_at)
    if occurrence is None or occurrence.at > now:
        return Turn(None, left_out, _looking_at(progress, occurrence))
    following = first_after(schedule.plan.timing, schedule.seed, occurrence.at)
    taken = replace(progress, taken_at=occurrence.at, taken_id=occurrence.id, taken=progress.taken + 1)
    return Turn(occurrence, left_out, _after(taken, following))


def is_due(progress: Progress, now: datetime) -> bool:
    """Whether an occurrence is to be taken at `now`."""
    coming = progress.status in DUE and progress.next_at is not None and progress.next_at <= now
    return coming or progress.asked_at is not None


def paused(progress: Progress) -> Progress:
    """Return it paused. Raises IllegalTransition."""
    return replace(progress, status=next_status(progress.status, ScheduleEvent.PAUSE))


def resumed(schedule: Schedule, now: datetime) -> Progress:
    """Return it resumed: what recurs goes on with what comes next, what was asked for once is due now if it was then.

    Raises IllegalTransition.
    """
    progress = replace(schedule.progress, status=next_status(schedule.progress.status, ScheduleEvent.RESUME))
    return _from_now(schedule.plan, schedule.seed, progress, now)


def cancelled(progress: Progress) -> Progress:
    """Return it cancelled: nothing more comes of it. Raises IllegalTransition."""
    status = next_status(progress.status, ScheduleEvent.CANCEL)
    return replace(progress, status=status, next_at=None, asked_at=None, asked_id="")


def asked(progress: Progress, occurrence_id: str, now: datetime) -> Progress:
    """Return it with one more occurrence, due now. One that was asked for before, and not taken yet, is that one.

    Raises IllegalTransition.
    """
    status = next_status(progress.status, ScheduleEvent.RUN_NOW)
    if progress.asked_at is not None:
        return progress
    return replace(progress, status=status, asked_at=now, asked_id=occurrence_id)


def edited(schedule: Schedule, plan: Plan, now: datetime) -> Progress:
    """Return how the schedule stands with another plan. Raises IllegalTransition.

    A rotation goes on where it was; what was taken already does not come again, and nothing comes for the past.
    """
    progress = replace(schedule.progress, status=next_status(schedule.progress.status, ScheduleEvent.EDIT))
    if plan.timing == schedule.plan.timing and schedule.progress.next_at is not None:
        return progress
    return _from_now(plan, schedule.seed, progress, now)


def _from_now(plan: Plan, seed: int, progress: Progress, now: datetime) -> Progress:
    since = _START if is_once(plan.timing) else now
    if progress.taken_at is None or since > progress.taken_at:
        return _looking_at(progress, first_from(plan.timing, seed, since))
    return _looking_at(progress, first_after(plan.timing, seed, progress.taken_at))


def _without_late(schedule: Schedule, now: datetime) -> tuple[Progress, tuple[str, ...]]:
    plan, progress = schedule.plan, schedule.progress
    if plan.late is None or progress.next_at is None or progress.next_at >= now - plan.late:
        return progress, ()
    missed = occurrences(plan.timing, schedule.seed, progress.next_at, now - plan.late)
    reasons = tuple(
        f"{each.id} of {each.at:%Y-%m-%d %H:%M} UTC was left out: due for more than {plan.late}"
        for each in missed[-_TOLD:]
    )
    more = (f"{len(missed) - _TOLD} before these were left out too",) if len(missed) > _TOLD else ()
    following = first_from(plan.timing, schedule.seed, now - plan.late)
    latest = missed[-1].at if missed else progress.taken_at
    return _looking_at(replace(progress, taken_at=latest), following), (*more, *reasons)


def _looking_at(progress: Progress, following: Occurrence | None) -> Progress:
    """Return it with its next occurrence; completed where there is none, unless it is paused."""
    if following is not None:
        return replace(progress, next_at=following.at)
    status = ScheduleStatus.COMPLETED if progress.status in DUE else progress.status
    return replace(progress, next_at=None, status=status)


def _after(progress: Progress, following: Occurrence | None) -> Progress:
    event = ScheduleEvent.OCCURRED if following is not None else ScheduleEvent.EXHAUSTED
    return replace(
        progress, status=next_status(progress.status, event), next_at=following.at if following is not None else None
    )
