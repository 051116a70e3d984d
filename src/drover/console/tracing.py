"""A run as its page and its exported file need it: read in one unit, shown as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from drover.console.names import Names, names_in
from drover.console.visit import Visit
from drover.console.words import PART_TONES, RESULTS, duration, sentence, span
from drover.fleet.domain.records import PhoneRecord
from drover.platform.db.database import Unit
from drover.workflows.domain.definitions import UnknownDefinition
from drover.workflows.domain.records import STEP, RecoveryAttempt, Run, StepRun, TaskRun
from drover.workflows.domain.runs import PartStatus, RunStatus

MOST_TASKS: Final = 2_000
"""How many tasks of one step are read at once; the next look reads those that follow."""
CONTINUABLE: Final = frozenset({RunStatus.FAILED, RunStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Told:
    """A run, its steps in order, the tasks of each, and what was done to bring it back on its way.

    `screens` is the digest of the registry that the client uses now; empty where it has none.
    """

    run: Run
    steps: Sequence[StepRun]
    tasks: Mapping[str, Sequence[TaskRun]]
    recoveries: Sequence[RecoveryAttempt]
    phone: PhoneRecord
    names: Names
    screens: str


async def told(visit: Visit, run_id: str, before: Told | None = None) -> Told:
    """Return everything that is known of a run; of what was told before, only what may have changed is read again.

    Raises UnknownRun.
    """
    services = visit.services
    async with visit.reading() as unit:
        run = await services.runs.get(unit, run_id)
        steps = await services.runs.steps(unit, run_id)
        tasks = {step.id: await _tasks(visit, unit, step.id, before) for step in steps}
        recoveries = await services.runs.recoveries(unit, run_id)
        if before is not None:
            return Told(run, steps, tasks, recoveries, before.phone, before.names, before.screens)
        phone = await services.phones.get(unit, run.phone_id)
        names = await names_in(unit, services)
        screens = await _screens(visit, unit)
    return Told(run, steps, tasks, recoveries, phone, names, screens)


async def _tasks(visit: Visit, unit: Unit, step_id: str, before: Told | None) -> Sequence[TaskRun]:
    """Return a step's tasks. Each has ended when it is kept, and is never changed: those that are known stay."""
    known = () if before is None else before.tasks.get(step_id, ())
    last = known[-1].number if known else 0
    return (*known, *await visit.services.runs.tasks(unit, step_id, after=last, limit=MOST_TASKS))


async def _screens(visit: Visit, unit: Unit) -> str:
    try:
        return await visit.services.definitions.screens(unit)
    except UnknownDefinition:
        return ""


def shown_steps(visit: Visit, told: Told) -> Sequence[Mapping[str, Any]]:
    """Return the steps with their tasks, as the trace shows them."""
    may_continue = told.run.status in CONTINUABLE
    return [_step(visit, told, step, may_continue=may_continue) for step in told.steps]


def _step(visit: Visit, told: Told, step: StepRun, *, may_continue: bool) -> Mapping[str, Any]:
    own = step.purpose == STEP
    live = step.status is PartStatus.RUNNING and told.run.status is RunStatus.RUNNING
    took = duration(step.started_at, step.ended_at) if step.started_at and step.ended_at else ""
    version = f"{step.sequence} version {step.sequence_version}" if step.sequence_version else step.sequence
    again = f"{step.attempt} attempts" if step.attempt > 1 else ""
    under_way = f"task {step.step} is under way" if live and step.step else ""
    troubled = step.reason and step.status is not PartStatus.COMPLETED
    return {
        "id": step.id,
        "number": step.position if own else "»",
        "name": step.name if own else f"Prepare: {step.name}",
        "status": step.status.value,
        "tone": PART_TONES[step.status],
        "live": live,
        "empty": "The first task is under way."
        if live
        else "Not begun yet."
        if not step.status.over
        else "No task was played.",
        "note": " · ".join(part for part in (version, again, took, RESULTS[step.result], under_way) if part),
        "reason": f"{sentence(step.reason)}. {sentence(step.hint)}" if troubled else "",
        "from": step.position if own and may_continue else 0,
        "tasks": [_task(visit, told, step, task, may_continue=own and may_continue) for task in told.tasks[step.id]],
    }


def _task(visit: Visit, told: Told, step: StepRun, task: TaskRun, *, may_continue: bool) -> Mapping[str, Any]:
    rounds = f" · round {'.'.join(map(str, task.rounds))}" if task.rounds else ""
    return {
        "id": task.id,
        "number": task.step,
        "index": task.step,
        "name": task.name,
        "kind": task.kind + rounds,
        "text": task.error or task.text,
        "tries": task.attempts,
        "once": task.effect == "once",
        "status": task.status.value,
        "tone": PART_TONES[task.status],
        "took": duration(task.started_at, task.ended_at) if task.ended_at else "",
        "from": step.position if may_continue else 0,
        "figures": list(_figures(visit, told, task)),
        "facts": [list(pair) for pair in _task_facts(visit, task) if pair[1]],
    }


