"""Writing sequence files: equal sequences give equal bytes, one line a task, and no file is ever half written."""

import json
from collections.abc import Iterator
from collections.abc import Sequence as Items
from pathlib import Path

from drover.devices.geometry import Rect
from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.language.rendering import Values, render
from drover.language.source import source_of
from drover.language.spintax import Seed
from drover.language.text import Reference
from drover.platform.files import write_whole
from drover.sequences import domain
from drover.sequences.domain import (
    Act,
    ActionName,
    Assert,
    CallHelper,
    Comparison,
    Condition,
    Effect,
    LongTap,
    Loop,
    OpenApp,
    Param,
    Press,
    PushMedia,
    Read,
    ScreenIs,
    SelectSlot,
    Sequence,
    Shown,
    StopApp,
    Swipe,
    SwitchAccount,
    Target,
    Task,
    TextIs,
    Type,
    ValueIs,
    Wait,
    named_action,
    target_of,
)
from drover.sequences.files import EFFECTS
from drover.sequences.task_files import DEFAULT_TIMEOUT_S
from drover.sequences.wording import describe

Fields = dict[str, object]


class SequenceNotWritten(DroverError):
    """The place refuses to be written to."""

    kind = Kind.UNAVAILABLE


class SequenceInTheWay(InvalidInput):
    """There is a file already."""

    kind = Kind.CONFLICT

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already", hint="choose another place, or add --force")


def save_sequence(path: Path, sequence: Sequence, *, force: bool = False) -> None:
    """Write the file, whole or not at all. Raises SequenceInTheWay unless `force`, SequenceNotWritten."""
    if path.exists() and not force:
        raise SequenceInTheWay(path)
    try:
        write_whole(path, written(sequence, path.parent).encode())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SequenceNotWritten(f"{path} cannot be written ({reason})", hint="check the folder's rights") from error


def written(sequence: Sequence, folder: Path) -> str:
    """Return the text of the sequence's file, which lies in `folder`; `files.read_sequence` reads it back."""
    reference = {"width": sequence.reference.width, "height": sequence.reference.height}
    head: Fields = {"schema": 1, "name": sequence.name}
    head |= {"description": sequence.description} if sequence.description else {}
    head |= {"version": sequence.version, "app": sequence.app, "reference": reference}
    head |= {"start": sequence.start} if sequence.start is not None else {}
    head |= {"recovery_prompt": sequence.recovery_prompt} if sequence.recovery_prompt else {}
    head |= {"releases": True} if sequence.releases else {}
    lines = [f"  {_json(name)}: {_json(value)}" for name, value in head.items()]
    if sequence.params:
        params = [f"    {_json(name)}: {_json(_param(param))}" for name, param in sequence.params.items()]
        lines.append('  "params": {\n' + ",\n".join(params) + "\n  }")
    tasks = [f"    {_json(task)}" for task in _tasks(sequence, folder)]
    lines.append('  "tasks": [\n' + ",\n".join(tasks) + "\n  ]")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _param(param: Param) -> Fields:
    document: Fields = {"description": param.description} if param.description else {}
    document |= {"default": param.default} if param.default is not None else {}
    return document | ({"secret": True} if param.secret else {})


def _tasks(sequence: Sequence, folder: Path) -> Items[Fields]:
    return list(_between(1, len(sequence.tasks), list(sequence.loops), sequence, folder))


def _between(first: int, last: int, loops: list[Loop], sequence: Sequence, folder: Path) -> Iterator[Fields]:
    """Yield what is in tasks `first` to `last`, of which `loops`, the outer ones first, lie in there."""
    number = first
    while number <= last:
        loop = next((each for each in loops if each.first == number), None)
        if loop is None:
            yield _task(sequence, number, folder)
            number += 1
            continue
        inside = [each for each in loops if each is not loop and loop.first <= each.first and each.last <= loop.last]
        yield _repeat(loop) | {"tasks": list(_between(loop.first, loop.last, inside, sequence, folder))}
        number = loop.last + 1


def _repeat(loop: Loop) -> Fields:
    document: Fields = {"kind": "repeat"}
    if loop.going_on is not None or loop.enough is not None:
        document["most"] = loop.most
    elif loop.most != 1:
        document["times"] = loop.most
    for name, condition in (("while", loop.going_on), ("until", loop.enough), ("when", loop.when)):
        document |= {name: _condition(condition)} if condition is not None else {}
    return document


