"""What a play tells while it goes on."""

from collections.abc import Callable
from dataclasses import dataclass

from drover.sequences.plan import Step
from drover.sequences.record import PhoneRecord, TaskRecord


@dataclass(frozen=True, slots=True)
class StepBegan:
    """A phone begins a step; `rounds` are those of the repeats that it lies in, the outer one first."""

    phone: str
    step: Step
    rounds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A phone's step has ended."""

    phone: str
    record: TaskRecord


@dataclass(frozen=True, slots=True)
class PhonePaused:
    """A phone went away, and its play waits for it."""

    phone: str
    reason: str


@dataclass(frozen=True, slots=True)
class PhoneResumed:
    """A phone is back, and its play goes on."""

    phone: str


@dataclass(frozen=True, slots=True)
class PhoneEnded:
    """A phone's play has ended."""

    phone: str
    record: PhoneRecord


Event = StepBegan | StepEnded | PhonePaused | PhoneResumed | PhoneEnded
Progress = Callable[[Event], None]
