"""A play in figures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from drover.sequences.record import PlayRecord, Status


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of phones and tasks, and where the time went.

    Tasks that were skipped do not count. `verified` counts the completed tasks whose screen afterwards was seen and at
    rest. `device_ratio` is the phones' wall time divided by the time inside their driver calls, 0 where there was none.
    Percentiles are over all tasks.
    """

    phones: int
    completed: int
    failed: int
    tasks: int
    verified: int
    wall_s: float
    overhead_ms_p50: float
    overhead_ms_p95: float
    captures_per_task_p50: float
    device_ratio: float


def summarize(record: PlayRecord) -> Summary:
    """Return the play's figures."""
    tasks = [task for phone in record.phones for task in phone.tasks if task.status is not Status.SKIPPED]
    overheads = [task.timing.overhead_ms for task in tasks]
    device_ms = sum(task.timing.device_ms for task in tasks)
    return Summary(
        phones=len(record.phones),
        completed=sum(phone.status is Status.COMPLETED for phone in record.phones),
        failed=sum(phone.status is Status.FAILED for phone in record.phones),
        tasks=len(tasks),
        verified=sum(task.status is Status.COMPLETED and task.after is not None for task in tasks),
        wall_s=record.wall_s,
        overhead_ms_p50=percentile(overheads, 50),
        overhead_ms_p95=percentile(overheads, 95),
        captures_per_task_p50=percentile([float(task.captures) for task in tasks], 50),
        device_ratio=sum(task.timing.wall_ms for task in tasks) / device_ms if device_ms else 0.0,
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile, or 0 for no values."""
    if not values:
        return 0.0
    return sorted(values)[max(0, math.ceil(percent / 100 * len(values)) - 1)]
