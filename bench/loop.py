"""Callbacks that keep a loop for long, in a `drover up` of twelve phones that are at work, and that people look at."""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx2

from bench.watching import Callback, watched_loops
from drover.bootstrap.up import Up, UpRequest, up
from drover.platform.settings import Settings
from drover.sequences.summary import percentile
from drover.simulator.rack import RackOptions
from drover.workflows.domain.definitions import DefinitionKind
from tests.rack.stand import PLAZA

MOST_MS: Final = 50.0
_WORST: Final = 12
_NEVER: Final = {
    "kind": "recurring",
    "rule": "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
    "starts": "2026-01-02T09:00",
    "zone": "Europe/Berlin",
}
"""A rule that never fires: the whole of what is looked ahead is looked at."""


def run(*, phones: int = 12, seconds: float = 60, profile: str = "typical") -> dict[str, Any]:
    """Return the figures: how many callbacks took longer than MOST_MS, of their own CPU time and by the clock."""
    return asyncio.run(_measure(phones, seconds, profile))


async def _measure(phones: int, seconds: float, profile: str) -> dict[str, Any]:
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        request = UpRequest(RackOptions(phones=phones, profile=profile), example=PLAZA)  # type: ignore[arg-type]
        async with up(request, Settings(data_dir=Path(folder) / "data", u2_jar="none")) as ready:
            base = f"{ready.url}/api/v1/clients/{ready.whose.client}/"
            headers = {"Authorization": f"Bearer {ready.token}"}
            async with httpx2.AsyncClient(base_url=base, headers=headers, trust_env=False, timeout=60) as api:
                with watched_loops() as watch:
                    began = await _work(ready, api, seconds)
    main = [each for each in watch.long if each.thread == "MainThread"]
    agent = [each for each in watch.long if each.thread == "agent"]
    return {
        "phones": phones,
        "seconds": seconds,
        "runs_begun": began,
        "callbacks": watch.count,
        "server_over_50_ms_cpu": _over(main),
        "agent_over_50_ms_cpu": _over(agent),
        "server_cpu_ms_max": _most(main),
        "agent_cpu_ms_max": _most(agent),
        "over_50_ms_by_the_clock": sum(each.wall_ms > MOST_MS for each in watch.long),
        "long_wall_ms_p95": round(percentile([each.wall_ms for each in watch.long] or [0.0], 95), 1),
        "worst": [
            f"{each.cpu_ms:.0f} ms CPU, {each.wall_ms:.0f} ms, {each.thread}: {each.at}"
            for each in sorted(watch.long, key=lambda each: -each.cpu_ms)[:_WORST]
        ],
        "load_before": round(load_before, 2),
        "load_after": round(os.getloadavg()[0], 2),
    }


def _over(callbacks: Sequence[Callback]) -> int:
    return sum(each.cpu_ms > MOST_MS for each in callbacks)


def _most(callbacks: Sequence[Callback]) -> float:
    return round(max((each.cpu_ms for each in callbacks), default=0.0), 1)


async def _work(ready: Up, api: httpx2.AsyncClient, seconds: float) -> int:
    """Keep every phone at work, and look at what becomes of it, for so long; return how many runs were begun."""
    async with ready.database.reading(ready.whose) as unit:
        definition, _ = await ready.plans.definitions.get(unit, DefinitionKind.WORKFLOW, "First day")
        phones = [phone.id for phone in await ready.fleet.phones.every(unit)]
    begun, numbers, clock = 0, count(), asyncio.get_running_loop()
    until = clock.time() + seconds
    while clock.time() < until:
        waiting = (await api.get("runs", params={"status": ["pending", "running"], "limit": 100})).json()["items"]
        busy = {run["phone_id"] for run in waiting}
        for phone in phones:
            if phone not in busy:
                answer = await api.post("runs", json={"workflow_id": definition.id, "phone_id": phone})
                answer.raise_for_status()
                begun += 1
        await _look(api, [run["id"] for run in waiting[:1]])
        for timing in (_NEVER, _OFTEN):
            name = f"schedule {next(numbers)}"
            schedule = {"name": name, "workflow": "First day", "timing": timing, "target": "phone:all"}
            answer = await api.post("schedules", json=schedule)
            if answer.status_code not in _EXPECTED:
                raise RuntimeError(answer.text)
        (await api.get("schedules/explain", params={"hours": 24})).raise_for_status()
        await asyncio.sleep(0.5)
    return begun


_OFTEN: Final = _NEVER | {"rule": "FREQ=HOURLY", "starts": "2027-01-02T09:00"}
_EXPECTED: Final = (HTTPStatus.CREATED, HTTPStatus.UNPROCESSABLE_ENTITY)
"""A rule that never fires is refused, once it was looked at."""


async def _look(api: httpx2.AsyncClient, runs: Sequence[str]) -> None:
    for path in ("tasks?limit=100", "runs?limit=100", "phones?limit=100", "definitions", "schedules"):
        (await api.get(path)).raise_for_status()
    for run in runs:
        for path in (f"runs/{run}", f"runs/{run}/report"):
            (await api.get(path)).raise_for_status()