def _figures(visit: Visit, told: Told, task: TaskRun) -> Sequence[Mapping[str, str]]:
    """Return what was expected and what was seen, side by side, and what was there before the act."""
    place = f"/expected-screens/{visit.client}/{told.screens}/{task.expected}"
    last = {"caption": "Seen", "words": task.actual or "unknown screen", "why": "No frame was kept"}
    if task.frame_after or task.frame_before:
        last["src"] = _frame(visit, told, task.frame_after or task.frame_before or "")
    figures = [
        {
            "caption": "Expected",
            "words": task.expected or "no screen in particular",
            "src": place if task.expected and told.screens else "",
            "why": "No screen was expected",
        },
        last,
    ]
    if task.frame_before and task.frame_after and task.frame_before != task.frame_after:
        before = {"caption": "Before the act", "words": "", "src": _frame(visit, told, task.frame_before), "why": ""}
        figures.insert(0, before)
    return figures


def _frame(visit: Visit, told: Told, digest: str) -> str:
    return f"/frames-of-runs/{visit.client}/{told.run.id}/{digest}"


def _task_facts(visit: Visit, task: TaskRun) -> Sequence[tuple[str, str]]:
    timing = {name.removesuffix("_ms"): f"{ms / 1000:.2f} s" for name, ms in task.timing.items()}
    words = {"wall": "Took", "device": "of it the phone", "waited": "of it waiting"}
    return [
        ("Began", visit.local(task.started_at)),
        *((words.get(name, name), value) for name, value in timing.items()),
        ("Text", task.text),
        *((sentence(name), value) for name, value in task.parameters.items()),
        ("Effect", task.effect),
        ("Attempts", str(task.attempts)),
        ("Error", sentence(task.error)),
        ("What to do", sentence(task.hint)),
    ]


def journal(visit: Visit, told: Told) -> Sequence[tuple[str, str]]:
    """Return what happened, each with its time, the latest first."""
    run = told.run
    happened = [(run.created_at, "Made" + (" by a schedule" if run.schedule_id else " by hand"))]
    if run.started_at:
        happened.append((run.started_at, f"Began on {told.phone.name}"))
    for step in told.steps:
        if step.started_at:
            happened.append((step.started_at, f"{step.name}: began"))
        if step.ended_at:
            why = f": {step.reason}" if step.reason else ""
            happened.append((step.ended_at, f"{step.name}: {step.status.value}{why}"))
        for task in told.tasks[step.id]:
            if task.status is PartStatus.FAILED or task.attempts > 1:
                ended = task.ended_at or task.started_at
                tries = f" after {task.attempts} attempts" if task.attempts > 1 else ""
                happened.append((ended, f"{task.name}: {task.status.value}{tries}"))
    for one in told.recoveries:
        took = f" in {span(one.ended_at - one.started_at)}" if one.ended_at else ""
        happened.append((one.started_at, f"Recovery {one.number} ({one.strategy}): {one.outcome}{took}"))
    if run.status is RunStatus.PAUSED or run.ended_at:
        why = f": {run.reason}" if run.reason else ""
        happened.append((run.ended_at or run.moved_at, sentence(run.status.value) + why))
    latest_first = sorted(happened, key=lambda one: one[0], reverse=True)
    return [(visit.local(at), words) for at, words in latest_first]


def facts(visit: Visit, told: Told) -> Sequence[tuple[str, str]]:
    """Return what the run is, in names and values."""
    run = told.run
    began, ended = run.started_at, run.ended_at
    return [
        ("Phone", told.phone.name),
        ("Model", told.phone.model),
        ("Account", (run.account_id or "")[:8]),
        ("Schedule", told.names.schedules.get(run.schedule_id or "", "")),
        ("Occurrence", run.occurrence or ""),
        ("Due", visit.local(run.due_at)),
        ("Began", visit.local(began) if began else ""),
        ("Ended", visit.local(ended) if ended else ""),
        ("Took", duration(began, ended) if began and ended else ""),
        ("Result", (run.result.value.replace("_", " ") if run.result else "")),
        ("Attempt", str(run.attempt) if run.attempt else ""),
        ("Priority", str(run.priority)),
        ("Seed", str(run.seed)),
        ("Id", run.id),
    ]


def versions(told: Told) -> Sequence[tuple[str, str]]:
    """Return the versions of the definitions that the run names."""
    own = (f"workflow {told.names.workflow(told.run.workflow_id)}", f"version {told.run.workflow_version}")
    return [own, *((name, f"version {version}") for name, version in told.run.versions.items())]


def parameters(told: Told) -> Sequence[tuple[str, str]]:
    """Return the run's resolved parameters."""
    return [(name, str(value)) for name, value in told.run.parameters.items()]


def recoveries(visit: Visit, told: Told) -> Sequence[tuple[str, str]]:
    """Return what was done to bring the run back on its way."""
    return [
        (f"{one.number}. {one.strategy}", f"{one.outcome} · {visit.local(one.started_at)} · {len(one.acts)} acts")
        for one in told.recoveries
    ]
