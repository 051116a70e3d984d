"""The texts of a run: what is known when a step's turn comes, filled into its parameters and conditions.

What was read from a screen, or returned by a helper, is a value: it stands in a text as nothing but itself. What is
given for a workflow's own inputs are texts, as those of a sequence are.
"""

from collections.abc import Collection, Mapping, Sequence

from drover.language.rendering import Values, render
from drover.language.source import source_of
from drover.language.spintax import Seed
from drover.language.text import Reference, Text, literal, references, substitute
from drover.sequences.domain import Param
from drover.sequences.inputs import input_text
from drover.workflows.domain.conditions import Facts
from drover.workflows.domain.records import STEP, Run, StepRun
from drover.workflows.domain.workflow import Step, Workflow


def read_before(parts: Sequence[StepRun], position: int) -> dict[str, str]:
    """Return the variables that the steps before a position read, the later one's where two read the same."""
    before = [part for part in parts if part.purpose == STEP and part.position < position]
    return {name: value for part in before for name, value in part.variables.items()}


def facts_of(run: Run, workflow: Workflow, outcomes: Mapping[str, str], read: Mapping[str, str]) -> Facts:
    """Return what is known of a run when one of its steps is decided on; `read` are the variables that were read."""
    return Facts({**_by_key(run, workflow), **_run_values(run, read)}, outcomes)


def arguments(
    run: Run, workflow: Workflow, step: Step, known: Mapping[str, str], read: Mapping[str, str]
) -> dict[str, str]:
    """Return a helper's arguments, rendered; `known` are further values by key. Raises MissingValue."""
    return {name: _rendered(text, run, workflow, known, read) for name, text in step.parameters.items()}


def inputs(
    run: Run,
    workflow: Workflow,
    step: Step,
    known: Mapping[str, str],
    read: Mapping[str, str],
    secrets: Collection[str],
) -> dict[str, str]:
    """Return what a sequence is given for its inputs: sources of texts, of which all but values is resolved there.

    What is given for an input among `secrets` is taken as it is, so that its text is rendered. Raises LanguageError.
    """
    given = {
        f"param.{name}": input_text(workflow.params[name], value)
        for name, value in _by_name(run, workflow).items()
        if name in workflow.params
    }
    values = {key: literal(value) for key, value in {**known, **_run_values(run, read)}.items()}
    return {
        name: _rendered(text, run, workflow, known, read)
        if name in secrets
        else source_of(substitute(text, {**_unread(text), **values, **given}))
        for name, text in step.parameters.items()
    }


def is_reference(source: str) -> bool:
    """Whether what is given for a secret input is nothing but the reference to a secret, which is resolved there."""
    text = input_text(Param("", None, secret=True), source)
    return any(isinstance(part, Reference) for part in text.parts)


def is_secret(workflow: Workflow, step: Step) -> bool:
    """Whether a text of a step's parameters has a secret in it."""
    secret = {f"param.{name}" for name, param in workflow.params.items() if param.secret}
    named = [each for text in step.parameters.values() for each in references(text) if isinstance(each, Reference)]
    return any(each.secret or each.key in secret for each in named)


def _rendered(text: Text, run: Run, workflow: Workflow, known: Mapping[str, str], read: Mapping[str, str]) -> str:
    unread = dict.fromkeys(_unread(text), "")
    values = Values({**unread, **known, **_by_key(run, workflow), **_run_values(run, read)})
    return str(render(text, values, Seed(run.seed, run.phone_id)))


def _unread(text: Text) -> dict[str, Text]:
    """Return nothing for each variable that was to be read: where its task was passed over, it is empty."""
    named = [each for each in references(text) if isinstance(each, Reference) and each.category == "run"]
    return {each.key: literal("") for each in named}


def _run_values(run: Run, read: Mapping[str, str]) -> dict[str, str]:
    return {"run.id": run.id, **{f"run.{name}": value for name, value in read.items()}}


def _by_key(run: Run, workflow: Workflow) -> dict[str, str]:
    return {f"param.{name}": value for name, value in _by_name(run, workflow).items()}


def _by_name(run: Run, workflow: Workflow) -> dict[str, str]:
    defaults = {name: param.default for name, param in workflow.params.items() if param.default is not None}
    return {**defaults, **{name: str(value) for name, value in run.parameters.items()}}
