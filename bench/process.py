"""What this process holds: memory, handles, threads."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

STATUS = Path("/proc/self/status")
HANDLES = Path("/proc/self/fd")


@dataclass(frozen=True)
class Sample:
    """One look at the process."""

    at_s: float
    rss_mb: float
    handles: int
    threads: int


def sample() -> Sample:
    """Look at this process."""
    fields = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    rss_mb = int(fields["VmRSS"].split()[0]) / 1024
    return Sample(perf_counter(), rss_mb, len(list(HANDLES.iterdir())), int(fields["Threads"]))


@dataclass
class Watch:
    """Samples taken while something runs."""

    samples: list[Sample] = field(default_factory=list[Sample])

    @property
    def peak_mb(self) -> float:
        """The most memory that was seen."""
        return max(each.rss_mb for each in self.samples)


@contextlib.asynccontextmanager
async def watched(every_s: float) -> AsyncIterator[Watch]:
    """Sample this process while the block runs."""
    watch = Watch([sample()])

    async def follow() -> None:
        while True:
            await asyncio.sleep(every_s)
            watch.samples.append(sample())

    task = asyncio.create_task(follow())
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        watch.samples.append(sample())


def slope_per_hour(samples: list[Sample], what: str) -> float:
    """Return by how much `what` grows in an hour: the slope of the line through the samples."""
    xs = [each.at_s / 3600 for each in samples]
    ys = [float(getattr(each, what)) for each in samples]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread if spread else 0.0
