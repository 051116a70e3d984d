"""What the template shows, as values: everything is decided before it is drawn."""

from dataclasses import dataclass
from datetime import datetime

from drover.screens.report.figures import CheckRow, CropPair, Figure
from drover.sequences.record import PhoneRecord, PlayRecord, Status, TaskRecord
from drover.sequences.summary import Summary


@dataclass(frozen=True, slots=True)
class SightView:
    """One look at the phone. `expected` and `actual` are screens' keys; None is no expectation, or an unknown one."""

    moment: str
    passed: bool
    expected: str | None
    actual: str | None
    reason: str
    figures: tuple[Figure, ...]
    comparable: bool
    checks: tuple[CheckRow, ...]
    crops: tuple[CropPair, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a task's time bar: what it is, its milliseconds, and where it begins and how long it is in percent."""

    kind: str
    name: str
    ms: float
    start: float
    share: float


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task of one phone."""

    anchor: str
    record: TaskRecord
    sights: tuple[SightView, ...]
    segments: tuple[Segment, ...]

    @property
    def crops(self) -> tuple[CropPair, ...]:
        """The failed regions of all its sights."""
        return tuple(crop for sight in self.sights for crop in sight.crops)


@dataclass(frozen=True, slots=True)
class PhoneView:
    """One phone with its tasks. `steps` is how many tasks the sequence has, as far as any phone got."""

    anchor: str
    record: PhoneRecord
    tasks: tuple[TaskView, ...]
    completed: int
    steps: int

    @property
    def failed(self) -> TaskView | None:
        """The task that stopped the phone, or None."""
        return next((task for task in self.tasks if task.record.status is Status.FAILED), None)


@dataclass(frozen=True, slots=True)
class Failure:
    """What stopped one or more phones alike; `task` is the first one's, None where it failed before any."""

    phones: tuple[PhoneView, ...]
    task: TaskView | None
    error: str
    hint: str


@dataclass(frozen=True, slots=True)
class Column:
    """A task's column in the overview."""

    index: int
    name: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """The whole page. `phones` begins with the failed ones; `rows` has, per phone, one cell per column."""

    record: PlayRecord
    summary: Summary
    failures: tuple[Failure, ...]
    phones: tuple[PhoneView, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[PhoneView, tuple[TaskView | None, ...]], ...]
    ended_at: datetime
