"""Workflows as values: ordered steps, each a sequence or a helper, with condition and retry policy. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from drover.language.text import Text
from drover.sequences.domain import Param
from drover.workflows.domain.conditions import Condition


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a step is played at most, 1 being no retry, and how long after a failed try the next one begins."""

    tries: int = 1
    pause_s: float = 0.0

    def pause_after(self, played: int) -> float | None:
        """Return the seconds until the next try after `played` tries; None where that was the last."""
        return self.pause_s if played < self.tries else None


@dataclass(frozen=True, slots=True)
class PlaySequence:
    """Play a sequence by its definition's name: the version in use at the run's start, or a given one."""

    sequence: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class CallHelper:
    """Call a registered function, and keep what it returns in variable `into`, if one is named."""

    helper: str
    into: str
    timeout_s: float


Work = PlaySequence | CallHelper


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `id` names it in conditions; `app` is the app that must be in front, which is the workflow's else.

    `parameters` are texts for the sequence's inputs or the helper's arguments. Where the step fails, the run ends, or
    goes on with the next step where `goes_on`. `where` is its place in the document.
    """

    id: str
    work: Work
    app: str
    parameters: Mapping[str, Text]
    when: Condition | None = None
    retry: RetryPolicy = RetryPolicy()
    goes_on: bool = False
    where: str = ""


@dataclass(frozen=True, slots=True)
class Workflow:
    """Ordered steps with one purpose ("daily post").

    `account` is a name, or a pattern of names, of the account of `app` that must be active; empty where any will do. A
    template is there to be copied, and is not run itself. `digest` is of the document's canonical form.
    """

    name: str
    description: str
    app: str
    account: str
    priority: int
    template: bool
    steps: tuple[Step, ...]
    digest: str
    params: Mapping[str, Param] = field(default_factory=dict[str, Param])
