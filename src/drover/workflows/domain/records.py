"""Runs, their steps and tasks as they are kept, and what an event of a play changes about them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from drover.workflows.domain.failures import Ending, Outcome
from drover.workflows.domain.runs import Cause, PartStatus, ResultClass, RunEvent, RunStatus, next_status

STEP: Final = "step"
SWITCH: Final = "switch"
"""What a sequence run is for: a step of the workflow, or the switch sequence that prepares the phone for one."""


@dataclass(frozen=True, slots=True)
class Run:
    """A workflow run. `lease_token` is set while its phone is its own; `asked` is what somebody wants of it."""

    id: str
    organization_id: str
    client_id: str
    schedule_id: str | None
    occurrence: str | None
    workflow_id: str
    workflow_version: int
    versions: Mapping[str, int]
    phone_id: str
    account_id: str | None
    priority: int
    parameters: Mapping[str, Any]
    seed: int
    due_at: datetime
    created_at: datetime
    moved_at: datetime
    status: RunStatus = RunStatus.PENDING
    result: ResultClass | None = None
    cause: Cause | None = None
    asked: Cause | None = None
    reason: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempt: int = 0
    executor_id: str | None = None
    lease_token: int | None = None

    @property
    def engine_id(self) -> str:
        """The engine's id of its present attempt."""
        return engine_id(self.id, self.attempt)

    def started(self, executor: str, token: int, now: datetime) -> "Run":
        """Return it begun, or gone on with, under its next attempt. Raises IllegalTransition."""
        return replace(
            self,
            status=next_status(self.status, RunEvent.START),
            attempt=self.attempt + 1,
            executor_id=executor,
            lease_token=token,
            started_at=self.started_at or now,
            moved_at=now,
            cause=None,
            asked=None,
            reason="",
        )

    def paused(self, cause: Cause, reason: str, now: datetime, *, keeps_phone: bool = False) -> "Run":
        """Return it paused; it lets go of its phone unless its play waits there. Raises IllegalTransition."""
        status = next_status(self.status, RunEvent.PAUSE)
        token = self.lease_token if keeps_phone else None
        asked = self.asked if keeps_phone else None
        return replace(self, status=status, cause=cause, reason=reason, lease_token=token, asked=asked, moved_at=now)

    def returned(self, now: datetime) -> "Run":
        """Return it running again, where it had kept its phone. Raises IllegalTransition."""
        return replace(self, status=next_status(self.status, RunEvent.RETURN), cause=None, reason="", moved_at=now)

    def queued(self, event: RunEvent, now: datetime, *, not_before: datetime) -> "Run":
        """Return it in its phone's queue again, for its next attempt. Raises IllegalTransition."""
        return replace(
            self,
            status=next_status(self.status, event),
            due_at=max(self.due_at, not_before),
            result=None,
            cause=None,
            asked=None,
            reason="",
            ended_at=None,
            lease_token=None,
            moved_at=now,
        )

    def ended(self, event: RunEvent, result: ResultClass | None, reason: str, now: datetime) -> "Run":
        """Return it over. Raises IllegalTransition."""
        return replace(
            self,
            status=next_status(self.status, event),
            result=result,
            cause=None,
            asked=None,
            reason=reason,
            ended_at=now,
            moved_at=now,
            lease_token=None,
        )


def engine_id(run_id: str, attempt: int) -> str:
    """Return the engine's id of an attempt of a run."""
    return f"{run_id}.{attempt}"


