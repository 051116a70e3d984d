"""One task while it runs, and what is kept of it afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drover.kernel.errors import DroverError
from drover.sequences.domain import Effect
from drover.sequences.plan import Step
from drover.sequences.player.errors import OnceInDoubt, PhoneStaysAway, StepFailed
from drover.sequences.player.eyes import Eyes, Look
from drover.sequences.player.recovering import Recoveries
from drover.sequences.player.retries import Spent
from drover.sequences.player.stopwatch import Stopwatch
from drover.sequences.player.witness import Witness
from drover.sequences.record import Sight, Status, Strategy, TaskRecord, Timing


@dataclass(frozen=True, slots=True)
class Failure:
    """What a try failed with, the look it began with, and what the phone showed when it failed."""

    error: DroverError
    before: Look | None
    look: Look | None


@dataclass
class TaskRun:
    """One task while it runs.

    `act` is the journal's number of an act that was begun, and is neither seen to have happened nor seen not to have;
    `answering_since_s` is when the phone last began to answer since. `astray`: nobody knows what the phone shows.
    `back_to`, once set, is the place of an earlier step with which the play goes on instead of this one. `passed_over`:
    its condition did not hold; `forgiven`: it failed, and was optional. `told` is what its record says beside the
    step's own parameters. `swallowed`: an interrupt came before the act did, which left the phone where it was.
    `rounds` are those of the repeats that it lies in, the outer one first.
    """

    step: Step
    watch: Stopwatch
    started_at: datetime
    astray: bool = False
    act: int | None = None
    answering_since_s: float = 0.0
    attempts: int = 0
    spent: Spent = field(default_factory=Spent)
    dismissed: list[str] = field(default_factory=list[str])
    before: Look | None = None
    after: Look | None = None
    failure: Failure | None = None
    back_to: str | None = None
    passed_over: bool = False
    forgiven: bool = False
    told: Mapping[str, str] = field(default_factory=dict[str, str])
    swallowed: bool = False
    rounds: tuple[int, ...] = ()
    recoveries: Recoveries = field(init=False)

    def __post_init__(self) -> None:
        """Begin without any recoveries."""
        self.recoveries = Recoveries(self.watch.clock)

    @property
    def doubtful(self) -> bool:
        """Whether its act must not be repeated before it is known not to have happened."""
        return self.act is not None and self.step.task.effect is Effect.ONCE

    def note(self, error: DroverError, seen: Look | None) -> None:
        """Keep what tells most: a later try that did not get to its act does not hide an earlier one's failure.

        Only what ends the task, whatever was tried, takes the place of that.
        """
        earlier = self.failure
        if earlier is None or self.before is not None or self.step.before is None:
            self.failure = Failure(error, self.before, seen)
        elif isinstance(error, OnceInDoubt | PhoneStaysAway):
            self.failure = Failure(error, earlier.before, seen)


def recover(task: TaskRun, eyes: Eyes, strategy: Strategy, why: str, act: str) -> None:
    """Note that something is done to bring the task back on its way."""
    look = task.failure.look if task.failure is not None else None
    task.recoveries.begin(strategy, why, act, eyes.keep(look))


def settle(task: TaskRun, eyes: Eyes, *, recovered: bool) -> None:
    """Note what came of all that was done, interrupts that were dismissed on the way among it."""
    for dismissal in eyes.dismissals():
        task.recoveries.begin(Strategy.DISMISS, f"{dismissal.key} covers the screen", dismissal.act, dismissal.look)
    if task.recoveries.are_open:
        task.recoveries.settle(recovered=recovered, after=eyes.keep(eyes.seen))


async def task_record(task: TaskRun, timing: Timing, witness: Witness) -> TaskRecord:
    """Return what is kept of a task that has ended, with its pictures."""
    step, failure = task.step, task.failure
    error = failure.error if failure is not None else None
    before, after = await (_sights(task, witness) if failure is None else _failed_sights(step, failure, witness))
    return TaskRecord(
        index=step.number,
        name=step.task.name,
        kind=step.task.kind,
        effect=step.task.effect.value,
        status=_status(task),
        parameters={**step.shown, **task.told},
        started_at=task.started_at,
        timing=timing,
        captures=len(task.watch.captures),
        attempts=task.attempts,
        before=before,
        after=after,
        dismissed=tuple(task.dismissed),
        error=error.message if error is not None else "",
        hint=error.hint if error is not None else "",
        region=error.region if isinstance(error, StepFailed) else "",
        rounds=task.rounds,
        recoveries=await task.recoveries.told(),
    )


def _status(task: TaskRun) -> Status:
    if task.passed_over or task.forgiven or (task.failure is None and task.back_to is not None):
        return Status.SKIPPED
    return Status.COMPLETED if task.failure is None else Status.FAILED


async def _sights(task: TaskRun, witness: Witness) -> tuple[Sight | None, Sight | None]:
    step = task.step
    return await _sight(task.before, step.before, witness), await _sight(task.after, step.after, witness)


async def _failed_sights(step: Step, failure: Failure, witness: Witness) -> tuple[Sight | None, Sight | None]:
    began = failure.before is not None or step.before is None
    expected = (step.after or step.before) if began else step.before
    sight = await witness.failure(failure.look, expected, failure.error, step) if failure.look is not None else None
    return (await _sight(failure.before, step.before, witness), sight) if began else (sight, None)


async def _sight(look: Look | None, expected: str | None, witness: Witness) -> Sight | None:
    return await witness.success(look, expected) if look is not None else None
