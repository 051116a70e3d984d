"""Schedules as documents: JSON, with a published schema; refused with every fault, its place and a hint."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from drover.kernel.errors import InvalidInput
from drover.language.errors import LanguageError
from drover.language.parsing import parse_selector
from drover.language.text import Reference
from drover.platform.documents import BadDocument, Fault, parse
from drover.sequences.condition_files import Name, Strict, TextSource
from drover.sequences.domain import Param
from drover.sequences.inputs import input_text
from drover.sequences.names import unknown
from drover.workflows.domain.choosing import All, Choosing, Rotation, Turn
from drover.workflows.domain.schedule import Plan
from drover.workflows.domain.workflow import Workflow
from drover.workflows.files import DefinitionName
from drover.workflows.timing_files import TimingFile, document_of, timing_of


class AllFile(Strict):
    """Every target, each time."""

    kind: Literal["all"]

    def choosing(self) -> Choosing:
        """Return the choice."""
        return All()


class RotationFile(Strict):
    """The next targets of a rotation, which goes on from occurrence to occurrence."""

    kind: Literal["rotation"]
    take: int = Field(default=1, ge=1, le=10_000, description="How many at a time.")
    order: Literal["in_order", "seeded"] = "in_order"

    def choosing(self) -> Choosing:
        """Return the choice."""
        return Rotation(self.take, Turn(self.order))


class PlanFile(Strict):
    """When and where a workflow is run."""

    name: DefinitionName
    workflow: DefinitionName
    version: int | None = Field(default=None, ge=1, description="Without it the one in use when a run begins.")
    timing: TimingFile
    target: str = Field(
        min_length=1, max_length=2000, description="A scope selector, such as account:plaza.all@phone:all."
    )
    choosing: Annotated[AllFile | RotationFile, Field(discriminator="kind")] = AllFile(kind="all")
    parameters: dict[Name, TextSource] = Field(default_factory=dict[str, str], max_length=100)
    priority: int | None = Field(default=None, ge=-100, le=100, description="Without it the workflow's.")
    stagger_s: int = Field(default=0, ge=0, le=86_400, description="How long after one phone the next one starts.")
    late_s: int | None = Field(
        default=None, ge=60, le=31_536_000, description="What comes due later than this is left out; null: nothing is."
    )
    waits_for: list[DefinitionName] = Field(
        default_factory=list[str], max_length=20, description="Schedules whose runs must have completed."
    )


@dataclass(frozen=True, slots=True)
class Named:
    """A plan that was read; what it names is still to be found: its workflow, and the schedules that it waits for."""

    plan: Plan
    workflow: str
    waits_for: tuple[str, ...]


def schema() -> dict[str, object]:
    """Return the JSON Schema of a schedule's document."""
    return PlanFile.model_json_schema(by_alias=True)


def read_plan(body: Mapping[str, object], now: datetime) -> Named:
    """Return the plan that a document is; what its timing leaves out is filled in from `now`. Raises BadDocument."""
    name = f"schedule {body.get('name', '')}"
    file = parse(PlanFile, json.dumps(body), name)
    faults: list[Fault] = []
    try:
        parse_selector(file.target)
    except LanguageError as error:
        faults.append(Fault("target", error.message, error.hint))
    try:
        timing = timing_of(file.timing, now)
    except InvalidInput as error:
        raise BadDocument(name, [*faults, Fault("timing", error.message, error.hint)]) from error
    if faults:
        raise BadDocument(name, faults)
    plan = Plan(
        name=file.name,
        workflow_id="",
        timing=timing,
        target=file.target,
        workflow_version=file.version,
        choosing=file.choosing.choosing(),
        parameters=file.parameters,
        priority=file.priority,
        stagger=timedelta(seconds=file.stagger_s),
        late=timedelta(seconds=file.late_s) if file.late_s is not None else None,
    )
    return Named(plan, file.workflow, tuple(dict.fromkeys(file.waits_for)))


def choosing_document(choosing: Choosing) -> dict[str, object]:
    """Return the document of a choice."""
    match choosing:
        case All():
            return {"kind": "all"}
        case Rotation():
            return {"kind": "rotation", "take": choosing.take, "order": choosing.order.value}


def plan_document(plan: Plan, workflow: str, waits_for: tuple[str, ...]) -> dict[str, object]:
    """Return the document of a plan, complete: read again at any time, it means the same."""
    return {
        "name": plan.name,
        "workflow": workflow,
        "version": plan.workflow_version,
        "timing": document_of(plan.timing),
        "target": plan.target,
        "choosing": choosing_document(plan.choosing),
        "parameters": dict(plan.parameters),
        "priority": plan.priority,
        "stagger_s": plan.stagger // timedelta(seconds=1),
        "late_s": plan.late // timedelta(seconds=1) if plan.late is not None else None,
        "waits_for": list(waits_for),
    }


def stored_choosing(document: Mapping[str, object]) -> Choosing:
    """Return the choice that was kept."""
    return _Stored.model_validate({"choosing": document}).choosing.choosing()


class _Stored(Strict):
    choosing: Annotated[AllFile | RotationFile, Field(discriminator="kind")]


def parameter_faults(workflow: Workflow, given: Mapping[str, str]) -> list[Fault]:
    """Return what is wrong with the parameters that a schedule gives to its workflow."""
    strange = [name for name in given if name not in workflow.params]
    faults = [unknown(f"parameters.{name}", "parameter", name, workflow.params) for name in strange]
    for name, param in workflow.params.items():
        where = f"parameters.{name}"
        if name not in given:
            if param.default is None:
                faults.append(Fault(where, f"{workflow.name} needs {name}", "give it a value"))
            continue
        faults += _value_faults(where, param, given[name])
    return faults


def _value_faults(where: str, param: Param, source: str) -> list[Fault]:
    try:
        text = input_text(param, source)
    except LanguageError as error:
        return [Fault(where, error.message, error.hint)]
    plain = param.secret and not any(isinstance(part, Reference) and part.secret for part in text.parts)
    hint = "give a reference, such as ${account.password}"
    return [Fault(where, "is a secret, and a schedule keeps none", hint)] if plain else []
