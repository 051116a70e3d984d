"""From a play's record to what the report shows: failed first, same failures together."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from drover.screens.domain import Registry
from drover.screens.report.album import Album
from drover.sequences.record import PhoneRecord, PlayRecord, Status, TaskRecord, Timing
from drover.sequences.report.sights import Exhibitor
from drover.sequences.report.views import Column, Failure, PhoneView, ReportView, Segment, SightView, TaskView
from drover.sequences.summary import summarize


def compose(record: PlayRecord, registry: Registry, album: Album) -> ReportView:
    """Return everything that the page shows; the pictures it refers to are in `album` afterwards."""
    columns = _columns(record)
    longest_ms = max((task.timing.wall_ms for phone in record.phones for task in phone.tasks), default=0.0)
    composer = _Composer(Exhibitor(registry, album), len(columns), longest_ms)
    rack = [composer.phone(number, phone) for number, phone in enumerate(record.phones, 1)]
    phones = tuple(sorted(rack, key=lambda phone: phone.record.status is not Status.FAILED))
    return ReportView(
        record=record,
        summary=summarize(record),
        failures=_failures(phones),
        phones=phones,
        columns=columns,
        rows=tuple((phone, _cells(phone, columns)) for phone in phones),
        ended_at=record.started_at + timedelta(seconds=record.wall_s),
    )


def _columns(record: PlayRecord) -> tuple[Column, ...]:
    names = {task.index: task.name for phone in record.phones for task in phone.tasks}
    return tuple(Column(index, names[index]) for index in sorted(names))


def _cells(phone: PhoneView, columns: Sequence[Column]) -> tuple[TaskView | None, ...]:
    tasks = {task.record.index: task for task in phone.tasks}
    return tuple(tasks.get(column.index) for column in columns)


@dataclass(frozen=True, slots=True)
class _Composer:
    """Makes views of phones; time bars are drawn to the scale of the play's longest task."""

    exhibitor: Exhibitor
    steps: int
    longest_ms: float

    def phone(self, number: int, record: PhoneRecord) -> PhoneView:
        anchor = f"phone-{number}"
        tasks = tuple(self._task(each, task) for each, task in zip(_anchors(anchor, record), record.tasks, strict=True))
        completed = {task.index for task in record.tasks if task.status is Status.COMPLETED}
        return PhoneView(anchor, record, tasks, len(completed), self.steps)

    def _task(self, anchor: str, record: TaskRecord) -> TaskView:
        return TaskView(anchor, record, tuple(self._sights(record)), tuple(self._segments(record.timing)))

    def _sights(self, record: TaskRecord) -> Iterator[SightView]:
        for moment, sight in (("Before", record.before), ("After", record.after)):
            if sight is not None:
                yield self.exhibitor.sight(sight, moment, record.region)

    def _segments(self, timing: Timing) -> Iterator[Segment]:
        start = 0.0
        for kind, name, ms in (
            ("device", "phone", timing.device_ms),
            ("waited", "waiting", timing.waited_ms),
            ("overhead", "overhead", timing.overhead_ms),
        ):
            share = 100 * ms / self.longest_ms if self.longest_ms else 0.0
            yield Segment(kind, name, ms, start, share)
            start += share


def _anchors(phone: str, record: PhoneRecord) -> Iterator[str]:
    """Yield a name for each task run; a task that was played again has another one each time."""
    times: Counter[int] = Counter()
    for task in record.tasks:
        times[task.index] += 1
        again = f"-{times[task.index]}" if times[task.index] > 1 else ""
        yield f"{phone}-task-{task.index}{again}"


def _failures(phones: Sequence[PhoneView]) -> tuple[Failure, ...]:
    """Put phones together that stopped at the same task and region with the same screen, or for the same reason."""
    groups: dict[tuple[int, str, str], list[PhoneView]] = {}
    for phone in phones:
        if phone.record.status is Status.FAILED:
            groups.setdefault(_cause(phone), []).append(phone)
    return tuple(_failure(group) for group in groups.values())


def _cause(phone: PhoneView) -> tuple[int, str, str]:
    if phone.failed is None:
        return 0, phone.record.error, ""
    task = phone.failed.record
    last = task.after or task.before
    return task.index, task.region or task.error, (last.actual if last is not None else None) or ""


def _failure(group: Sequence[PhoneView]) -> Failure:
    first, task = group[0], group[0].failed
    source = first.record if task is None else task.record
    return Failure(tuple(group), task, source.error, source.hint)
