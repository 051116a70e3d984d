"""Where to go on with a phone that was away, or whose player was: at the step that begins on what it shows. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from drover.sequences.domain import Assert, Effect, Type, WaitForScreen
from drover.sequences.journal import Mark
from drover.sequences.plan import Step


class Onward(Enum):
    """How to go on."""

    HERE = "here"
    DONE = "done"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Bearing:
    """How to go on where one screen is seen; `place` is that of the step to go back to."""

    onward: Onward
    place: str = ""


@dataclass(frozen=True, slots=True)
class Behind:
    """An earlier step that may be played again, and the place that the play was at before it."""

    step: Step
    place: str


def behind(marks: Sequence[Mark], start: str, steps: Mapping[int, Step]) -> Iterator[Behind]:
    """Yield the verified steps that may be played again, the last one first; none from a `once` step on back."""
    places = (start, *(mark.place for mark in marks))
    for mark, place in zip(reversed(marks), reversed(places[:-1]), strict=True):
        step = steps.get(mark.step)
        if step is None or step.task.effect is Effect.ONCE:
            return
        yield Behind(step, place)


def bearings(step: Step, earlier: Sequence[Behind], *, begun: bool) -> Mapping[str, Bearing]:
    """Return how to go on, by the screen that is seen; the screen that `step` begins on comes first.

    `begun` says that the step's act may have happened: then the screen after it means that it did. Typing is done
    again, for its text may not have arrived.
    """
    found: dict[str, Bearing] = {}
    begins_on = step.after if isinstance(step.task.act, WaitForScreen) else step.before
    if begins_on is not None:
        found[begins_on] = Bearing(Onward.HERE)
    if begun and step.after is not None and not isinstance(step.task.act, Type | Assert):
        found.setdefault(step.after, Bearing(Onward.DONE))
    for each in earlier:
        if each.step.before is not None:
            found.setdefault(each.step.before, Bearing(Onward.BACK, each.place))
    return found
