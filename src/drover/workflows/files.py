"""Workflow documents: JSON, with a published schema; refused with every fault, its place and a hint."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from drover.devices.geometry import Size
from drover.language.source import source_of
from drover.language.text import Literal as Plain
from drover.language.text import Reference, Text
from drover.platform.documents import BadDocument, Fault, parse
from drover.sequences.condition_files import (
    MAX_TEXT,
    Name,
    ParameterIsFile,
    Reader,
    Seconds,
    Strict,
    TextSource,
    VariableIsFile,
)
from drover.sequences.domain import Comparison, Param, ValueIs
from drover.sequences.files import ParamFile
from drover.workflows.domain import conditions
from drover.workflows.domain.conditions import Condition, StepIs
from drover.workflows.domain.definitions import digest_of
from drover.workflows.domain.workflow import CallHelper, PlaySequence, RetryPolicy, Step, Workflow

_APP = r"^[a-z0-9_]+$"
_ACCOUNT = r"^[\w*][\w.*-]*$"
_DEFINITION = r"^[^\s/\\]([^/\\\x00-\x1f]*[^\s/\\])?$"

DefinitionName = Annotated[str, Field(pattern=_DEFINITION, max_length=200, description="The name of a definition.")]
Outcome = Literal["completed", "completed_with_recovery", "failed", "handed_over", "skipped"]


class StepIsFile(Strict):
    """A step before this one ended so; `completed` is also true of one that was completed with recovery."""

    step: Name
    outcome: Outcome = Field(alias="is")

    def condition(self, read: Reader) -> Condition:  # noqa: ARG002  others need it
        """Return the condition."""
        return StepIs(self.step, self.outcome)


class NotFile(Strict):
    """The condition does not hold."""

    negated: "ConditionFile" = Field(alias="not")

    def condition(self, read: Reader) -> Condition:
        """Return the condition."""
        return conditions.Not(_condition(self.negated, read))


class AllFile(Strict):
    """Every condition holds."""

    conditions: list["ConditionFile"] = Field(alias="all", min_length=1, max_length=20)

    def condition(self, read: Reader) -> Condition:
        """Return the condition."""
        return conditions.All(tuple(_condition(each, read) for each in self.conditions))


class AnyFile(Strict):
    """At least one condition holds."""

    conditions: list["ConditionFile"] = Field(alias="any", min_length=1, max_length=20)

    def condition(self, read: Reader) -> Condition:
        """Return the condition."""
        return conditions.Any(tuple(_condition(each, read) for each in self.conditions))


ConditionFile = ParameterIsFile | VariableIsFile | StepIsFile | NotFile | AllFile | AnyFile

NotFile.model_rebuild()
AllFile.model_rebuild()
AnyFile.model_rebuild()


class RetryFile(Strict):
    """How often a step is played at most, and how long after a failed try the next one begins."""

    tries: int = Field(default=1, ge=1, le=10)
    pause_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = 0.0


class _StepFile(Strict):
    id: Name = Field(description="Names the step in conditions; each step has its own.")
    app: str | None = Field(default=None, pattern=_APP, description="The app to be in front; else the workflow's.")
    when: ConditionFile | None = Field(default=None, description="Without it the step is always played.")
    retry: RetryFile = RetryFile()
    on_failure: Literal["stop", "continue"] = Field(default="stop", description="Whether the run goes on without it.")
    parameters: dict[Name, TextSource] = Field(default_factory=dict[str, str], max_length=100)


class SequenceStepFile(_StepFile):
    """Play a sequence."""

    sequence: DefinitionName
    version: int | None = Field(default=None, ge=1, description="Without it the one in use when the run begins.")

    def work(self) -> PlaySequence:
        """Return what the step does."""
        return PlaySequence(self.sequence, self.version)


class HelperStepFile(_StepFile):
    """Call a Python function that a package registers under the entry point group `drover.helpers`."""

    helper: Name
    into: Name | None = Field(default=None, description="The variable that keeps what it returns.")
    timeout_s: Seconds = 60.0

    def work(self) -> CallHelper:
        """Return what the step does."""
        return CallHelper(self.helper, self.into or "", self.timeout_s)


StepFile = SequenceStepFile | HelperStepFile


class WorkflowFile(Strict):
    """Sequences in order, with conditions and retry policy."""

    schema_version: Literal[1] = Field(alias="schema", description="The version of this format.")
    name: DefinitionName
    description: str = Field(default="", max_length=MAX_TEXT)
    app: str = Field(pattern=_APP, description="The app of the registry that steps and account are of.")
    account: str = Field(
        default="",
        pattern=rf"{_ACCOUNT}|^$",
        max_length=100,
        description="The account that must be active: a name, or a pattern such as *; without it any will do.",
    )
    priority: int = Field(default=0, ge=-100, le=100, description="Runs of a higher one go first on a phone.")
    template: bool = Field(default=False, description="Whether it is there to be copied, and not run itself.")
    params: dict[Name, ParamFile] = Field(default_factory=dict[str, ParamFile], max_length=100)
    steps: list[StepFile] = Field(min_length=1, max_length=100)


def schema() -> dict[str, object]:
    """Return the JSON Schema of a workflow document."""
    return WorkflowFile.model_json_schema(by_alias=True)


def workflow_of(body: Mapping[str, object], name: str) -> Workflow:
    """Return the workflow that a definition's body is; `name` stands for it in errors. Raises BadDocument."""
    return read_workflow(json.dumps(body), name)


