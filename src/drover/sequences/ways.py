"""An app's own ways: sequences that switch its account or slot, played in the place of the task that asks for it."""

import hashlib
from collections.abc import Mapping
from collections.abc import Sequence as Items
from dataclasses import replace
from pathlib import Path
from typing import Final

from drover.language.text import Reference, Text, references, substitute
from drover.platform.documents import BadDocument, Fault
from drover.screens.domain import Registry
from drover.sequences.binding import Change, loop_with, task_with
from drover.sequences.domain import (
    Act,
    Assert,
    CallHelper,
    Loop,
    Read,
    SelectSlot,
    Sequence,
    SwitchAccount,
    Task,
    variable_of,
)
from drover.sequences.files import load_sequence

PARAMETERS: Final = {"switch_account": "account", "select_slot": "slot"}
"""The one input that a way has, by the kind of task that it is for."""


def with_ways(sequence: Sequence, registry: Registry) -> Sequence:
    """Return the sequence with the ways of its app in the place of the tasks that ask for them.

    Raises BadDocument, which names the way's file where that is at fault. A task for which the app declares no way is
    left as it is.
    """
    app = registry.apps.get(sequence.app)
    asked = {task.kind for task in sequence.tasks if task.kind in PARAMETERS}
    ways = {kind: _way(Path(app.ways[kind]), kind, sequence) for kind in asked if app is not None and kind in app.ways}
    if not ways:
        return sequence
    tasks: list[Task] = []
    loops: list[Loop] = []
    firsts: list[int] = []
    for task in sequence.tasks:
        firsts.append(len(tasks) + 1)
        if task.kind in ways:
            way = ways[task.kind]
            loops += _moved(way, task, len(tasks))
            tasks += _filled(way, task)
        else:
            tasks.append(task)
    lasts = [*(first - 1 for first in firsts[1:]), len(tasks)]
    own = [replace(loop, first=firsts[loop.first - 1], last=lasts[loop.last - 1]) for loop in sequence.loops]
    ordered = sorted([*own, *loops], key=lambda loop: (loop.first, -loop.last))
    digests = "".join([sequence.digest, *(ways[kind].digest for kind in sorted(ways))])
    digest = hashlib.sha256(digests.encode()).hexdigest()
    return replace(sequence, tasks=tuple(tasks), loops=tuple(ordered), digest=digest)


def _way(path: Path, kind: str, sequence: Sequence) -> Sequence:
    way = load_sequence(path)
    name = PARAMETERS[kind]
    faults: list[Fault] = []
    if set(way.params) != {name}:
        faults.append(Fault("params", f"a way to {kind.replace('_', ' ')} has the input {name} and no other"))
    if way.app != sequence.app:
        faults.append(Fault("app", f"is {way.app}, but the way is declared by {sequence.app}"))
    if way.reference != sequence.reference:
        faults.append(Fault("reference", "is not that of the sequence that asks for it", "give both the same"))
    if any(task.kind in PARAMETERS for task in way.tasks):
        faults.append(Fault("tasks", "a way cannot ask for another one"))
    if not any(isinstance(task.act, Assert) and _names(task.act.text, f"param.{name}") for task in way.tasks):
        faults.append(Fault("tasks", f"nothing proves it: no assert of ${{param.{name}}}", "add one as its last task"))
    if faults:
        raise BadDocument(str(path), faults)
    return way


def _names(text: Text, key: str) -> bool:
    return any(isinstance(each, Reference) and each.key == key for each in references(text))


def _filled(way: Sequence, task: Task) -> Items[Task]:
    change = _change(way, task)
    return [_renamed(task_with(each, change), task) for each in way.tasks]


def _moved(way: Sequence, task: Task, by: int) -> Items[Loop]:
    change = _change(way, task)
    moved = [replace(loop_with(loop, change), first=loop.first + by, last=loop.last + by) for loop in way.loops]
    whole = [Loop(by + 1, by + len(way.tasks), when=task.when)] if task.when is not None else []
    return [*whole, *moved]


def _change(way: Sequence, task: Task) -> Change:
    """Return what fills in the way's input, and keeps its variables apart from those of the sequence."""
    given: Mapping[str, Text] = {f"param.{PARAMETERS[task.kind]}": _asked(task.act)}
    own = {variable_of(each.act) for each in way.tasks}
    own_texts = {f"run.{name}": Text((Reference("run", f"{task.kind}_{name}", 1),)) for name in own if name}
    return lambda text: substitute(text, {**given, **own_texts})


def _renamed(own: Task, asking: Task) -> Task:
    """Return a task of a way under the name of the one that asks for it, its variable kept apart."""
    act = own.act
    if isinstance(act, Read | CallHelper) and act.into:
        act = replace(act, into=f"{asking.kind}_{act.into}")
    return replace(own, name=f"{asking.name}: {own.name}", act=act, optional=own.optional or asking.optional)


def _asked(act: Act) -> Text:
    match act:
        case SwitchAccount():
            return act.account
        case SelectSlot():
            return act.slot
        case _:
            raise AssertionError(act)  # only the kinds of PARAMETERS are asked for
