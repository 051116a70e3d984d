"""Progress of a play on the terminal: a table that changes where there is one, a line per phone where there is not."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest

from rich.console import Console
from rich.live import Live
from rich.table import Column, Table

from drover.sequences.player.events import Event, PhoneEnded, PhonePaused, PhoneResumed, Progress, StepBegan, StepEnded
from drover.sequences.record import PhoneRecord, PlayRecord, Status
from drover.sequences.summary import Summary
from drover.sequences.wording import describe_rounds


@dataclass
class _Row:
    what: str = "attaching"
    steps: set[int] = field(default_factory=set[int])
    paused: str = ""
    ended: PhoneRecord | None = None


@contextmanager
def live(console: Console, steps: int) -> Iterator[Progress]:
    """Show a play's progress while the block runs; `steps` is what each phone has before it."""
    rows: dict[str, _Row] = {}
    if not console.is_terminal:
        yield lambda event: _say(console, event, steps)
        return
    with Live(console=console, refresh_per_second=8, transient=True, get_renderable=lambda: _table(rows, steps)):
        yield lambda event: _note(rows, event)


def show_summary(console: Console, record: PlayRecord, summary: Summary) -> None:
    """Print what came out."""
    failed = [phone for phone in record.phones if phone.error]
    for phone, following in zip_longest(failed, failed[1:]):
        console.print(f"✗ {phone.name}: {failure(phone)}", style="red", markup=False, highlight=False, soft_wrap=True)
        if phone.hint and (following is None or following.hint != phone.hint):
            console.print(f"  {phone.hint}", style="dim", markup=False, highlight=False, soft_wrap=True)
    lines = (
        f"{summary.completed} of {summary.phones} phones completed “{record.sequence}” in {summary.wall_s:.1f} s",
        f"{summary.verified} of {summary.tasks} tasks verified on screen",
        f"Drover's own time: {summary.overhead_ms_p50:.0f} ms a task (p95 {summary.overhead_ms_p95:.0f} ms)",
    )
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def failure(phone: PhoneRecord) -> str:
    """Return where and why a phone failed; before its first step there is no where."""
    stopped = next((task for task in phone.tasks if task.status is Status.FAILED), None)
    if stopped is None:
        return phone.error
    where = ", ".join(filter(None, (f"step {stopped.index}", stopped.name, describe_rounds(stopped.rounds))))
    return f"{where}: {phone.error}"


def _note(rows: dict[str, _Row], event: Event) -> None:
    row = rows.setdefault(event.phone, _Row())
    match event:
        case StepBegan(step=step, rounds=rounds):
            row.what = ", ".join(filter(None, (step.task.name, describe_rounds(rounds))))
        case StepEnded(record=record):
            row.steps |= {record.index} if record.status is Status.COMPLETED else set()
        case PhonePaused(reason=reason):
            row.paused = f"paused until it is back: {reason}"
        case PhoneResumed():
            row.paused = ""
        case PhoneEnded(record=record):
            row.paused = ""
            row.ended, row.what = record, record.error.partition("\n")[0] or record.note or "completed"


def _say(console: Console, event: Event, steps: int) -> None:
    match event:
        case PhonePaused(phone=phone, reason=reason):
            line = f"{phone}: paused until it is back: {reason}"
        case PhoneResumed(phone=phone):
            line = f"{phone}: is back, and goes on"
        case PhoneEnded(phone=phone, record=record) if record.note:
            line = f"{phone}: {record.note}"
        case PhoneEnded(phone=phone, record=record):
            done = len({task.index for task in record.tasks if task.status is Status.COMPLETED})
            line = f"{phone}: {record.status.value}, {done}/{steps} tasks, {record.wall_s:.1f} s"
        case StepBegan() | StepEnded():
            return
    console.print(line, markup=False, highlight=False)


def _table(rows: dict[str, _Row], steps: int) -> Table:
    fixed = [Column(name, no_wrap=True) for name in ("phone", "tasks")]
    now = Column("now", no_wrap=True, ratio=1)  # takes what the others leave, and is cut off there
    table = Table(*fixed, now, box=None, padding=(0, 2), header_style="dim", expand=True)
    for name, row in sorted(rows.items(), key=lambda item: _counted(item[0])):
        failed = row.ended is not None and row.ended.status is Status.FAILED
        style = "red" if failed else "green" if row.ended is not None else "yellow" if row.paused else ""
        filled = round(20 * len(row.steps) / steps)
        table.add_row(
            name, f"{'━' * filled}{'╌' * (20 - filled)} {len(row.steps)}/{steps}", row.paused or row.what, style=style
        )
    return table


def _counted(name: str) -> list[tuple[int, str]]:
    """Return what sorts `phone2` before `phone10`."""
    return [(int(part or 0), part) if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]
