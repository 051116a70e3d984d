"""Runs for a long time through one `drover up`, with few faults: what grows of it, in memory and in its files."""

import asyncio
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from bench.process import Sample, slope_per_hour, watched
from bench.up_rounds import Counts, UpStand, up_stand
from drover.kernel.randomness import stream

FAULTS: Final = 0.01
"""The part of touches that are lost; and of runs, of each sort, in which a popup comes or the phone goes away."""
WARM_UP: Final = 0.25
"""The part of the time, at the beginning, that does not count."""
FLAT: Final = {"rss_mb": 20.0, "handles": 4.0, "threads": 2.0}
"""How much more there may be at the end than after the warm-up, by the line through the samples."""
FLAT_ROWS: Final = 10
"""By so many rows a table may have grown that keeps nothing of runs that are over."""
HISTORY: Final = frozenset(
    {
        *("drover/workflow_runs", "drover/sequence_runs", "drover/task_runs", "drover/recovery_attempts"),
        *("drover/audit_rows", "drover/outbox_events"),
        *("agent/plays", "agent/numbers", "agent/events"),
        *("journal/runs", "journal/marks", "journal/attempts", "journal/acts", "journal/texts"),
        "phones/events",
    }
)
"""What is kept on purpose: runs and what was done, what an agent must not do twice, the history of phones."""


def run(*, minutes: float = 60, phones: int = 6, profile: str = "none", every_s: float = 2.0) -> dict[str, Any]:
    """Return the figures and a verdict."""
    return asyncio.run(_measure(minutes, phones, profile, every_s))


async def _measure(minutes: float, phones: int, profile: str, every_s: float) -> dict[str, Any]:
    counts = Counts()
    with tempfile.TemporaryDirectory() as folder:
        async with up_stand(Path(folder), phones, profile, timeout_s=15, task_retries=2, away_s=60.0) as stand:
            began, number = perf_counter(), 0
            before: tuple[int, dict[str, int], dict[str, int]] | None = None
            async with watched(every_s) as watch:
                while perf_counter() - began < minutes * 60:
                    await _round(stand, number, counts)
                    number += 1
                    if before is None and perf_counter() - began >= WARM_UP * minutes * 60:
                        before = await _kept(stand, counts)
            after = await _kept(stand, counts)
    samples = [each for each in watch.samples if each.at_s - began >= WARM_UP * minutes * 60]
    growth = {name: _growth(samples, name) for name in FLAT}
    files = _files(before or after, after)
    flat = all(growth[name] <= most for name, most in FLAT.items()) and not files["tables_that_grow"]
    return {
        "minutes": minutes,
        "runs": counts.runs["runs"],
        "completed": counts.runs["completed"],
        "doubled": counts.runs["doubled"],
        "failures": dict(counts.failures.most_common()),
        "samples": len(samples),
        "rss_mb_peak": round(watch.peak_mb),
        **{f"{name}_growth": round(value, 2) for name, value in growth.items()},
        **files,
        "verdict": "flat" if flat else "grows",
    }


async def _kept(stand: UpStand, counts: Counts) -> tuple[int, dict[str, int], dict[str, int]]:
    """Return how many runs there were, and what is kept after cleaning up: rows by table, bytes by file."""
    await stand.clean_up()
    return counts.runs["runs"], await asyncio.to_thread(stand.rows), await asyncio.to_thread(stand.sizes)


def _files(
    before: tuple[int, dict[str, int], dict[str, int]], after: tuple[int, dict[str, int], dict[str, int]]
) -> dict[str, Any]:
    runs = max(1, after[0] - before[0])
    rows = {name: count - before[1].get(name, 0) for name, count in after[1].items()}
    sizes = {name: size - before[2].get(name, 0) for name, size in after[2].items()}
    return {
        "rows_per_run": {name: round(more / runs, 2) for name, more in sorted(rows.items()) if name in HISTORY},
        "tables_that_grow": {
            name: more for name, more in sorted(rows.items()) if name not in HISTORY and more > FLAT_ROWS
        },
        "kb_per_run": {name: round(more / runs / 1024, 1) for name, more in sorted(sizes.items()) if more},
    }


def _growth(samples: list[Sample], name: str) -> float:
    hours = (samples[-1].at_s - samples[0].at_s) / 3600
    return slope_per_hour(samples, name) * hours


async def _round(stand: UpStand, number: int, counts: Counts) -> None:
    """Run once on every phone, with few faults."""
    await stand.renew()
    rng = stream(7, "soak", number)
    for phone in stand.phones:
        await stand.give(phone, "lost_touch", probability=FAULTS)
        if rng.random() < FAULTS:
            await stand.give(phone, "popup", name="update", on_page="plaza.feed")
        if rng.random() < FAULTS:
            await stand.give(phone, "disconnect", seconds=3.0, after_s=round(rng.uniform(1, 8), 1))
    await stand.round(counts)
