"""How a run goes through the steps of its workflow. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from drover.workflows.domain.conditions import Facts, decide, worded
from drover.workflows.domain.workflow import Step, Workflow

FAILED: Final = frozenset({"failed", "handed_over"})
"""The outcomes of a step that end a run, unless the step goes on."""


@dataclass(frozen=True, slots=True)
class Play:
    """The step is played."""


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """The step is skipped; `why` says because of what."""

    why: str


def decide_step(workflow: Workflow, step: Step, facts: Facts) -> Play | LeaveOut:
    """Return what is done about a step once all before it have ended; `facts` are complete."""
    stopper = _stopper(workflow, step, facts.outcomes)
    if stopper is not None:
        return LeaveOut(f"step {stopper.id} {facts.outcomes[stopper.id].replace('_', ' ')}")
    if step.when is None or decide(step.when, facts):
        return Play()
    return LeaveOut(f"its condition does not hold: {worded(step.when)}")


def ended(workflow: Workflow, outcomes: Mapping[str, str]) -> str:
    """Return the result of a run whose steps ended so: the worst of what was not allowed to fail."""
    stopper = next((step for step in workflow.steps if _stops(step, outcomes)), None)
    if stopper is not None:
        return outcomes[stopper.id]
    unclean = FAILED | {"completed_with_recovery"}
    return "completed_with_recovery" if any(each in unclean for each in outcomes.values()) else "completed"


def _stopper(workflow: Workflow, step: Step, outcomes: Mapping[str, str]) -> Step | None:
    before = workflow.steps[: workflow.steps.index(step)]
    return next((each for each in before if _stops(each, outcomes)), None)


def _stops(step: Step, outcomes: Mapping[str, str]) -> bool:
    return outcomes.get(step.id) in FAILED and not step.goes_on