def read_workflow(text: str, file: str) -> Workflow:
    """Return the workflow that `text` is; `file` names it in errors. Raises BadDocument."""
    document = parse(WorkflowFile, text, file)
    faults: list[Fault] = []
    steps = tuple(_step(document, step, f"steps[{index}]", faults) for index, step in enumerate(document.steps))
    if faults:
        raise BadDocument(file, faults)
    return Workflow(
        name=document.name,
        description=document.description,
        app=document.app,
        account=document.account,
        priority=document.priority,
        template=document.template,
        steps=steps,
        digest=digest_of(json.loads(text)),
        params={name: Param(p.description, p.default, p.secret) for name, p in document.params.items()},
    )


def _step(document: WorkflowFile, step: StepFile, where: str, faults: list[Fault]) -> Step:
    read = Reader(document.app, Size(1080, 2400), Path(), where, faults)
    conditional = Reader(document.app, read.reference, read.folder, f"{where}.when", faults)
    return Step(
        id=step.id,
        work=step.work(),
        app=step.app or document.app,
        parameters={name: read.text(source, f"parameters.{name}") for name, source in step.parameters.items()},
        when=_condition(step.when, conditional) if step.when is not None else None,
        retry=RetryPolicy(step.retry.tries, step.retry.pause_s),
        goes_on=step.on_failure == "continue",
        where=where,
    )


def _condition(file: ConditionFile, read: Reader) -> Condition:
    if not isinstance(file, ParameterIsFile | VariableIsFile):
        return file.condition(read)
    condition = file.condition(read)
    match condition:
        case ValueIs(comparison=Comparison.EQUALS):
            _note_drawn(condition.wanted, read)
            return condition
        case ValueIs():
            return condition
        case _:
            raise TypeError(type(condition).__name__)


def _note_drawn(wanted: Text, read: Reader) -> None:
    """Note what a condition compares with that is not known when it is decided."""
    for part in wanted.parts:
        if not isinstance(part, Plain) and not (isinstance(part, Reference) and part.category in {"param", "run"}):
            reason = f"column {part.column}: {source_of(Text((part,)))} is not known when the condition is decided"
            hint = "compare with plain text, ${param.<name>} or ${run.<name>}"
            read.faults.append(Fault(f"{read.where}.equals", reason, hint))
