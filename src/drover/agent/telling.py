"""From what a player tells to the bodies of the agent's events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

import pydantic_core

from drover.agent.errors import FolderUnusable, GateClosed, StoreUnusable
from drover.fleet.phonebook import LedgerUnusable
from drover.kernel.errors import DroverError
from drover.platform.blobs import BlobNotKept
from drover.platform.bus.errors import MOST_BYTES
from drover.protocol.codec import snake
from drover.protocol.fields import MOST_LINE, line, name
from drover.protocol.messages import EventBody, PlayEnded, PlayPaused, PlayResumed, Recovery, TaskBegan, TaskEnded
from drover.sequences.journal import JournalUnusable
from drover.sequences.player.errors import OnceInDoubt
from drover.sequences.player.events import Event, PhoneEnded, PhonePaused, PhoneResumed, StepBegan, StepEnded
from drover.sequences.record import PhoneRecord, Sight, Status, TaskRecord
from drover.sequences.record import Recovery as Made

_SHARE: Final = MOST_BYTES // 5
"""Of an event, at most so many bytes are parameters, and as much again what else is long: the whole always fits."""
_SHORTEST: Final = 40
_MOST_PARAMETERS: Final = 16
_MOST_DISMISSED: Final = 10
_MOST_RECOVERIES: Final = 10
_FOR_A_PERSON: Final = frozenset({OnceInDoubt.__name__})
_OF_THE_HOST: Final = frozenset(
    error.__name__ for error in (JournalUnusable, StoreUnusable, LedgerUnusable, BlobNotKept, FolderUnusable)
)
"""What ails the host, and not the sequence: a full disk, for instance. The play may be gone on with when it is mended.
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be told, and the evidence in the blobs that belongs to it."""

    body: EventBody
    evidence: Sequence[str] = ()


def told(event: Event) -> Told | None:
    """Return what an event of the player tells; None for its end, which `ended` tells."""
    match event:
        case StepBegan():
            task = event.step.task
            return Told(
                TaskBegan(index=event.step.number, name=name(task.name), task_kind=task.kind, rounds=event.rounds)
            )
        case StepEnded():
            return _task_ended(event.record)
        case PhonePaused():
            return Told(PlayPaused(reason=line(event.reason)))
        case PhoneResumed():
            return Told(PlayResumed())
        case PhoneEnded():
            return None


def ended(record: PhoneRecord, refusal: GateClosed | None) -> PlayEnded:
    """Return how a play ended that went to its end; `refusal` is what its gate was closed for."""
    return _ended(record, refusal).model_copy(
        update={"variables": _variables(record), "recoveries": _recoveries(record.recoveries)}
    )


def _ended(record: PhoneRecord, refusal: GateClosed | None) -> PlayEnded:
    if refusal is not None and record.status is not Status.COMPLETED:
        return stopped(refusal, step=_step(record))
    if record.status is Status.COMPLETED:
        result = "completed_with_recovery" if _recovered(record) else "completed"
        return PlayEnded(status="completed", result=result, note=line(record.note))
    return PlayEnded(
        status=_status(record.failure),
        result="handed_over" if record.failure in _FOR_A_PERSON else "failed",
        code=name(snake(record.failure)),
        error=line(record.error),
        hint=line(record.hint),
        step=_step(record),
        note=line(record.note),
    )


def evidence_of(record: PhoneRecord) -> Sequence[str]:
    """Return what of the blobs a record names beside the frames that its tasks were told with."""
    sights = [sight for task in record.tasks for sight in (task.before, task.after) if sight is not None]
    return [
        digest
        for sight in sights
        for difference in sight.differences
        for digest in (difference.expected_digest, difference.actual_digest)
    ]


def stopped(refusal: GateClosed, *, step: int = 0) -> PlayEnded:
    """Return how a play ended that its gate stopped."""
    return _ended_by(refusal, "interrupted" if refusal.resumable else "failed", step)


def never_begun(error: DroverError) -> PlayEnded:
    """Return how a play ended whose materials could not be made ready."""
    return _ended_by(error, _status(type(error).__name__), 0)


def _status(failure: str) -> Literal["failed", "interrupted"]:
    return "interrupted" if failure in _OF_THE_HOST else "failed"


def _ended_by(error: DroverError, status: Literal["failed", "interrupted"], step: int) -> PlayEnded:
    return PlayEnded(
        status=status,
        result="failed",
        code=name(snake(type(error).__name__)),
        error=line(error.message),
        hint=line(error.hint),
        step=step,
    )


def _step(record: PhoneRecord) -> int:
    failed = [task.index for task in record.tasks if task.status is Status.FAILED]
    return failed[-1] if failed else 0


def _recovered(record: PhoneRecord) -> bool:
    tasks = record.tasks
    again = any(task.attempts > 1 or task.dismissed or (task.status is Status.SKIPPED and task.error) for task in tasks)
    return again or bool(record.pauses) or record.attempt > 1


def _task_ended(record: TaskRecord) -> Told:
    before, after = _digest(record.before), _digest(record.after)
    shown = record.after or record.before
    body = TaskEnded(
        index=record.index,
        rounds=record.rounds,
        name=name(record.name),
        task_kind=name(record.kind),
        effect=name(record.effect),
        status=_STATUS[record.status],
        attempts=record.attempts,
        expected=name((shown.expected if shown else None) or ""),
        actual=name((shown.actual if shown else None) or ""),
        parameters=_parameters(record),
        text=_cut(record.parameters.get("text", ""), _SHARE),
        error=_cut(record.error, _SHARE // 2),
        hint=_cut(record.hint, _SHARE // 4),
        region=name(record.region),
        dismissed=tuple(line(each, 2 * _SHORTEST) for each in record.dismissed[-_MOST_DISMISSED:]),
        recoveries=_recoveries(record.recoveries),
        frame_before=before,
        frame_after=after,
        wall_ms=record.timing.wall_ms,
        device_ms=record.timing.device_ms,
        waited_ms=record.timing.waited_ms,
        started_at=record.started_at,
        ended_at=record.started_at + timedelta(milliseconds=record.timing.wall_ms),
    )
    shown_of = [frame for each in body.recoveries for frame in (each.frame_before, each.frame_after)]
    return Told(body, tuple(dict.fromkeys(each for each in (before, after, *shown_of) if each is not None)))


_STATUS: Final[Mapping[Status, Literal["completed", "failed", "skipped"]]] = {
    Status.COMPLETED: "completed",
    Status.FAILED: "failed",
    Status.SKIPPED: "skipped",
}


def _digest(sight: Sight | None) -> str | None:
    return sight.frame.digest if sight is not None and sight.frame is not None else None


def _parameters(record: TaskRecord) -> dict[str, str]:
    """Return the parameters, each cut to its share where there are many or long ones."""
    others = {key: value for key, value in record.parameters.items() if key != "text"}
    share = _SHARE // max(1, min(len(others), _MOST_PARAMETERS))
    kept = list(others.items())[:_MOST_PARAMETERS]
    return {line(key, _SHORTEST): _cut(value, share) for key, value in kept}


def _recoveries(made: Sequence[Made]) -> tuple[Recovery, ...]:
    """Return the last of them, each cut to its share."""
    return tuple(
        Recovery(
            strategy=each.strategy.value,
            why=_fitting(each.why, _SHARE // _MOST_RECOVERIES // 2),
            act=_fitting(name(each.act), _SHARE // _MOST_RECOVERIES // 4),
            recovered=each.recovered,
            frame_before=each.before.digest if each.before is not None else None,
            frame_after=each.after.digest if each.after is not None else None,
            started_at=each.began_at,
            ended_at=each.began_at + timedelta(seconds=each.seconds),
        )
        for each in made[-_MOST_RECOVERIES:]
    )


def _variables(record: PhoneRecord) -> dict[str, str]:
    """Return the variables, whole where they fit: what is read from a screen does, what a helper returns may not."""
    share = 2 * _SHARE // max(1, len(record.variables))
    return {name(key): _fitting(value, share) for key, value in record.variables.items()}


def _fitting(text: str, most_bytes: int) -> str:
    whole = line(text)
    return whole if len(pydantic_core.to_json(whole)) <= most_bytes else _cut(whole, most_bytes)


def _cut(text: str, most_bytes: int) -> str:
    """Return text whose JSON takes at most about so many bytes; a character may take six of them."""
    short = line(text)
    return short if len(short) * 6 <= most_bytes else line(short, min(MOST_LINE, max(_SHORTEST, most_bytes // 6)))
