"""What keeps a sequence from being played, found before a phone is touched. Pure."""

from collections.abc import Collection, Iterator
from math import prod

from drover.language.text import Reference, Text, references
from drover.platform.documents import Fault
from drover.screens.domain import ActionKind, Registry, ScreenKind
from drover.sequences.domain import (
    Act,
    ActionName,
    Assert,
    CallHelper,
    Condition,
    Effect,
    LongTap,
    Not,
    OpenApp,
    Press,
    PushMedia,
    Read,
    ScreenIs,
    SelectSlot,
    Sequence,
    StopApp,
    Swipe,
    SwitchAccount,
    Tap,
    Task,
    TextIs,
    Type,
    Wait,
    named_action,
    parts_of,
    target_of,
    texts_in,
    texts_of,
    variable_of,
)
from drover.sequences.files import MOST_STEPS
from drover.sequences.names import unknown
from drover.sequences.screens import Stay, stays_of
from drover.sequences.variables import Scope, default_faults, text_faults

_UNCHECKED = OpenApp | StopApp | Wait | PushMedia | CallHelper | SwitchAccount | SelectSlot
"""Acts that need no screen after them: there is nothing to see, or they check themselves."""


def lint(
    sequence: Sequence, registry: Registry, helpers: Collection[str] = (), categories: Collection[str] = ()
) -> tuple[Fault, ...]:
    """Return what keeps the sequence from being played: unknown names, unreachable or unchecked steps.

    `categories` are those of variables that something provides beside inputs and what the play itself sets.
    """
    return tuple(_faults(sequence, registry, helpers, categories))


def _faults(
    sequence: Sequence, registry: Registry, helpers: Collection[str], categories: Collection[str]
) -> Iterator[Fault]:
    if sequence.app not in registry.apps:
        yield unknown("app", "app", sequence.app, registry.apps)
    if sequence.start is not None and sequence.start not in registry.screens:
        yield unknown("start", "screen", sequence.start, registry.screens)
    yield from _unused(sequence)
    yield from default_faults(sequence.params, categories)
    stays = stays_of(sequence, registry)
    variables: set[str] = set()
    for index, task in enumerate(sequence.tasks):
        where = task.where or f"tasks[{index}]"
        yield from _names(where, task, registry, helpers)
        yield from _texts(where, task, Scope(sequence.params, variables, categories))
        yield from _checks(where, task, stays[index])
        variables.add(variable_of(task.act))
    yield from _loops(sequence, registry, stays, Scope(sequence.params, variables, categories))
    yield from _constant(sequence, registry, stays)
    steps = sum(_rounds(sequence, number) for number in range(1, len(sequence.tasks) + 1))
    if steps > MOST_STEPS:
        yield Fault("tasks", f"may come to {steps} steps", f"at most {MOST_STEPS} are possible: lower times or most")


def _rounds(sequence: Sequence, number: int) -> int:
    return prod(loop.most for loop in sequence.loops if loop.first <= number <= loop.last)


def placed_texts(sequence: Sequence) -> Iterator[tuple[str, Text]]:
    """Yield every text of the tasks and repeats, and where it stands in the file."""
    for index, task in enumerate(sequence.tasks):
        where = task.where or f"tasks[{index}]"
        yield from ((f"{where}.{field}", text) for field, text in texts_of(task.act).items())
        yield from ((f"{where}.when", text) for text in texts_in(task.when))
        yield from ((f"{where}.happened", text) for text in texts_in(task.happened))
    for loop in sequence.loops:
        where = f"the repeat of tasks {loop.first} to {loop.last}"
        yield from ((where, text) for condition in loop.conditions for text in texts_in(condition))


def _unused(sequence: Sequence) -> Iterator[Fault]:
    used = {each.key for _, text in placed_texts(sequence) for each in references(text) if isinstance(each, Reference)}
    for name in sequence.params:
        if f"param.{name}" not in used:
            yield Fault(f"params.{name}", "is used by no task", "remove it, or use it as ${param." + name + "}")


def _names(where: str, task: Task, registry: Registry, helpers: Collection[str]) -> Iterator[Fault]:
    name = named_action(target_of(task.act))
    for field, key in (("before", task.before), ("after", task.after)):
        if key is not None and key not in registry.screens and (name is None or key != name.screen):
            yield unknown(f"{where}.{field}", "screen", key, registry.screens)
    match task.act:
        case OpenApp(app=app) | StopApp(app=app) if app not in registry.apps:
            yield unknown(f"{where}.app", "app", app, registry.apps)
        case CallHelper(helper=helper) if helper not in helpers:
            yield unknown(f"{where}.helper", "helper", helper, set(helpers))
        case SwitchAccount() | SelectSlot():
            reason = f"its app declares no way to {task.kind.replace('_', ' ')}"
            yield Fault(where, reason, f"name a sequence under ways.{task.kind} in the registry's app.json")
        case _:
            pass
    if name is not None:
        yield from _action_faults(f"{where}.on", task.act, name, registry)
    for field, condition in (("when", task.when), ("happened", task.happened)):
        yield from _condition_faults(f"{where}.{field}", condition, registry)