def _task(sequence: Sequence, number: int, folder: Path) -> Fields:
    task = sequence.tasks[number - 1]
    action = named_action(target_of(task.act))
    document: Fields = {"kind": task.kind}
    document |= {"name": task.name} if task.name != describe(task.act) else {}
    document |= _act(task.act, folder)
    derived = action.screen if action is not None else None
    document |= {"before": task.before} if task.before is not None and task.before != derived else {}
    document |= {"after": task.after} if task.after is not None else {}
    document |= {"effect": task.effect.value} if task.effect is not EFFECTS.get(task.kind, Effect.REPEATABLE) else {}
    document |= {"timeout_s": task.timeout_s} if task.timeout_s != DEFAULT_TIMEOUT_S else {}
    document |= _guards(task)
    looped = any(loop.first <= number <= loop.last and loop.most > 1 for loop in sequence.loops)
    return document | ({"once_per_round": True} if looped and task.effect is Effect.ONCE else {})


def _guards(task: Task) -> Fields:
    document: Fields = {"when": _condition(task.when)} if task.when is not None else {}
    document |= {"happened": _condition(task.happened)} if task.happened is not None else {}
    return document | ({"optional": True} if task.optional else {})


def _act(act: Act, folder: Path) -> Fields:
    target = target_of(act)
    if isinstance(act, PushMedia):
        return {"file": Path(act.path).relative_to(folder).as_posix()}
    place: Fields = {"on": _target(target)} if target is not None else {}
    return place | _of_place(act) | _of_others(act)


def _of_place(act: Act) -> Fields:
    """Return what acts that have a place, or take time, say besides."""
    fields: Fields = {}
    match act:
        case LongTap() | Wait():
            fields = {"seconds": act.seconds}
        case Swipe():
            fields = {"direction": act.direction.value, "seconds": act.seconds}
        case Type() | Assert():
            fields = {"text": source_of(act.text)}
        case Read():
            pattern: Fields = {"pattern": act.pattern} if act.pattern else {}
            fields = {"into": act.into, **pattern, "from": act.origin.value}
        case _:
            pass
    return fields


def _of_others(act: Act) -> Fields:
    fields: Fields = {}
    match act:
        case Press():
            times: Fields = {"times": act.times} if act.times != 1 else {}
            fields = {"key": act.key.value, **times}
        case OpenApp() | StopApp():
            fields = {"app": act.app}
        case SwitchAccount():
            fields = {"account": source_of(act.account)}
        case SelectSlot():
            fields = {"slot": source_of(act.slot)}
        case CallHelper():
            fields = _call(act)
        case _:
            pass
    return fields


def _call(act: CallHelper) -> Fields:
    document: Fields = {"helper": act.helper}
    if act.arguments:
        document["arguments"] = {name: source_of(text) for name, text in act.arguments.items()}
    return document | ({"into": act.into} if act.into else {})


def _target(target: Target) -> object:
    if isinstance(target, Shown):
        return {"text": source_of(target.text), **_inside(target.inside)}
    return _place(target)


def _place(place: ActionName | Rect) -> object:
    return [place.x1, place.y1, place.x2, place.y2] if isinstance(place, Rect) else str(place)


def _inside(inside: ActionName | Rect | None) -> Fields:
    return {} if inside is None else {"in": _place(inside)}


def _condition(condition: Condition) -> Fields:
    match condition:
        case ScreenIs():
            return {"screen": condition.screen}
        case TextIs():
            return {"text": source_of(condition.text), **_inside(condition.inside)}
        case ValueIs():
            return _value(condition)
        case domain.Not():
            return {"not": _condition(condition.condition)}
        case domain.All():
            return {"all": [_condition(each) for each in condition.conditions]}
        case domain.Any():
            return {"any": [_condition(each) for each in condition.conditions]}


def _value(condition: ValueIs) -> Fields:
    (reference,) = (part for part in condition.value.parts if isinstance(part, Reference))
    match condition.comparison:
        case Comparison.EQUALS:
            compared: Fields = {"equals": source_of(condition.wanted)}
        case Comparison.MATCHES:
            compared = {"matches": render(condition.wanted, Values(), Seed()).text}
        case Comparison.IS_EMPTY:
            compared = {"is_empty": True}
    kind = {"run": "var"}.get(reference.category, reference.category)
    return {kind: reference.name} | compared
