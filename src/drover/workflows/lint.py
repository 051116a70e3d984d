"""What keeps a workflow from being run, found before it is. Pure, over what its surroundings define."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from drover.language.text import Reference, Text, references
from drover.platform.documents import Fault
from drover.sequences.domain import ValueIs
from drover.sequences.names import unknown
from drover.sequences.variables import Scope, default_faults, text_faults
from drover.workflows.domain.conditions import StepIs, named_in, parts_of
from drover.workflows.domain.workflow import CallHelper, PlaySequence, Step, Workflow


@dataclass(frozen=True, slots=True)
class KnownSequence:
    """What a workflow needs to know of a sequence: its app, inputs (True: a value must be given), what it reads."""

    app: str
    inputs: Mapping[str, bool]
    sets: frozenset[str] = frozenset()
    versions: frozenset[int] = frozenset({1})


@dataclass(frozen=True, slots=True)
class Known:
    """The sequences by name, the helpers, and the categories of variables that something provides values of."""

    sequences: Mapping[str, KnownSequence]
    helpers: Collection[str] = ()
    categories: Collection[str] = field(default_factory=frozenset[str])


def lint(workflow: Workflow, known: Known) -> tuple[Fault, ...]:
    """Return what keeps the workflow from being run: unknown names, missing inputs, conditions on what comes later."""
    return tuple(_faults(workflow, known))


def _faults(workflow: Workflow, known: Known) -> Iterator[Fault]:
    yield from default_faults(workflow.params, known.categories)
    yield from _unused(workflow)
    earlier: list[Step] = []
    variables = frozenset[str]()
    for step in workflow.steps:
        if any(each.id == step.id for each in earlier):
            yield Fault(f"{step.where}.id", f"{step.id} is the id of two steps", "give each its own")
        scope = Scope(workflow.params, variables, known.categories, known=True)
        yield from _work_faults(step, known)
        for name, text in step.parameters.items():
            yield from text_faults(f"{step.where}.parameters.{name}", text, scope, typed=True)
        yield from _condition_faults(step, [each.id for each in earlier], scope)
        earlier.append(step)
        variables |= _set_by(step, known)


def _unused(workflow: Workflow) -> Iterator[Fault]:
    used = {each.key for text in _texts(workflow) for each in references(text) if isinstance(each, Reference)}
    for name in workflow.params:
        if f"param.{name}" not in used:
            yield Fault(f"params.{name}", "is used by no step", "remove it, or use it as ${param." + name + "}")


def _texts(workflow: Workflow) -> Iterator[Text]:
    for step in workflow.steps:
        yield from step.parameters.values()
        for part in parts_of(step.when):
            if isinstance(part, ValueIs):
                yield from (part.value, part.wanted)


def _work_faults(step: Step, known: Known) -> Iterator[Fault]:
    match step.work:
        case CallHelper(helper=helper):
            if helper not in known.helpers:
                yield unknown(f"{step.where}.helper", "helper", helper, known.helpers)
        case PlaySequence(sequence=name) if name not in known.sequences:
            yield unknown(f"{step.where}.sequence", "sequence", name, known.sequences)
        case PlaySequence(sequence=name, version=version):
            yield from _sequence_faults(step, name, version, known.sequences[name])


def _sequence_faults(step: Step, name: str, version: int | None, sequence: KnownSequence) -> Iterator[Fault]:
    if version is not None and version not in sequence.versions:
        there = ", ".join(str(each) for each in sorted(sequence.versions))
        yield Fault(f"{step.where}.version", f"{name} has no version {version}", f"it has: {there}")
    if sequence.app != step.app:
        reason = f"{name} is for {sequence.app}, the step for {step.app}"
        yield Fault(f"{step.where}.app", reason, f"give the step app: {sequence.app}")
    for parameter in step.parameters:
        if parameter not in sequence.inputs:
            yield unknown(f"{step.where}.parameters.{parameter}", "parameter", parameter, sequence.inputs)
    for parameter, required in sequence.inputs.items():
        if required and parameter not in step.parameters:
            yield Fault(f"{step.where}.parameters", f"{name} needs {parameter}", "give it a value")


def _condition_faults(step: Step, earlier: Collection[str], scope: Scope) -> Iterator[Fault]:
    where = f"{step.where}.when"
    for part in parts_of(step.when):
        if isinstance(part, StepIs) and part.step not in earlier:
            yield unknown(where, "earlier step", part.step, earlier)
        if isinstance(part, ValueIs):
            for reference in (*named_in(part.value), *named_in(part.wanted)):
                yield from text_faults(where, Text((reference,)), scope)


def _set_by(step: Step, known: Known) -> frozenset[str]:
    match step.work:
        case CallHelper(into=into):
            return frozenset({into}) - {""}
        case PlaySequence(sequence=name):
            return known.sequences[name].sets if name in known.sequences else frozenset()