@dataclass(frozen=True, slots=True)
class StepRun:
    """A step of a run, played as a sequence, or called as a helper where `sequence_id` is None.

    `attempt` counts how often it was ordered from an agent, last from `agent` in the run's attempt `run_attempt`;
    `tries` how often it failed and was played again. `from_step` is the task to begin with where a person said so.
    `variables` are what its tasks read, in all attempts; `materials` the content that its last order names.
    """

    id: str
    run_id: str
    position: int
    name: str
    sequence: str
    sequence_id: str | None
    sequence_version: int | None
    purpose: str = STEP
    status: PartStatus = PartStatus.PENDING
    result: ResultClass | None = None
    code: str = ""
    reason: str = ""
    hint: str = ""
    step: int = 0
    attempt: int = 0
    run_attempt: int = 0
    agent: str = ""
    tries: int = 0
    from_step: int | None = None
    ended_attempt: int = 0
    record: str | None = None
    taken: int = 0
    taken_attempt: int = 0
    taken_before: int = 0
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    materials: tuple[str, ...] = ()
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def ending(self) -> Ending | None:
        """How the present attempt ended; None while it is going on, or was not begun."""
        if self.attempt == 0 or self.ended_attempt < self.attempt:
            return None
        outcome = {PartStatus.COMPLETED: Outcome.COMPLETED, PartStatus.FAILED: Outcome.FAILED}
        return Ending(
            outcome.get(self.status, Outcome.INTERRUPTED),
            self.result or ResultClass.FAILED,
            self.code,
            self.reason,
            self.hint,
            self.step,
        )

    def under_way(self, run_attempt: int) -> bool:
        """Whether its present attempt was ordered in that attempt of the run, and has not ended."""
        return self.run_attempt == run_attempt and self.ended_attempt < self.attempt

    def ordered(self, run_attempt: int, agent: str, now: datetime) -> "StepRun":
        """Return it as it is once its next attempt is ordered from an agent."""
        return replace(
            self,
            status=PartStatus.RUNNING,
            attempt=self.attempt + 1,
            run_attempt=run_attempt,
            agent=agent,
            result=None,
            code="",
            reason="",
            hint="",
            started_at=self.started_at or now,
            ended_at=None,
        )

    def from_beginning(self) -> "StepRun":
        """Return it to be played from its beginning: no attempt of it was ever begun."""
        return replace(self, status=PartStatus.PENDING, attempt=self.attempt, from_step=1, ended_attempt=self.attempt)

    def anew(self, from_step: int | None) -> "StepRun":
        """Return it to be played once more, from a task of it; None: from its first."""
        return replace(
            self,
            status=PartStatus.PENDING,
            result=None,
            code="",
            reason="",
            hint="",
            tries=0,
            from_step=from_step or 1,
            ended_attempt=self.attempt,
            variables={} if (from_step or 1) == 1 else self.variables,
            ended_at=None,
        )

    def unprepared(self, ending: Ending, now: datetime) -> "StepRun":
        """Return it failed, as the phone could not be prepared for it."""
        return replace(
            self,
            status=PartStatus.FAILED,
            result=ending.result,
            code=ending.code,
            reason=f"the phone could not be prepared: {ending.error}",
            hint=ending.hint,
            ended_at=now,
        )

    def to_go_on(self) -> "StepRun":
        """Return it not over: its attempt ended for want of its phone, and not by its own fault."""
        return replace(self, status=PartStatus.RUNNING, result=None, ended_at=None)

    def again(self) -> "StepRun":
        """Return it to be played once more after it failed."""
        return replace(self, status=PartStatus.PENDING, tries=self.tries + 1)

    def over(self, ending: Ending, attempt: int, now: datetime) -> "StepRun":
        """Return it after an attempt has ended; the end of an earlier attempt than the present one changes nothing."""
        if attempt != self.attempt or self.ended_attempt >= attempt:
            return self
        status = {Outcome.COMPLETED: PartStatus.COMPLETED, Outcome.FAILED: PartStatus.FAILED}
        interrupted = ending.outcome is Outcome.INTERRUPTED
        return replace(
            self,
            status=status.get(ending.outcome, PartStatus.RUNNING),
            result=None if interrupted else ending.result,
            code=ending.code,
            reason=ending.error,
            hint=ending.hint,
            step=ending.step,
            ended_attempt=attempt,
            from_step=None,
            variables={**self.variables, **ending.variables},
            ended_at=None if interrupted else now,
        )

    def skipped(self, reason: str, now: datetime) -> "StepRun":
        """Return it passed over."""
        return replace(self, status=PartStatus.SKIPPED, reason=reason, ended_at=now)

    def taking(self, attempt: int, number: int, *, alone: bool = False) -> "StepRun | None":
        """Return it with an event taken in; None where the event was taken before, or one before it is missing.

        Numbers go on across attempts. Where they begin anew with a later attempt, the agent's journal is a new one.
        With `alone`, nobody has those before it any more: it is taken in without them.
        """
        if number == 1 and attempt > self.taken_attempt and self.taken:
            fresh = replace(self, taken_before=self.taken_before + self.taken, taken=0)
            return fresh.taking(attempt, number)
        if number <= self.taken or (number > self.taken + 1 and not alone):
            return None
        return replace(self, taken=number, taken_attempt=max(attempt, self.taken_attempt))

    @property
    def number(self) -> int:
        """The number of the last event taken in, over all journals."""
        return self.taken_before + self.taken


@dataclass(frozen=True, slots=True)
class TaskRun:
    """A task of a step that has ended, with the parameters that it was played with. `timing` is in ms, by name."""

    id: str
    sequence_run_id: str
    number: int
    step: int
    rounds: tuple[int, ...]
    name: str
    kind: str
    effect: str
    status: PartStatus
    attempts: int
    started_at: datetime
    ended_at: datetime | None
    expected: str = ""
    actual: str = ""
    text: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    error: str = ""
    hint: str = ""
    frame_before: str | None = None
    frame_after: str | None = None
    timing: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class RecoveryAttempt:
    """What was done to bring a run back on its way, and what came of it; `step` is the task it was at, 0 for none."""

    id: str
    run_id: str
    sequence_run_id: str | None
    number: int
    strategy: str
    outcome: str
    started_at: datetime
    ended_at: datetime | None
    step: int = 0
    acts: tuple[Mapping[str, Any], ...] = ()
    events: tuple[Mapping[str, Any], ...] = ()
    frame_before: str | None = None
    frame_after: str | None = None
