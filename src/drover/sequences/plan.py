"""From a sequence to steps that can be played: screens settled, texts rendered, or every fault found beforehand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from drover.kernel.errors import InvalidInput
from drover.language.text import references, render
from drover.platform.documents import BadDocument, Fault
from drover.screens.domain import Action, ActionKind, Registry
from drover.sequences.domain import (
    Act,
    ActionName,
    Assert,
    Effect,
    LongTap,
    OpenApp,
    Press,
    Sequence,
    StopApp,
    Swipe,
    Tap,
    Task,
    Type,
    Wait,
    WaitForScreen,
    describe_target,
    target_of,
    text_of,
)

MASK = "***"
MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Step:
    """A task ready to be played. `number` counts from 1; `shown` are its parameters with secrets masked."""

    number: int
    task: Task
    before: str | None
    after: str | None
    text: str
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


class BadParameter(InvalidInput):
    """A parameter is missing, or is not one of the sequence's."""


def lint(sequence: Sequence, registry: Registry) -> tuple[Fault, ...]:
    """Return what keeps the sequence from being played: unknown names, unreachable or unchecked steps."""
    return tuple(_faults(sequence, registry))


def make_plan(sequence: Sequence, registry: Registry, given: Mapping[str, str], *, file: str) -> Plan:
    """Return the plan. Raises BadDocument for what `lint` finds, BadParameter for missing or unknown parameters."""
    faults = lint(sequence, registry)
    if faults:
        raise BadDocument(file, faults)
    values = _values(sequence, given)
    screens = _screens(sequence, registry)
    steps = tuple(
        _step(number, task, screens[number - 1], sequence, values) for number, task in enumerate(sequence.tasks, 1)
    )
    shown = {name: MASK if sequence.params[name].secret else value for name, value in values.items()}
    return Plan(sequence, file, registry.apps[sequence.app].package, steps, shown)


def _step(
    number: int, task: Task, screens: tuple[str | None, str | None], sequence: Sequence, values: Mapping[str, str]
) -> Step:
    text = text_of(task.act)
    used = {reference.name for reference in references(text)} if text is not None else set[str]()
    rendered = render(text, {f"param.{name}": value for name, value in values.items()}) if text is not None else ""
    secret = any(sequence.params[name].secret for name in used)
    shown = dict(_shown(task.act))
    if text is not None:
        shown["text"] = MASK if secret else rendered
    return Step(number, task, *screens, rendered, secret, shown)


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
        case Tap() | Type() | Assert() | WaitForScreen():
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


def _screens(sequence: Sequence, registry: Registry) -> list[tuple[str | None, str | None]]:
    """Return the screens before and after each task, with what follows from the registry and the task before."""
    result: list[tuple[str | None, str | None]] = []
    last: str | None = None
    for task in sequence.tasks:
        before = task.before or (None if isinstance(task.act, OpenApp | StopApp | WaitForScreen) else last)
        after = task.after or _led_to(task.act, registry) or _stays(task.act, before)
        result.append((before, after))
        last = after
    return result


def _led_to(act: Act, registry: Registry) -> str | None:
    action = _action(act, registry)
    return action.leads_to if action is not None else None


def _stays(act: Act, before: str | None) -> str | None:
    return before if isinstance(act, Type | Assert | Wait) else None


def _action(act: Act, registry: Registry) -> Action | None:
    target = target_of(act)
    screen = registry.screens.get(target.screen) if isinstance(target, ActionName) else None
    if screen is None or not isinstance(target, ActionName):
        return None
    return next((found for v in screen.variants if (found := v.action(target.action)) is not None), None)


def _faults(sequence: Sequence, registry: Registry) -> Iterator[Fault]:
    if sequence.app not in registry.apps:
        yield _unknown("app", "app", sequence.app, registry.apps)
    yield from _unused(sequence)
    screens = _screens(sequence, registry)
    for index, task in enumerate(sequence.tasks):
        where = f"tasks[{index}]"
        yield from _names(where, task, registry)
        yield from _texts(where, task, sequence)
        yield from _checks(where, task, screens, index)


def _unused(sequence: Sequence) -> Iterator[Fault]:
    used = {ref.name for task in sequence.tasks if (text := text_of(task.act)) for ref in references(text)}
    for name in sequence.params:
        if name not in used:
            yield Fault(f"params.{name}", "is used by no task", "remove it, or use it as ${param." + name + "}")


def _names(where: str, task: Task, registry: Registry) -> Iterator[Fault]:
    for field, key in (("before", task.before), ("after", task.after)):
        if key is not None and key not in registry.screens and key != _screen_of(task.act):
            yield _unknown(f"{where}.{field}", "screen", key, registry.screens)
    if isinstance(task.act, OpenApp | StopApp) and task.act.app not in registry.apps:
        yield _unknown(f"{where}.app", "app", task.act.app, registry.apps)
    target = target_of(task.act)
    if isinstance(target, ActionName) and target.screen not in registry.screens:
        yield _unknown(f"{where}.on", "screen", target.screen, registry.screens)
    elif isinstance(target, ActionName):
        yield from _action_faults(f"{where}.on", task.act, target, registry)


def _action_faults(where: str, act: Act, target: ActionName, registry: Registry) -> Iterator[Fault]:
    for variant in registry.screens[target.screen].variants:
        action = variant.action(target.action)
        if action is None:
            names = {f"{target.screen}.{known.name}" for known in variant.actions}
            yield _unknown(where, f"action in variant {variant.name}:", str(target), names)
        elif isinstance(act, Type) and action.kind is not ActionKind.TYPE:
            yield Fault(where, f"{target} is not a text field but a {action.kind.value} action", "name a `type` action")


def _texts(where: str, task: Task, sequence: Sequence) -> Iterator[Fault]:
    text = text_of(task.act)
    for reference in references(text) if text is not None else ():
        if reference.name not in sequence.params:
            fault = _unknown(f"{where}.text", "parameter", reference.name, sequence.params)
            yield Fault(f"{fault.where}: column {reference.column}", fault.reason, fault.hint)


def _checks(where: str, task: Task, screens: list[tuple[str | None, str | None]], index: int) -> Iterator[Fault]:
    before, after = screens[index]
    last = screens[index - 1][1] if index else None
    target = target_of(task.act)
    if isinstance(target, ActionName) and before != target.screen:
        yield Fault(f"{where}.before", f"is {before}, but the action is on {target.screen}", "leave `before` out")
    if last is not None and before is not None and before != last:
        yield Fault(
            where,
            f"cannot be reached: it starts on {before}, the task before it ends on {last}",
            "add the step between",
        )
    if after is None and not isinstance(task.act, StopApp | Wait):
        rule = "a `once` task needs a check" if task.effect is Effect.ONCE else "its effect cannot be verified"
        yield Fault(where, f"names no screen after it: {rule}", "add `after`, or `leads_to` to the registry's action")
    if before is None and isinstance(task.act, Tap | LongTap | Swipe | Type | Press | Assert):
        yield Fault(where, "names no screen before it", "add `before`")


def _screen_of(act: Act) -> str | None:
    """Return the screen that a named action is on; `before` follows from it, and is no word of the user's."""
    target = target_of(act)
    return target.screen if isinstance(target, ActionName) else None


def _unknown(where: str, what: str, name: str, known: Mapping[str, object] | set[str]) -> Fault:
    close = get_close_matches(name, list(known), n=3)
    names = sorted(known)[:MOST_NAMED]
    more = f" and {len(known) - len(names)} more" if len(known) > len(names) else ""
    hint = f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(names) or 'none'}{more}"
    return Fault(where, f"unknown {what} {name}", hint)
