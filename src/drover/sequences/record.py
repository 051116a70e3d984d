"""What is kept of a play: one record per task, per phone, and of the whole; what reports are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from drover.devices.geometry import Rect, Size
from drover.screens.domain import RegionCheck


class Status(Enum):
    """How a task run, or a phone's sequence run, stands."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A frame kept as a JPEG in the blobs under `digest`. `frame_size` is that of the whole frame."""

    digest: str
    frame_size: Size


@dataclass(frozen=True, slots=True)
class Difference:
    """A failed region: expected and seen, as PNG blobs at full size; `where` is in frame pixels."""

    check: RegionCheck
    where: Rect
    expected_digest: str
    actual_digest: str


@dataclass(frozen=True, slots=True)
class Sight:
    """One look at the phone: which screen was expected, which was seen, and the evidence.

    `checks` are the regions looked at; `actual` is None for an unknown screen; `reason` says why in one sentence.
    """

    expected: str | None
    expected_variant: str | None
    actual: str | None
    passed: bool
    reason: str
    checks: tuple[RegionCheck, ...]
    frame: Evidence | None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """Where a task's time went, in milliseconds: the phone's calls, deliberate waits, and overhead."""

    wall_ms: float
    device_ms: float
    waited_ms: float

    @property
    def overhead_ms(self) -> float:
        """Everything but device time and deliberate waits; never below 0."""
        return max(0.0, self.wall_ms - self.device_ms - self.waited_ms)


class Strategy(Enum):
    """How a play is brought back on its way."""

    RETRY = "retry"
    """The task is done once more."""
    DISMISS = "dismiss_interrupt"
    """What covers the screen is dismissed by its own action."""
    RECONNECT = "reconnect"
    """The driver of a phone that did not answer is attached anew."""
    WAIT = "wait_for_phone"
    """A phone that is gone is waited for."""
    BACK = "go_back"
    """An earlier task is played again, as the phone shows the screen that it begins on."""
    GO_ON = "go_on"
    """A run whose play was cut off is gone on with, after the last task done."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """One attempt to bring a play back on its way: why it was made, what was done, whether the task then went on."""

    strategy: Strategy
    why: str
    act: str
    recovered: bool
    began_at: datetime
    seconds: float
    before: Evidence | None = None
    after: Evidence | None = None


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """One task run. `parameters` are the resolved ones, secrets masked. `region` names what failed, where one did.

    `rounds` tells in which round of each repeat that it lies in it was played, from 1, the outer repeat first.
    """

    index: int
    name: str
    kind: str
    effect: str
    status: Status
    parameters: Mapping[str, str]
    started_at: datetime
    timing: Timing
    captures: int
    attempts: int
    before: Sight | None
    after: Sight | None
    dismissed: tuple[str, ...] = ()
    error: str = ""
    hint: str = ""
    region: str = ""
    rounds: tuple[int, ...] = ()
    recoveries: tuple[Recovery, ...] = ()


@dataclass(frozen=True, slots=True)
class Pause:
    """The phone was gone during a step, and its play waited for it; `back` says whether it came back in time."""

    began_at: datetime
    seconds: float
    step: int
    reason: str
    back: bool


@dataclass(frozen=True, slots=True)
class PhoneRecord:
    """One phone's play of the sequence. `error` is empty unless it failed.

    `attempt` counts how often the run was begun or gone on with; `note` says what else there is to say; `failure` is
    the class of its error; `variables` are what its tasks read, but for what comes of secrets; `recoveries` are those
    before the first task.
    """

    name: str
    serial: str
    model: str
    size: Size | None
    status: Status
    started_at: datetime
    wall_s: float
    tasks: tuple[TaskRecord, ...]
    error: str = ""
    hint: str = ""
    run: str = ""
    attempt: int = 1
    pauses: tuple[Pause, ...] = ()
    note: str = ""
    failure: str = ""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    recoveries: tuple[Recovery, ...] = ()


@dataclass(frozen=True, slots=True)
class PlayRecord:
    """One play of one sequence on some phones."""

    sequence: str
    description: str
    app: str
    file: str
    parameters: Mapping[str, str]
    started_at: datetime
    wall_s: float
    phones: tuple[PhoneRecord, ...]
    drover_version: str
