"""Sequences as values: ordered tasks, each one atomic act with the screens expected before and after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from drover.devices.geometry import Rect, Size
from drover.devices.ports import Key
from drover.language.text import Text


class Effect(Enum):
    """What repeating a task would mean: nothing, a second posting, or nothing because it only looks."""

    REPEATABLE = "repeatable"
    ONCE = "once"
    READ = "read"


class Direction(Enum):
    """Where a swiping finger goes."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class ActionName:
    """A named action of the registry: `plaza.feed.open_profile` is action `open_profile` of screen `plaza.feed`."""

    screen: str
    action: str

    def __str__(self) -> str:
        """Return the whole name."""
        return f"{self.screen}.{self.action}"


Target = ActionName | Rect
"""Where to act. A rectangle is in pixels of the sequence's reference; a named action survives a changed layout."""


@dataclass(frozen=True, slots=True)
class Tap:
    """Touch the middle of the target."""

    target: Target


@dataclass(frozen=True, slots=True)
class LongTap:
    """Touch the middle of the target for `seconds`."""

    target: Target
    seconds: float


@dataclass(frozen=True, slots=True)
class Swipe:
    """Move a finger across the middle 60 % of the target in `seconds`."""

    target: Target
    direction: Direction
    seconds: float


@dataclass(frozen=True, slots=True)
class Type:
    """Replace what the text field at the target holds by `text`, and read it back."""

    target: Target
    text: Text


@dataclass(frozen=True, slots=True)
class Press:
    """Press a key."""

    key: Key
    times: int


@dataclass(frozen=True, slots=True)
class WaitForScreen:
    """Do nothing; the task's `after` screen is what is waited for."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Let `seconds` pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class OpenApp:
    """Bring an app to the front."""

    app: str


@dataclass(frozen=True, slots=True)
class StopApp:
    """End an app; what it stored stays."""

    app: str


@dataclass(frozen=True, slots=True)
class Assert:
    """Fail unless the UI tree shows `text` inside the target."""

    target: Target
    text: Text


Act = Tap | LongTap | Swipe | Type | Press | WaitForScreen | Wait | OpenApp | StopApp | Assert


@dataclass(frozen=True, slots=True)
class Task:
    """One task. `before` and `after` are whole screen keys, or None where any screen will do."""

    name: str
    kind: str
    act: Act
    effect: Effect
    before: str | None
    after: str | None
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Param:
    """An input of a sequence. Without `default` a value must be given; a secret one is shown as `***`."""

    description: str
    default: str | None
    secret: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """Ordered tasks with one function. Tasks are counted from 1 wherever a person sees the number."""

    name: str
    description: str
    version: int
    app: str
    reference: Size
    params: Mapping[str, Param]
    tasks: tuple[Task, ...]
    digest: str


def target_of(act: Act) -> Target | None:
    """Return where `act` is done, or None for one that has no place."""
    return act.target if isinstance(act, Tap | LongTap | Swipe | Type | Assert) else None


def text_of(act: Act) -> Text | None:
    """Return the text of `act`, or None for one without text."""
    return act.text if isinstance(act, Type | Assert) else None


def describe_target(target: Target) -> str:
    """Return the action's name, or the rectangle's corners."""
    if isinstance(target, Rect):
        return f"({target.x1}, {target.y1}) - ({target.x2}, {target.y2})"
    return str(target)


def describe(act: Act) -> str:
    """Return what `act` does, in a few words."""
    words = {
        Tap: "tap",
        LongTap: "long tap",
        Swipe: "swipe",
        Type: "type into",
        Assert: "read",
        Press: "press",
        OpenApp: "open",
        StopApp: "stop",
        Wait: "wait",
        WaitForScreen: "wait for the screen",
    }[type(act)]
    target = target_of(act)
    if target is not None:
        return f"{words} {describe_target(target)}"
    if isinstance(act, OpenApp | StopApp):
        return f"{words} {act.app}"
    return f"{words} {act.key.value}" if isinstance(act, Press) else words
