"""Acts and conditions with their texts changed: inputs filled in, variables renamed. Pure."""

from collections.abc import Callable
from dataclasses import replace

from drover.language.text import Text
from drover.sequences.domain import (
    Act,
    All,
    Any,
    Assert,
    CallHelper,
    Condition,
    LongTap,
    Loop,
    Not,
    ScreenIs,
    SelectSlot,
    Shown,
    SwitchAccount,
    Tap,
    Task,
    TextIs,
    Type,
    ValueIs,
)

Change = Callable[[Text], Text]


def task_with(task: Task, change: Change) -> Task:
    """Return the task with every text of its act and its conditions changed."""
    when, happened = (condition_with(each, change) for each in (task.when, task.happened))
    return replace(task, act=act_with(task.act, change), when=when, happened=happened)


def loop_with(loop: Loop, change: Change) -> Loop:
    """Return the loop with every text of its conditions changed."""
    when, going_on, enough = (condition_with(each, change) for each in loop.conditions)
    return replace(loop, when=when, going_on=going_on, enough=enough)


def act_with(act: Act, change: Change) -> Act:
    """Return the act with every text changed."""
    match act:
        case Tap(target=Shown() as shown) | LongTap(target=Shown() as shown):
            return replace(act, target=replace(shown, text=change(shown.text)))
        case Type() | Assert():
            return replace(act, text=change(act.text))
        case SwitchAccount():
            return SwitchAccount(change(act.account))
        case SelectSlot():
            return SelectSlot(change(act.slot))
        case CallHelper():
            return replace(act, arguments={name: change(text) for name, text in act.arguments.items()})
        case _:
            return act


def condition_with(condition: Condition | None, change: Change) -> Condition | None:
    """Return the condition with every text in it changed."""
    return None if condition is None else _changed(condition, change)


def _changed(condition: Condition, change: Change) -> Condition:
    match condition:
        case ScreenIs():
            return condition
        case TextIs():
            return replace(condition, text=change(condition.text))
        case ValueIs():
            return replace(condition, value=change(condition.value), wanted=change(condition.wanted))
        case Not():
            return Not(_changed(condition.condition, change))
        case All():
            return All(tuple(_changed(each, change) for each in condition.conditions))
        case Any():
            return Any(tuple(_changed(each, change) for each in condition.conditions))
