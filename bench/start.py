"""From asking for a run to the agent's first call to its phone, through one `drover up`, idle."""

import asyncio
import http.client
import json
import os
import statistics
import tempfile
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final
from urllib.parse import urlsplit

from bench.marks import Marks, between, marked
from bench.servers import private_postgres
from drover.agent.agent import Agent
from drover.agent.gated_driver import GatedDriver
from drover.agent.lease import LeaseKeeper
from drover.agent.materials import Materials
from drover.agent.play import Play
from drover.bootstrap.up import Up, UpRequest, up
from drover.platform.durable import DurableEngine
from drover.platform.settings import Settings
from drover.sequences.summary import percentile
from drover.simulator.rack import RackOptions
from drover.workflows.domain.definitions import DefinitionKind
from drover.workflows.service.agents import BusPlays
from drover.workflows.service.dispatching import Dispatcher
from drover.workflows.service.playing import Playing
from drover.workflows.service.runs import Runs
from drover.workflows.service.stepping import Stepping
from tests.rack.stand import PLAZA

WARM_UP: Final = 5
MOST_S: Final = 120
SEQUENCE: Final = {
    "schema": 1,
    "name": "Go home",
    "app": "plaza",
    "version": 1,
    "reference": {"width": 1080, "height": 2400},
    "tasks": [{"kind": "wait", "name": "Wait", "seconds": 0.1}],
}
WORKFLOW: Final = {"schema": 1, "name": "Home", "app": "plaza", "steps": [{"id": "home", "sequence": "Go home"}]}
FIRST_CALL: Final = "GatedDriver.attach"

MARKED: Final = (
    (Runs, "start_now"),
    (Dispatcher, "turn"),
    (Dispatcher, "_take"),
    (DurableEngine, "start"),
    (Playing, "held"),
    (Playing, "step"),
    (Stepping, "todo"),
    (BusPlays, "order"),
    (Agent, "_order"),
    (Play, "_materials"),
    (LeaseKeeper, "_ask"),
    (Materials, "screens"),
    (Materials, "script"),
    (Play, "_plan"),
    (Play, "_stage"),
    (GatedDriver, "attach"),
)
PATH: Final = (
    "Runs.start_now",
    "Runs.start_now.",
    "Dispatcher.turn",
    "Dispatcher._take",
    "Dispatcher._take.",
    "DurableEngine.start",
    "Playing.held",
    "Playing.held.",
    "Playing.step",
    "Stepping.todo",
    "Stepping.todo.",
    "BusPlays.order",
    "Agent._order",
    "Agent._order.",
    "Play._materials",
    "Play._materials.",
    "Play._plan",
    "Play._plan.",
    FIRST_CALL,
)
"""The way of a start, one moment after another; a dot is an end."""


def run(*, starts: int = 100, database: str = "sqlite") -> dict[str, Any]:
    """Return the figures, with the mean of each part of the way in ms."""
    return asyncio.run(_measure(starts, database))


async def _measure(starts: int, database: str) -> dict[str, Any]:
    marks = Marks()
    load_before = os.getloadavg()[0]
    took, cpu = list[float](), list[float]()
    parts: dict[str, list[float]] = defaultdict(list)
    with marked(marks, *MARKED):
        async with _ready(database) as ready:
            asked = await _Asked.of(ready)
            for number in range(WARM_UP + starts):
                began_cpu = process_time()
                began, run_id = await asyncio.to_thread(asked.start)
                at = await _first_call(marks, began)
                cpu_ms = (process_time() - began_cpu) * 1000
                await asked.until_over(run_id)
                if number >= WARM_UP:
                    took.append((at - began) * 1000)
                    cpu.append(cpu_ms)
                    for name, ms in between(marks, began, PATH).items():
                        parts[name].append(ms)
                marks.moments.clear()
    return {
        "starts": len(took),
        "database": database,
        "start_ms_p50": round(percentile(took, 50), 1),
        "start_ms_p95": round(percentile(took, 95), 1),
        "start_ms_max": round(max(took), 1),
        "start_cpu_ms_p50": round(percentile(cpu, 50), 1),
        "parts_ms_p50": {name: round(statistics.median(ms), 1) for name, ms in parts.items()},
        "load_before": round(load_before, 2),
        "load_after": round(os.getloadavg()[0], 2),
    }


@asynccontextmanager
async def _ready(database: str) -> AsyncGenerator[Up]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        rack = RackOptions(phones=1, profile="none")
        request = UpRequest(rack, example=PLAZA)
        if database == "postgres":
            server = stack.enter_context(private_postgres())
            url, owner = server.empty("start")
            request = UpRequest(rack, example=PLAZA, database=url, owner=owner)
        ready = await stack.enter_async_context(up(request, Settings(data_dir=folder / "data", u2_jar="none")))
        async with ready.database.writing(ready.whose) as unit:
            by = _System()
            await ready.plans.definitions.put(unit, by, DefinitionKind.SEQUENCE, "Go home", SEQUENCE)
            await ready.plans.definitions.put(unit, by, DefinitionKind.WORKFLOW, "Home", WORKFLOW)
        yield ready


class _System:
    """Who makes the definitions."""

    actor, actor_kind, address = "bench", "system", ""


class _Asked:
    """Asks the API over one connection, as a client would; blocking, for a thread."""

    def __init__(self, ready: Up, workflow: str) -> None:
        self._ready = ready
        host = urlsplit(ready.url)
        self._connection = http.client.HTTPConnection(host.hostname or "", host.port)
        self._path = f"/api/v1/clients/{ready.whose.client}/runs"
        self._headers = {"Authorization": f"Bearer {ready.token}", "Content-Type": "application/json"}
        self._workflow = workflow
        self._phone = ""

    @classmethod
    async def of(cls, ready: Up) -> "_Asked":
        async with ready.database.reading(ready.whose) as unit:
            definition, _ = await ready.plans.definitions.get(unit, DefinitionKind.WORKFLOW, "Home")
            (phone,) = await ready.fleet.phones.every(unit)
        asked = cls(ready, definition.id)
        asked._phone = phone.id
        return asked

    def start(self) -> tuple[float, str]:
        """Ask for a run, and return when it was asked for, over an open connection, and its id."""
        body: Mapping[str, object] = {"workflow_id": self._workflow, "phone_id": self._phone}
        self._connection.close()
        self._connection.connect()
        began = perf_counter()
        self._connection.request("POST", self._path, json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != HTTPStatus.CREATED:
            raise RuntimeError(text.decode())
        return began, str(json.loads(text)["id"])

    async def until_over(self, run_id: str) -> None:
        """Return when the run is over, and its phone free."""
        async with asyncio.timeout(MOST_S):
            while True:
                async with self._ready.database.reading(self._ready.whose) as unit:
                    found = await self._ready.working.runs.get(unit, run_id)
                if found.status.over:
                    break
                await asyncio.sleep(0.05)
        if found.status.value != "completed":
            raise RuntimeError(f"the run is {found.status.value}: {found.reason}")
        await asyncio.sleep(0.1)  # so that what follows a run is not measured with the next


async def _first_call(marks: Marks, since: float) -> float:
    async with asyncio.timeout(MOST_S):
        while (at := marks.first(FIRST_CALL, since)) is None:  # noqa: ASYNC110  marks come from another thread
            await asyncio.sleep(0.02)
    return at
