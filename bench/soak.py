"""Plays for a long time in one process, with few faults, and says whether memory, handles or threads grow."""

import asyncio
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.flows import saves, saving_flow
from bench.process import Sample, slope_per_hour, watched
from drover.kernel.randomness import stream
from drover.sequences.record import Status
from tests.rack.stand import Stand, stand

FAULTS = 0.01
"""The part of touches that are lost; and of plays, of each sort, in which a popup comes or the phone goes away."""
WARM_UP = 0.25
"""The part of the time, at the beginning, that does not count."""
FLAT = {"rss_mb": 20.0, "handles": 4.0, "threads": 2.0}
"""How much more there may be at the end than after the warm-up, by the line through the samples."""


def run(*, minutes: float = 30, phones: int = 6, profile: str = "none", every_s: float = 2.0) -> dict[str, Any]:
    """Return the figures and a verdict."""
    return asyncio.run(_measure(minutes, phones, profile, every_s))


async def _measure(minutes: float, phones: int, profile: str, every_s: float) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        async with stand(Path(folder), phones, patience={"task_retries": 2, "away_s": 60.0}, profile=profile) as rack:
            began, number = perf_counter(), 0
            async with watched(every_s) as watch:
                while perf_counter() - began < minutes * 60:
                    counts += await _round(rack, number, failures)
                    number += 1
    kept = [each for each in watch.samples if each.at_s - began >= WARM_UP * minutes * 60]
    growth = {name: _growth(kept, name) for name in FLAT}
    return {
        "minutes": minutes,
        "plays": counts["plays"],
        "completed": counts["completed"],
        "doubled": counts["doubled"],
        "failures": dict(failures.most_common()),
        "samples": len(kept),
        "rss_mb_peak": round(watch.peak_mb),
        **{f"{name}_growth": round(value, 2) for name, value in growth.items()},
        "verdict": "flat" if all(growth[name] <= most for name, most in FLAT.items()) else "grows",
    }


def _growth(samples: list[Sample], name: str) -> float:
    hours = (samples[-1].at_s - samples[0].at_s) / 3600
    return slope_per_hour(samples, name) * hours


async def _round(rack: Stand, number: int, failures: Counter[str]) -> Counter[str]:
    """Play once on every phone; count the plays, and in `failures` why some failed."""
    await rack.clear()
    rng = stream(7, "soak", number)
    for phone in rack.rack.names.values():
        await rack.give(phone, "lost_touch", probability=FAULTS)
        if rng.random() < FAULTS:
            await rack.give(phone, "popup", name="update", on_page="plaza.feed")
        if rng.random() < FAULTS:
            await rack.give(phone, "disconnect", seconds=3.0, after_s=round(rng.uniform(1, 8), 1))
    records = await rack.play(rack.request_of(saving_flow(timeout_s=15), from_step=1))
    failed = [record for record in records.values() if record.status is not Status.COMPLETED]
    for record in failed:
        failures[record.error.partition(" (")[0]] += 1
        print(f"play {number}: {record.name} {record.status.value}: {record.error}", flush=True)
    doubled = sum([await saves(rack, name) > 1 for name in records])
    return Counter(plays=len(records), completed=len(records) - len(failed), doubled=doubled)