def _action_faults(where: str, act: Act | None, name: ActionName, registry: Registry) -> Iterator[Fault]:
    if name.screen not in registry.screens:
        yield unknown(where, "screen", name.screen, registry.screens)
        return
    for variant in registry.screens[name.screen].variants:
        action = variant.action(name.action)
        if action is None:
            names = {f"{name.screen}.{known.name}" for known in variant.actions}
            yield unknown(where, f"action in variant {variant.name}:", str(name), names)
        elif isinstance(act, Type) and action.kind is not ActionKind.TYPE:
            yield Fault(where, f"{name} is not a text field but a {action.kind.value} action", "name a `type` action")


def _condition_faults(where: str, condition: Condition | None, registry: Registry) -> Iterator[Fault]:
    for part in parts_of(condition):
        match part:
            case ScreenIs(screen=screen) if screen not in registry.screens:
                yield unknown(where, "screen", screen, registry.screens)
            case TextIs(inside=ActionName() as name):
                yield from _action_faults(where, None, name, registry)
            case _:
                pass


def _texts(where: str, task: Task, scope: Scope) -> Iterator[Fault]:
    for field, text in texts_of(task.act).items():
        yield from text_faults(f"{where}.{field}", text, scope, typed=isinstance(task.act, Type))
    for field, condition in (("when", task.when), ("happened", task.happened)):
        for text in texts_in(condition):
            yield from text_faults(f"{where}.{field}", text, scope)


def _checks(where: str, task: Task, stay: Stay) -> Iterator[Fault]:
    before, after = stay.before, stay.after
    name = named_action(target_of(task.act))
    if name is not None and before != name.screen:
        yield Fault(f"{where}.before", f"is {before}, but the action is on {name.screen}", "leave `before` out")
    if stay.led_to is not None and before is not None and before != stay.led_to:
        reason = f"cannot be reached: it starts on {before}, the task before it ends on {stay.led_to}"
        yield Fault(where, reason, "add the step between")
    if after is None and task.happened is None and not isinstance(task.act, _UNCHECKED):
        rule = "a `once` task needs a check" if task.effect is Effect.ONCE else "its effect cannot be verified"
        yield Fault(where, f"names no screen after it: {rule}", "add `after`, or `leads_to` to the registry's action")
    if task.effect is Effect.ONCE and task.happened is None and before is not None and before == after:
        yield Fault(where, "ends on the screen it begins on: nothing tells whether it happened", "add `happened`")
    if before is None and isinstance(task.act, Tap | LongTap | Swipe | Type | Press | Assert | Read):
        yield Fault(where, "names no screen before it", "add `before`")


def _loops(sequence: Sequence, registry: Registry, stays: tuple[Stay, ...], scope: Scope) -> Iterator[Fault]:
    for loop in sequence.loops:
        where = f"the repeat of tasks {loop.first} to {loop.last}"
        for condition in loop.conditions:
            yield from _condition_faults(where, condition, registry)
            for text in texts_in(condition):
                yield from text_faults(where, text, scope)
        first, last = stays[loop.first - 1].before, stays[loop.last - 1].after
        if loop.most > 1 and first is not None and last is not None and first != last:
            reason = f"a second round cannot be reached: it starts on {first}, and ends on {last}"
            yield Fault(where, reason, "add the step that leads back")


def _constant(sequence: Sequence, registry: Registry, stays: tuple[Stay, ...]) -> Iterator[Fault]:
    """Yield conditions that the screen before them decides, always in the same way."""
    again = {loop.first for loop in sequence.loops if loop.most > 1}
    conditions = [
        (f"{task.where}.when", task.when, number)
        for number, task in enumerate(sequence.tasks, 1)
        if number not in again
    ]
    conditions += [
        (f"the repeat of tasks {loop.first} to {loop.last}", loop.when, loop.first) for loop in sequence.loops
    ]
    for where, condition, number in conditions:
        led_to = stays[number - 1].led_to
        negated = isinstance(condition, Not)
        asked = condition.condition if isinstance(condition, Not) else condition
        if led_to is None or not isinstance(asked, ScreenIs) or not _is_state(asked.screen, registry):
            continue
        holds = "never" if (asked.screen == led_to) is negated else "always"
        yield Fault(where, f"{holds} holds: the task before ends on {led_to}", "remove the condition, or correct it")


def _is_state(screen: str, registry: Registry) -> bool:
    return screen in registry.screens and registry.screens[screen].kind is ScreenKind.STATE
