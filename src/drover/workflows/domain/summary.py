"""The report of a run: what it did, how long it took, and where it failed. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from drover.workflows.domain.runs import PartStatus, ResultClass, RunStatus


@dataclass(frozen=True, slots=True)
class Part:
    """A sequence run or a task run, as the report needs it."""

    name: str
    status: PartStatus
    error: str = ""
    hint: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """A workflow run, as the report needs it."""

    status: RunStatus
    result: ResultClass | None
    reason: str
    attempt: int
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    """A run in figures. Counts are by status word; `seconds` is None before the run has ended."""

    status: RunStatus
    result: ResultClass | None
    sequences: dict[str, int]
    tasks: dict[str, int]
    recoveries: int
    strategies: dict[str, int]
    attempts: int
    seconds: float | None
    failed_at: str
    error: str
    hint: str

    @property
    def line(self) -> str:
        """Return it in a line, for people."""
        done = f"{self.sequences.get('completed', 0)} of {sum(self.sequences.values())} sequences"
        took = "" if self.seconds is None else f" in {self.seconds:.1f} s"
        again = "" if self.attempts <= 1 else f", {self.attempts} attempts"
        wrong = f": {self.failed_at}: {self.error}" if self.failed_at else (f": {self.error}" if self.error else "")
        return f"{self.status.value}{took}, {done}, {sum(self.tasks.values())} tasks{again}{wrong}"


def report(whole: Whole, sequences: Sequence[Part], tasks: Sequence[Part], strategies: dict[str, int]) -> Report:
    """Return the report of a run; `strategies` counts its recoveries by their strategy.

    What failed is the first task that did, else the first sequence.
    """
    failed = next((part for part in (*tasks, *sequences) if part.status is PartStatus.FAILED), None)
    over = failed if whole.status is RunStatus.FAILED else None
    return Report(
        status=whole.status,
        result=whole.result,
        sequences=_counts(sequences),
        tasks=_counts(tasks),
        recoveries=sum(strategies.values()),
        strategies=strategies,
        attempts=whole.attempt,
        seconds=_seconds(whole),
        failed_at=over.name if over else "",
        error=(over.error if over else "") or whole.reason,
        hint=over.hint if over else "",
    )


def _counts(parts: Sequence[Part]) -> dict[str, int]:
    return dict(Counter(part.status.value for part in parts))


def _seconds(whole: Whole) -> float | None:
    if whole.started_at is None or whole.ended_at is None:
        return None
    return max(0.0, (whole.ended_at - whole.started_at).total_seconds())
