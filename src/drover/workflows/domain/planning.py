"""A run as it is planned, before there is one: what an occurrence of a schedule, or somebody's wish, becomes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step of a run: its id in the workflow, and the definition of its sequence, pinned; None for a helper."""

    id: str
    sequence: str
    sequence_id: str | None
    sequence_version: int | None


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to be. `versions` are those of all definitions it names, by name.

    A schedule's occurrence makes one run for each phone, however often it is planned. `after` are ids of runs that must
    have completed before this one starts.
    """

    workflow_id: str
    workflow_version: int
    phone_id: str
    due_at: datetime
    steps: tuple[NewStep, ...]
    versions: Mapping[str, int] = field(default_factory=dict[str, int])
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    account_id: str | None = None
    priority: int = 0
    seed: int = 0
    schedule_id: str | None = None
    occurrence: str | None = None
    after: tuple[str, ...] = ()
