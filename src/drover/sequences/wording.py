"""What acts are called where a person reads of them. Pure."""

from collections.abc import Mapping, Sequence

from drover.devices.geometry import Rect
from drover.sequences.domain import (
    Act,
    Assert,
    CallHelper,
    LongTap,
    OpenApp,
    Press,
    PushMedia,
    Read,
    SelectSlot,
    Shown,
    StopApp,
    Swipe,
    SwitchAccount,
    Tap,
    Target,
    Type,
    Wait,
    WaitForScreen,
    target_of,
)


def describe_target(target: Target) -> str:
    """Return the action's name, the rectangle's corners, or what is shown there."""
    if isinstance(target, Rect):
        return f"({target.x1}, {target.y1}) - ({target.x2}, {target.y2})"
    if isinstance(target, Shown):
        within = f" in {describe_target(target.inside)}" if target.inside is not None else ""
        return f"the text there{within}"
    return str(target)


def describe_rounds(rounds: Sequence[int]) -> str:
    """Return in which round of its repeats a task is, the outer one first, such as `round 2.1`; or nothing."""
    return f"round {'.'.join(map(str, rounds))}" if rounds else ""


_WORDS: Mapping[type[Act], str] = {
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
    Read: "read",
    PushMedia: "push a file",
    SwitchAccount: "switch the account",
    SelectSlot: "select the slot",
    CallHelper: "call",
}


def describe(act: Act) -> str:
    """Return what `act` does, in a few words."""
    words = _WORDS[type(act)]
    target = target_of(act)
    if target is not None:
        return f"{words} {describe_target(target)}"
    match act:
        case OpenApp() | StopApp():
            return f"{words} {act.app}"
        case Press():
            return f"{words} {act.key.value}"
        case CallHelper():
            return f"{words} {act.helper}"
        case _:
            return words
