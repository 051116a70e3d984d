"""Sequences as values: ordered tasks, each one atomic act with the screens expected before and after it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from drover.devices.geometry import Rect, Size
from drover.devices.ports import Key
from drover.language.pattern import parse_pattern
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


@dataclass(frozen=True, slots=True)
class Shown:
    """Wherever the UI tree shows `text`, inside `inside` if that is given; there must be exactly one such place."""

    text: Text
    inside: "ActionName | Rect | None"


Target = ActionName | Rect | Shown
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


class Origin(Enum):
    """What a text is read from: the UI tree, the picture, or the tree and then, where that shows none, the picture."""

    TREE = "tree"
    PICTURE = "picture"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Read:
    """Read the text at the target into variable `into`; with a pattern, its first group or else what it matched."""

    target: Target
    into: str
    pattern: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class PushMedia:
    """Put a file of this computer, of that content, into the phone's shared storage, for the apps' pickers."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SwitchAccount:
    """Make the app use an account, in the way that the registry's app declares."""

    account: Text


@dataclass(frozen=True, slots=True)
class SelectSlot:
    """Make the app use a slot, 1 to 30, in the way that the registry's app declares."""

    slot: Text


@dataclass(frozen=True, slots=True)
class CallHelper:
    """Call a registered function, and keep what it returns in variable `into`, if one is named."""

    helper: str
    arguments: Mapping[str, Text]
    into: str


Act = (
    Tap
    | LongTap
    | Swipe
    | Type
    | Press
    | WaitForScreen
    | Wait
    | OpenApp
    | StopApp
    | Assert
    | Read
    | PushMedia
    | SwitchAccount
    | SelectSlot
    | CallHelper
)


@dataclass(frozen=True, slots=True)
class ScreenIs:
    """The phone shows that screen, at rest."""

    screen: str


@dataclass(frozen=True, slots=True)
class TextIs:
    """The UI tree shows that text, inside `inside` if that is given."""

    text: Text
    inside: ActionName | Rect | None


class Comparison(Enum):
    """How a value is compared."""

    EQUALS = "equals"
    MATCHES = "matches"
    IS_EMPTY = "is_empty"

    def holds(self, value: str, wanted: str) -> bool:
        """Return whether `value` compares so with `wanted`, which `MATCHES` takes as a pattern that is found in it."""
        if self is Comparison.MATCHES:
            return parse_pattern(wanted).search(value) is not None
        return value == ("" if self is Comparison.IS_EMPTY else wanted)


@dataclass(frozen=True, slots=True)
class ValueIs:
    """A value compares so with `wanted`; one that was never set is empty."""

    value: Text
    comparison: Comparison
    wanted: Text


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """Every condition holds."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Any:
    """At least one condition holds."""

    conditions: "tuple[Condition, ...]"


Condition = ScreenIs | TextIs | ValueIs | Not | All | Any


@dataclass(frozen=True, slots=True)
class Task:
    """One task. `before` and `after` are whole screen keys, or None where any screen will do.

    `when` says whether it is played at all, `happened` whether its act was done, where the screens do not tell. An
    `optional` one may fail, and the play goes on with the next. `where` is its place in the file.
    """

    name: str
    kind: str
    act: Act
    effect: Effect
    before: str | None
    after: str | None
    timeout_s: float
    when: Condition | None = None
    happened: Condition | None = None
    optional: bool = False
    where: str = ""


@dataclass(frozen=True, slots=True)
class Loop:
    """Tasks `first` to `last`, counted from 1, that are played together, `most` rounds at most.

    None of them where `when` does not hold. A round begins while `going_on` holds, and is the last where `enough` does.
    """

    first: int
    last: int
    most: int = 1
    when: Condition | None = None
    going_on: Condition | None = None
    enough: Condition | None = None

    @property
    def conditions(self) -> "tuple[Condition | None, ...]":
        """The conditions of the loop, those that it has not as None."""
        return self.when, self.going_on, self.enough

    @property
    def may_be_skipped(self) -> bool:
        """Whether it is possible that no round is played."""
        return self.when is not None or self.going_on is not None


@dataclass(frozen=True, slots=True)
class Param:
    """An input of a sequence. Without `default` a value must be given; a secret one is shown as `***`."""

    description: str
    default: str | None
    secret: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """Ordered tasks with one function. Tasks are counted from 1 wherever a person sees the number.

    `loops` lie inside one another or apart, the outer ones first. `start` is the screen that the first task begins on.
    `recovery_prompt` tells who is to help what the sequence is about; `releases` says that its steps take so long that
    nothing else should wait for them.
    """

    name: str
    description: str
    version: int
    app: str
    reference: Size
    params: Mapping[str, Param]
    tasks: tuple[Task, ...]
    digest: str
    loops: tuple[Loop, ...] = ()
    start: str | None = None
    recovery_prompt: str = ""
    releases: bool = False


def target_of(act: Act) -> Target | None:
    """Return where `act` is done, or None for one that has no place."""
    return act.target if isinstance(act, Tap | LongTap | Swipe | Type | Assert | Read) else None


def named_action(target: Target | None) -> ActionName | None:
    """Return the registry's action that a target is, or lies in."""
    if isinstance(target, Shown):
        return target.inside if isinstance(target.inside, ActionName) else None
    return target if isinstance(target, ActionName) else None


def texts_of(act: Act) -> Mapping[str, Text]:
    """Return the texts of `act`, by where a sequence file has them."""
    texts: dict[str, Text] = {}
    target = target_of(act)
    if isinstance(target, Shown):
        texts["on.text"] = target.text
    match act:
        case Type() | Assert():
            texts["text"] = act.text
        case SwitchAccount():
            texts["account"] = act.account
        case SelectSlot():
            texts["slot"] = act.slot
        case CallHelper():
            texts |= {f"arguments.{name}": text for name, text in act.arguments.items()}
        case _:
            pass
    return texts


def variable_of(act: Act) -> str:
    """Return the name of the variable that `act` sets; empty for none."""
    return act.into if isinstance(act, Read | CallHelper) else ""


def inner(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions that a condition is made of."""
    match condition:
        case Not():
            return (condition.condition,)
        case All() | Any():
            return condition.conditions
        case _:
            return ()


def parts_of(condition: Condition | None) -> Iterator[Condition]:
    """Yield a condition and all that it is made of, at any depth."""
    if condition is not None:
        yield condition
        for each in inner(condition):
            yield from parts_of(each)


def texts_in(condition: Condition | None) -> Iterator[Text]:
    """Yield the texts of a condition and of all that it is made of."""
    for part in parts_of(condition):
        if isinstance(part, TextIs):
            yield part.text
        elif isinstance(part, ValueIs):
            yield part.value
            yield part.wanted
