"""From a sequence to steps that can be played: screens settled, inputs filled in, or every fault found beforehand."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from drover.kernel.errors import InvalidInput
from drover.language.source import source_of
from drover.language.text import Literal, Reference, Text, literal, references, substitute
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
)
from drover.sequences.lint import lint
from drover.sequences.screens import Stay, stays_of
from drover.sequences.wording import describe_target

MASK = "***"


@dataclass(frozen=True, slots=True)
class Step:
    """A task ready to be played, its inputs filled in; what is left to be filled in are variables.

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
    """A whole sequence ready to be played on any number of phones."""

    sequence: Sequence
    file: str
    package: str
    steps: tuple[Step, ...]
    parameters: Mapping[str, str]
    loops: tuple[Loop, ...]

    @property
    def course(self) -> Course:
        """The order in which the steps are played."""
        return Course(self.loops, tuple(step.task.when for step in self.steps))


class BadParameter(InvalidInput):
    """A parameter is missing, or is not one of the sequence's."""


def make_plan(
    sequence: Sequence,
    registry: Registry,
    given: Mapping[str, str],
    *,
    file: str,
    helpers: Collection[str] = (),
) -> Plan:
    """Return the plan. Raises BadDocument for what `lint` finds, BadParameter for missing or unknown parameters."""
    faults = lint(sequence, registry, helpers)
    if faults:
        raise BadDocument(file, faults)
    values = _values(sequence, given)
    texts = {f"param.{name}": literal(value) for name, value in values.items()}
    stays = stays_of(sequence, registry)
    steps = tuple(
        _step(number, task, stays[number - 1], sequence, texts) for number, task in enumerate(sequence.tasks, 1)
    )
    shown = {name: MASK if sequence.params[name].secret else value for name, value in values.items()}
    loops = tuple(loop_with(loop, lambda text: substitute(text, texts)) for loop in sequence.loops)
    return Plan(sequence, file, registry.apps[sequence.app].package, steps, shown, loops)


def _step(
    number: int,
    task: Task,
    stay: Stay,
    sequence: Sequence,
    texts: Mapping[str, Text],
) -> Step:
    secrets = {f"param.{name}" for name, param in sequence.params.items() if param.secret}
    shown = dict(_shown(task.act))
    secret = False
    for name, text in texts_of(task.act).items():
        masked = any(isinstance(each, Reference) and each.key in secrets for each in references(text))
        shown[name] = MASK if masked else printed(substitute(text, texts))
        secret = secret or masked
    return Step(number, task_with(task, lambda text: substitute(text, texts)), stay.before, stay.after, secret, shown)


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


def _values(sequence: Sequence, given: Mapping[str, str]) -> dict[str, str]:
    unknown = sorted(set(given) - set(sequence.params))
    if unknown:
        known = ", ".join(sequence.params) or "none"
        raise BadParameter(f"parameter {unknown[0]} is not one of this sequence's", hint=f"it has: {known}")
    values = {name: given.get(name, param.default) for name, param in sequence.params.items()}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise BadParameter(
            f"parameter {missing[0]} has no value and no default", hint=f"add --param {missing[0]}=VALUE"
        )
    return {name: value for name, value in values.items() if value is not None}
