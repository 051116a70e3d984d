"""From a sequence to steps that can be played: screens settled, inputs filled in, or every fault found beforehand."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from drover.language.source import source_of
from drover.language.text import Literal, Reference, Text, references, substitute
from drover.platform.documents import BadDocument
from drover.screens.domain import Registry
from drover.sequences.binding import loop_with, task_with
from drover.sequences.course import Course
from drover.sequences.domain import (
    Act,
    CallHelper,
    LongTap,
    Loop,
    OpenApp,
    Press,
    PushMedia,
    Read,
    Sequence,
    StopApp,
    Swipe,
    Task,
    Wait,
    target_of,
    texts_of,
    variable_of,
)
from drover.sequences.inputs import SEALED, BadParameter, inputs_of, is_settled
from drover.sequences.lint import lint
from drover.sequences.screens import stays_of
from drover.sequences.variables import input_faults
from drover.sequences.wording import describe_target

MASK = "***"


@dataclass(frozen=True, slots=True)
class Step:
    """A task ready to be played. What is left in its texts is resolved for each phone before its play begins.

    `number` counts from 1; `shown` are its parameters with secrets masked, `secret` whether any text has one.
    """

    number: int
    task: Task
    before: str | None
    after: str | None
    secret: bool
    shown: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole sequence ready to be played on any number of phones.

    `inputs` are those that have yet to be resolved for each phone, by key; `secrets` are given ones, by handle.
    """

    sequence: Sequence
    file: str
    package: str
    steps: tuple[Step, ...]
    parameters: Mapping[str, str]
    loops: tuple[Loop, ...]
    inputs: Mapping[str, Text] = field(default_factory=dict[str, Text])
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    @property
    def course(self) -> Course:
        """The order in which the steps are played."""
        return Course(self.loops, tuple(step.task.when for step in self.steps))

    @property
    def secret_variables(self) -> frozenset[str]:
        """The variables that are set by steps with secrets in them: what they come to is for this play alone."""
        return frozenset(variable_of(step.task.act) for step in self.steps if step.secret)


def make_plan(
    sequence: Sequence,
    registry: Registry,
    given: Mapping[str, str],
    *,
    file: str,
    helpers: Collection[str] = (),
    categories: Collection[str] = (),
) -> Plan:
    """Return the plan. Raises BadDocument for what `lint` finds, BadParameter for missing or unknown parameters."""
    faults = lint(sequence, registry, helpers, categories)
    if faults:
        raise BadDocument(file, faults)
    inputs = inputs_of(sequence, given, MASK)
    for key, text in inputs.texts.items():
        for fault in input_faults(f"parameter {key.removeprefix('param.')}", text, categories):
            raise BadParameter(str(fault), hint=fault.hint)
    settled = {key: text for key, text in inputs.texts.items() if is_settled(text)}
    stays = stays_of(sequence, registry)
    steps = tuple(
        step_of(number, filled(task, settled), stays[number - 1].before, stays[number - 1].after)
        for number, task in enumerate(sequence.tasks, 1)
    )
    loops = tuple(loop_with(loop, lambda text: substitute(text, settled)) for loop in sequence.loops)
    later = {key: text for key, text in inputs.texts.items() if key not in settled}
    package = registry.apps[sequence.app].package
    return Plan(sequence, file, package, steps, inputs.shown, loops, later, inputs.secrets)


def filled(task: Task, texts: Mapping[str, Text]) -> Task:
    """Return the task with these texts in the place of their references."""
    return task_with(task, lambda text: substitute(text, texts))


def step_of(number: int, task: Task, before: str | None, after: str | None) -> Step:
    """Return the step of a task; what it shows of texts with secrets is masked."""
    shown = dict(_shown(task.act))
    secret = False
    for name, text in texts_of(task.act).items():
        masked = any(isinstance(each, Reference) and _is_secret(each) for each in references(text))
        shown[name] = MASK if masked else printed(text)
        secret = secret or masked
    return Step(number, task, before, after, secret, shown)


def _is_secret(reference: Reference) -> bool:
    return reference.secret or reference.category == SEALED


def printed(text: Text) -> str:
    """Return a text for people: what is not filled in yet stands as its reference."""
    return "".join(part.text if isinstance(part, Literal) else source_of(Text((part,))) for part in text.parts)


def _shown(act: Act) -> Iterator[tuple[str, str]]:
    target = target_of(act)
    if target is not None:
        yield "on", describe_target(target)
    match act:
        case Swipe():
            yield "direction", act.direction.value
        case Press():
            yield "key", act.key.value
            yield "times", str(act.times)
        case Wait() | LongTap():
            yield "seconds", f"{act.seconds:g}"
        case OpenApp() | StopApp():
            yield "app", act.app
        case Read():
            yield "into", act.into
        case PushMedia():
            yield "file", act.path.rpartition("/")[2]
        case CallHelper():
            yield "helper", act.helper
        case _:
            pass
