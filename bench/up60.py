"""Sixty phones, one `drover up`: a thousand runs, how fast, with how much CPU and memory, and how its files grow."""

import asyncio
import os
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.process import watched
from bench.up_rounds import Counts, up_stand


def run(*, runs: int = 1000, phones: int = 60, profile: str = "none") -> dict[str, Any]:
    """Return the figures; CPU and memory are of the process that everything but the simulator runs in."""
    return asyncio.run(_measure(runs, phones, profile))


async def _measure(runs: int, phones: int, profile: str) -> dict[str, Any]:
    counts = Counts()
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        began = perf_counter()
        async with up_stand(Path(folder), phones, profile, timeout_s=120, task_retries=2) as stand:
            ready_s = perf_counter() - began
            before = await asyncio.to_thread(stand.sizes)
            began, cpu = perf_counter(), _cpu_s()
            async with watched(1.0) as watch:
                while counts.runs["runs"] < runs:
                    await stand.renew()
                    await stand.round(counts, most=runs - counts.runs["runs"])
            wall_s, cpu_s = perf_counter() - began, _cpu_s() - cpu
            await stand.clean_up()
            after = await asyncio.to_thread(stand.sizes)
    done = counts.runs["runs"]
    return {
        "phones": phones,
        "profile": profile,
        "runs": done,
        "completed": counts.runs["completed"],
        "doubled": counts.runs["doubled"],
        "failures": dict(counts.failures.most_common()),
        "ready_s": round(ready_s, 1),
        "wall_s": round(wall_s, 1),
        "runs_per_minute": round(60 * done / wall_s, 1),
        "cpu_s_per_run": round(cpu_s / done, 2),
        "cpu_percent": round(100 * cpu_s / wall_s),
        "rss_mb_peak": round(watch.peak_mb),
        "database_kb_per_run": round(_more(before, after, "drover.sqlite") / done / 1024, 1),
        "kb_per_run": {name: round(_more(before, after, name) / done / 1024, 1) for name in sorted(after)},
        "load_before": round(load_before, 2),
        "load_after": round(os.getloadavg()[0], 2),
    }


def _more(before: dict[str, int], after: dict[str, int], prefix: str) -> int:
    """Return by how much files of that name have grown, with what is written ahead of them."""
    return sum(size - before.get(name, 0) for name, size in after.items() if name.startswith(prefix))


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system
