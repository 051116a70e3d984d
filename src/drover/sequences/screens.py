"""Which screen each task of a sequence begins on and ends on, as far as that can be told beforehand. Pure."""

from dataclasses import dataclass

from drover.screens.domain import Action, Registry
from drover.sequences.domain import (
    Act,
    Assert,
    CallHelper,
    LongTap,
    OpenApp,
    PushMedia,
    Read,
    SelectSlot,
    Sequence,
    StopApp,
    Swipe,
    SwitchAccount,
    Tap,
    Type,
    Wait,
    WaitForScreen,
    named_action,
    target_of,
)

ANYWHERE = OpenApp | StopApp | WaitForScreen | PushMedia | CallHelper | SwitchAccount | SelectSlot
"""Acts that begin on whatever screen there is."""


@dataclass(frozen=True, slots=True)
class Stay:
    """The screens around a task: where the tasks before it have led, the one it begins on, the one it ends on.

    None where any will do, or where it cannot be told.
    """

    led_to: str | None
    before: str | None
    after: str | None


def stays_of(sequence: Sequence, registry: Registry) -> tuple[Stay, ...]:
    """Return the screens around each task.

    A task that says nothing begins where the one before it ended, unless that one may be left out.
    """
    result: list[Stay] = []
    last = sequence.start
    entries: dict[int, str | None] = {}
    for number, task in enumerate(sequence.tasks, 1):
        entries |= {index: last for index, loop in enumerate(sequence.loops) if loop.first == number}
        before = task.before or (None if isinstance(task.act, ANYWHERE) else last)
        after = task.after or _led_to(task.act, registry) or _stays(task.act, before or last)
        result.append(Stay(last, before, after))
        last = after if (task.when is None and not task.optional) or after == last else None
        for index, loop in enumerate(sequence.loops):
            if loop.last == number and loop.may_be_skipped and last != entries[index]:
                last = None
    return tuple(result)


def action_of(act: Act, registry: Registry) -> Action | None:
    """Return the registry's action that an act is done on, as the first variant that has it says."""
    name = named_action(target_of(act))
    screen = registry.screens.get(name.screen) if name is not None else None
    if screen is None or name is None:
        return None
    return next((found for v in screen.variants if (found := v.action(name.action)) is not None), None)


def _led_to(act: Act, registry: Registry) -> str | None:
    action = action_of(act, registry) if isinstance(act, Tap | LongTap | Swipe) else None
    return action.leads_to if action is not None else None


def _stays(act: Act, before: str | None) -> str | None:
    return before if isinstance(act, Type | Assert | Wait | Read | PushMedia | CallHelper) else None
