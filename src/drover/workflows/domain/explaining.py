"""What is going to be run, and why there, then and so: worked out beforehand, and nothing of it done. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from drover.kernel.errors import DroverError
from drover.language.parsing import parse_selector, parse_text
from drover.language.selecting import Inventory, LeftOut
from drover.language.text import Literal
from drover.workflows.domain.advancing import turn
from drover.workflows.domain.choosing import choose
from drover.workflows.domain.conditions import Facts, decide, worded
from drover.workflows.domain.conflicts import Conflict, Planned, expect
from drover.workflows.domain.schedule import Schedule
from drover.workflows.domain.staggering import staggered
from drover.workflows.domain.status import DUE
from drover.workflows.domain.targets import Resolved, Target, targets_of
from drover.workflows.domain.timing import Occurrence
from drover.workflows.domain.workflow import PlaySequence, Step, Workflow

MOST_STARTS: Final = 10_000
"""How many starts of one schedule are told."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A schedule, its workflow at the version that it will use, how long that lasts, and names of what it waits for."""

    schedule: Schedule
    workflow: Workflow
    version: int
    lasts: timedelta
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeseenStep:
    """A step, and whether it will be played: None where that is only known once those before it have ended."""

    id: str
    name: str
    played: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class Start:
    """One run that is to come: when it is due, when it is expected to begin, where, what, and the reasons.

    `why` are sentences: why this moment, these targets, this phone's place among them, and what it waits for.
    """

    schedule: str
    workflow: str
    version: int
    occurrence: str
    due_at: datetime
    expected_at: datetime
    phone: str
    account: str
    priority: int
    steps: tuple[ForeseenStep, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Silent:
    """A schedule, or an occurrence of it, of which nothing comes, and why."""

    schedule: str
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is to come, in the order in which it is expected to begin; what waits for what; and what does not come."""

    starts: tuple[Start, ...]
    conflicts: tuple[Conflict, ...]
    silent: tuple[Silent, ...]
    left_out: Mapping[str, tuple[LeftOut, ...]]


def explain(ahead: Sequence[Ahead], inventory: Inventory, now: datetime, until: datetime) -> Explanation:
    """Return what comes of the schedules from `now` until before `until`, if nobody changes anything."""
    starts: dict[tuple[str, str, str], Start] = {}
    silent: list[Silent] = []
    left_out: dict[str, tuple[LeftOut, ...]] = {}
    planned: list[Planned] = []
    for each in ahead:
        name = each.schedule.plan.name
        try:
            resolved = targets_of(each.workflow, parse_selector(each.schedule.plan.target), inventory)
        except DroverError as error:
            silent.append(Silent(name, error.message))
            continue
        left_out[name] = resolved.left_out
        coming, quiet = _of_schedule(each, resolved, now, until)
        silent += quiet
        for start in coming:
            starts[start.schedule, start.occurrence, start.account or start.phone] = start
            planned.append(_planned(start, each.lasts))
    expected = expect(planned)
    told = [_expected(starts[run.schedule, run.occurrence, run.target], run) for run in expected.runs]
    return Explanation(tuple(told), expected.conflicts, tuple(silent), left_out)


def seen(explanation: Explanation, phones: Collection[str], accounts: Collection[str]) -> Explanation:
    """Return what an explanation tells of these phones and accounts alone; of phones where runs have no account."""
    names = {*phones, *accounts}
    return Explanation(
        tuple(start for start in explanation.starts if (start.account or start.phone) in names),
        tuple(conflict for conflict in explanation.conflicts if conflict.waits.target in names),
        explanation.silent,
        {name: tuple(one for one in left if one.name in names) for name, left in explanation.left_out.items()},
    )


def _of_schedule(each: Ahead, resolved: Resolved, now: datetime, until: datetime) -> tuple[list[Start], list[Silent]]:
    name, status = each.schedule.plan.name, each.schedule.progress.status
    starts: list[Start] = []
    silent: list[Silent] = []
    if status not in DUE:
        silent.append(Silent(name, f"is {status.value}"))
    position = each.schedule.progress.position
    by_key = {target.key: target for target in resolved.targets}
    for occurrence in islice(_coming(each.schedule, now, until, silent), MOST_STARTS):
        chosen = choose(each.schedule.plan.choosing, by_key, position, each.schedule.seed)
        position = chosen.position
        if not chosen.targets:
            silent.append(Silent(name, f"{occurrence.id}: {chosen.why}"))
        starts += _starts(each, occurrence, [by_key[key] for key in chosen.targets], chosen.why, now)
    if not starts and not silent:
        silent.append(Silent(name, _later(each.schedule)))
    return starts, silent


def _coming(schedule: Schedule, now: datetime, until: datetime, silent: list[Silent]) -> Iterator[Occurrence]:
    """Yield what is overdue and what comes until before `until`, as turn by turn it would be taken."""
    moment = now
    while moment < until:
        taken = turn(schedule, moment)
        silent += [Silent(schedule.plan.name, why) for why in taken.left_out]
        schedule = replace(schedule, progress=taken.progress)
        if taken.occurrence is not None:
            yield taken.occurrence
        elif taken.progress.status not in DUE or taken.progress.next_at is None:
            return
        else:
            moment = max(moment, taken.progress.next_at)


def _starts(
    each: Ahead, occurrence: Occurrence, targets: Sequence[Target], why_these: str, now: datetime
) -> Iterator[Start]:
    plan = each.schedule.plan
    steps = tuple(_foreseen(each, step) for step in each.workflow.steps)
    due = staggered(targets, max(occurrence.at, now), plan.stagger)
    first = min(due.values(), default=now)
    for target in targets:
        why = [occurrence.why, f"{plan.target}: {why_these}"]
        if occurrence.at < now:
            why.append(f"overdue since {occurrence.at:%Y-%m-%d %H:%M} UTC")
        if due[target] > first:
            seconds = (due[target] - first).total_seconds()
            why.append(f"starts {seconds:.0f} s after the first phone, each {plan.stagger.total_seconds():.0f} s later")
        why += [f"only once {name} has completed" for name in each.waits_for]
        priority = each.workflow.priority if plan.priority is None else plan.priority
        yield Start(
            schedule=plan.name,
            workflow=each.workflow.name,
            version=each.version,
            occurrence=occurrence.id,
            due_at=due[target],
            expected_at=due[target],
            phone=target.phone,
            account=target.account,
            priority=priority,
            steps=steps,
            why=tuple(why),
        )


def _foreseen(each: Ahead, step: Step) -> ForeseenStep:
    name = step.work.sequence if isinstance(step.work, PlaySequence) else step.work.helper
    if step.when is None:
        return ForeseenStep(step.id, name, played=True, why="always")
    played = decide(step.when, Facts(_known(each), {}, complete=False))
    how = {True: "holds", False: "does not hold", None: "is not known before the run"}[played]
    return ForeseenStep(step.id, name, played, f"{worded(step.when)}: {how}")


def _known(each: Ahead) -> Mapping[str, str]:
    """Return the parameters whose values are what is written: no secret, nothing that is resolved or drawn later."""
    known: dict[str, str] = {}
    for name, param in each.workflow.params.items():
        source = each.schedule.plan.parameters.get(name, param.default)
        if source is not None and not param.secret:
            parts = parse_text(source).parts
            literals = [part.text for part in parts if isinstance(part, Literal)]
            known |= {f"param.{name}": "".join(literals)} if len(literals) == len(parts) else {}
    return known


def _planned(start: Start, lasts: timedelta) -> Planned:
    target = start.account or start.phone
    return Planned(
        start.schedule, start.occurrence, start.phone, target, start.due_at, lasts, start.priority, start.due_at
    )


def _expected(start: Start, run: Planned) -> Start:
    if run.begins == start.due_at:
        return start
    why = (*start.why, f"expected at {run.begins:%H:%M:%S} UTC, once {start.phone} is free")
    return replace(start, expected_at=run.begins, why=why)


def _later(schedule: Schedule) -> str:
    next_at = schedule.progress.next_at
    return f"comes next at {next_at:%Y-%m-%d %H:%M} UTC" if next_at is not None else "does not come any more"
