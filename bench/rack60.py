"""Sixty phones at once: how soon they are online, how many act, the memory, and what a hung one does to the others."""

import asyncio
import statistics
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any, cast

from bench.counting import Count, CountedSource
from bench.process import sample, watched
from drover.bootstrap.play import play, save_report
from drover.drivers.adb.source import AdbSource
from drover.sequences.record import PlayRecord, Status
from drover.sequences.summary import percentile
from tests.rack.stand import Stand, stand

PATIENT: Mapping[str, Any] = {"task_retries": 2}
HUNG_ON = "plaza.login"


def run(*, phones: int = 60, profile: str = "typical", width: int = 1080, rounds: int = 2) -> dict[str, Any]:
    """Return the figures; `rounds` plays with and without a hung phone, in turn."""
    return asyncio.run(_measure(phones, profile, width, rounds))


async def _measure(phones: int, profile: str, width: int, rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        began = perf_counter()
        rss_before = sample().rss_mb
        async with stand(Path(folder), phones, patience=PATIENT, profile=profile, width=width) as rack:
            online_s = perf_counter() - began
            async with watched(0.25) as watch:
                well = [await _play(rack)]
                hung = [await _play(rack, hang=True)]
                for _ in range(rounds - 1):
                    well.append(await _play(rack))
                    hung.append(await _play(rack, hang=True))
        return {
            "phones": phones,
            "profile": profile,
            "online_s": round(online_s, 2),
            "completed": sum(each.completed for each in well) / rounds,
            "wall_s": round(statistics.median(each.wall_s for each in well), 1),
            "acting_most": max(each.acting for each in (*well, *hung)),
            "rss_mb_before": round(rss_before),
            "rss_mb_peak": round(watch.peak_mb),
            "phone_wall_s_p50": round(statistics.median(each.phone_p50 for each in well), 1),
            "phone_wall_s_p95": round(statistics.median(each.phone_p95 for each in well), 1),
            "step_ms_p50": round(statistics.median(each.step_p50 for each in well)),
            "step_ms_p50_beside_hung": round(statistics.median(each.step_p50 for each in hung)),
            "hung_effect_percent": round(100 * (_steps(hung) / _steps(well) - 1), 1),
            "completed_beside_hung": min(each.completed for each in hung),
        }


@dataclass(frozen=True)
class _Round:
    """One play on all phones; the figures leave out the one that hung."""

    completed: int
    wall_s: float
    acting: int
    phone_p50: float
    phone_p95: float
    step_p50: float


def _steps(rounds: list[_Round]) -> float:
    return statistics.median(each.step_p50 for each in rounds)


async def _play(rack: Stand, *, hang: bool = False) -> _Round:
    await rack.clear()
    left_out = "phone1"
    settings = rack.settings
    if hang:
        await rack.give(left_out, "hang", on_page=HUNG_ON)
        settings = settings.model_copy(update={"away_s": 0, "connection_retries": 0})
    count = Count()
    source = cast("AdbSource", CountedSource(rack.rack.source, count))
    request = replace(rack.request(timeout_s=60, from_step=1), report=rack.folder / "report.html")
    record = await play(request, source, settings, lambda _event: None)
    save_report(record, request, settings)
    return _round(record, count.most, left_out)


def _round(record: PlayRecord, acting: int, left_out: str) -> _Round:
    others = [phone for phone in record.phones if phone.name != left_out]
    walls = [phone.wall_s for phone in others]
    steps = [task.timing.wall_ms for phone in others for task in phone.tasks]
    completed = sum(phone.status is Status.COMPLETED for phone in record.phones)
    return _Round(completed, record.wall_s, acting, percentile(walls, 50), percentile(walls, 95), percentile(steps, 50))
