"""Which of the runs that are due starts next on which phone, and which never will. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from drover.workflows.domain.runs import RunStatus


@dataclass(frozen=True, slots=True)
class Queued:
    """A pending run in its phone's queue; `waits_for` are the runs that it depends on, with what became of them.

    `begun`: it was at work before, and goes on where it was.
    """

    run_id: str
    phone_id: str
    priority: int
    due_at: datetime
    created_at: datetime
    waits_for: tuple[tuple[str, RunStatus], ...] = ()
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn of the dispatcher does: runs to start, at most one a phone; runs to skip, each with the reason."""

    start: tuple[Queued, ...]
    skip: tuple[tuple[Queued, str], ...]


def in_order(queue: Iterable[Queued]) -> Sequence[Queued]:
    """Return a queue by priority, the higher first, then by when it was due, then by age; what has begun before all.

    What was done on the phone in between would be taken for the doing of a run that goes on after it.
    """
    return sorted(queue, key=lambda one: (not one.begun, -one.priority, one.due_at, one.created_at, one.run_id))


def reason_to_skip(run: Queued) -> str | None:
    """Return why a run will never start: something that it depends on did not complete. None: it may."""
    for other, status in run.waits_for:
        if status.over and status is not RunStatus.COMPLETED:
            return f"skipped: run {other}, which it depends on, is {status.value}"
    return None


def turn(queue: Iterable[Queued], taken: frozenset[str], now: datetime) -> Turn:
    """Return what to start and what to skip, of the runs that are due; `taken` are the phones that start nothing now.

    A run that waits for another keeps nobody behind it waiting.
    """
    start: list[Queued] = []
    skip: list[tuple[Queued, str]] = []
    occupied = set(taken)
    for run in in_order(queue):
        reason = reason_to_skip(run)
        if reason is not None:
            skip.append((run, reason))
        elif run.phone_id not in occupied and run.due_at <= now and _free(run):
            occupied.add(run.phone_id)
            start.append(run)
    return Turn(tuple(start), tuple(skip))


def _free(run: Queued) -> bool:
    return all(status is RunStatus.COMPLETED for _, status in run.waits_for)
