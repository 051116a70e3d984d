"""Tells what happens in runs as the player tells of a play, so that both are shown and reported alike."""

from collections.abc import Mapping

from drover.platform.content import Content
from drover.sequences.plan import Plan
from drover.sequences.player.events import PhoneEnded, PhonePaused, PhoneResumed, Progress, StepBegan, StepEnded
from drover.sequences.record import PhoneRecord, Status, TaskRecord, Timing
from drover.sequences.record_files import read_record
from drover.workflows.domain.records import TaskRun
from drover.workflows.service.following import Happening, RunGoesOn, RunOver, RunPaused, TaskOver, TaskReached


class Teller:
    """Tells of runs that each play one sequence, of `plan`, on a phone; `phones` are names and serials by run."""

    def __init__(self, plan: Plan, phones: Mapping[str, tuple[str, str]], content: Content) -> None:
        self._plan = plan
        self._phones = phones
        self._content = content
        self._records: dict[str, PhoneRecord] = {}

    def records(self) -> tuple[PhoneRecord, ...]:
        """Return the records of the runs that are over, in the order of `phones`."""
        return tuple(self._records[run] for run in self._phones if run in self._records)

    async def tell(self, happening: Happening, progress: Progress) -> None:
        """Tell of what happened. Raises BlobMissing, ContentDamaged, RecordUnreadable."""
        match happening:
            case TaskReached(run, number):
                progress(StepBegan(self._phones[run][0], self._plan.steps[number - 1]))
            case TaskOver(run, task):
                progress(StepEnded(self._phones[run][0], _task(task)))
            case RunPaused(run, reason):
                progress(PhonePaused(self._phones[run][0], reason))
            case RunGoesOn(run):
                progress(PhoneResumed(self._phones[run][0]))
            case RunOver():
                record = await self._record(happening)
                self._records[happening.run.id] = record
                progress(PhoneEnded(record.name, record))

    async def _record(self, over: RunOver) -> PhoneRecord:
        """Return the record that the agent kept; where it kept none, what the database knows of the run."""
        run, step = over.run, over.steps[-1]
        if step.record is not None:
            return read_record(await self._content.get(step.record))
        name, serial = self._phones[run.id]
        began = run.started_at or run.created_at
        ended = run.ended_at or began
        return PhoneRecord(
            name=name,
            serial=serial,
            model="",
            size=None,
            status=Status.FAILED,
            started_at=began,
            wall_s=(ended - began).total_seconds(),
            tasks=(),
            error=step.reason or run.reason or run.status.value,
            hint=step.hint,
            run=run.id,
            attempt=max(1, run.attempt),
            failure=step.code,
        )


def _task(task: TaskRun) -> TaskRecord:
    """Return what the database has of a task: all but what was looked at."""
    timing = Timing(**{name: task.timing.get(name, 0.0) for name in ("wall_ms", "device_ms", "waited_ms")})
    return TaskRecord(
        index=task.step,
        name=task.name,
        kind=task.kind,
        effect=task.effect,
        status=Status(task.status.value),
        parameters={"text": task.text} if task.text else {},
        started_at=task.started_at,
        timing=timing,
        captures=0,
        attempts=task.attempts,
        before=None,
        after=None,
        error=task.error,
        hint=task.hint,
        rounds=task.rounds,
    )
