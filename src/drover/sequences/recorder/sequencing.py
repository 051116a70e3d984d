"""From recorded steps to a sequence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from drover.devices.geometry import Size
from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.screens.domain import Registry
from drover.sequences import domain
from drover.sequences.domain import (
    Act,
    ActionName,
    Effect,
    LongTap,
    OpenApp,
    Param,
    Press,
    StopApp,
    Swipe,
    Tap,
    Task,
    Type,
    target_of,
)
from drover.sequences.recorder.composer import Recorded
from drover.sequences.task_files import DEFAULT_TIMEOUT_S
from drover.sequences.wording import describe

_KINDS: Final[Mapping[type[Act], str]] = {
    Tap: "tap",
    LongTap: "long_tap",
    Swipe: "swipe",
    Type: "type",
    Press: "key",
    OpenApp: "open_app",
    StopApp: "stop_app",
}
_VERBS: Final[Mapping[type[Act], str]] = {Tap: "Tap", LongTap: "Hold", Swipe: "Swipe", Type: "Type"}


class NothingRecorded(DroverError):
    """No step was done while the recording went on."""

    kind = Kind.FAILED

    def __init__(self) -> None:
        super().__init__(
            "nothing was recorded", hint="touch the phone itself; what is done through adb is not recorded"
        )


@dataclass(frozen=True, slots=True)
class Title:
    """What the person who records says of the sequence. `app` is empty where the steps are to tell it.

    `afresh` is the screen that was shown after the app had been ended for the recording; None where it was not.
    """

    name: str
    description: str
    app: str
    afresh: str | None


def sequence_of(
    steps: Sequence[Recorded], params: Mapping[str, Param], reference: Size, registry: Registry, title: Title
) -> domain.Sequence:
    """Return the sequence. Raises NothingRecorded; InvalidInput where no app is named and the steps are in none."""
    if not steps:
        raise NothingRecorded
    app = title.app or next(_apps(steps, registry), "")
    if not app:
        raise InvalidInput("the steps are in no app of the registry", hint="name the app with --app")
    tasks = [_task(step) for step in steps]
    if title.afresh is not None:
        stop = StopApp(app)
        afresh = _Around("Start afresh", None, title.afresh)
        tasks.insert(0, _made(stop, afresh))
    return domain.Sequence(
        name=title.name,
        description=title.description,
        version=1,
        app=app,
        reference=reference,
        params=params,
        tasks=tuple(tasks),
        digest="",
    )


@dataclass(frozen=True, slots=True)
class _Around:
    name: str
    before: str | None
    after: str | None


def _task(step: Recorded) -> Task:
    return _made(step.act, _Around(_name(step.act), step.before, step.after))


def _made(act: Act, around: _Around) -> Task:
    kind = _KINDS[type(act)]
    return Task(around.name, kind, act, Effect.REPEATABLE, around.before, around.after, DEFAULT_TIMEOUT_S)


def _name(act: Act) -> str:
    """Return what a person would call it, where the registry has a name for what it is done to."""
    target = target_of(act)
    if isinstance(target, ActionName):
        return f"{_VERBS[type(act)]} {target.action.replace('_', ' ')}"
    return describe(act)


def _apps(steps: Sequence[Recorded], registry: Registry) -> Iterator[str]:
    """Yield the apps that the steps are in; those that were opened first."""
    yield from (step.act.app for step in steps if isinstance(step.act, OpenApp))
    for step in steps:
        for key in (step.before, step.after):
            screen = registry.screens.get(key) if key is not None else None
            if screen is not None and screen.app is not None:
                yield screen.app
