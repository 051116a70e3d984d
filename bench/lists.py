"""Pages of 100 through the API, over a million task runs of several clients; how long each sort of list takes."""

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import httpx2

from bench.rows import TASKS_PER_RUN, Filling, fill
from bench.servers import private_postgres
from drover.api.application import Services, create_app
from drover.api.health import Checks
from drover.audit.service import Trail
from drover.bootstrap.services import Foundation, fleet_of, people_of, plans_of
from drover.fleet.service import Leases
from drover.kernel.clock import SystemClock
from drover.kernel.ids import random_id, random_secret
from drover.platform.blobs import MemoryBlobs
from drover.platform.bus.memory import MemoryBus
from drover.platform.content import BlobContent
from drover.platform.db.database import Database, Unit
from drover.platform.db.outbox import Outbox
from drover.platform.db.upgrading import upgrade
from drover.platform.db.whose import Clients, Organization
from drover.sequences.summary import percentile
from drover.tenancy.hashing import Hasher
from drover.tenancy.service import Caller
from drover.workflows.service.agents import BusPlays
from drover.workflows.service.runs import RunFilter, Runs
from drover.workflows.service.settling import Settling
from tests.databases import RUNTIME

CLIENTS: Final = 8
WARM_UP: Final = 3
"""The first ones compile the query, and fill the server's memory."""
_OLD: Final = datetime(2026, 1, 2, tzinfo=UTC)
"""Near the first of the rows, so the last pages of each list."""

Ask = Callable[[], Awaitable[object]]


def run(*, tasks: int = 1_000_000, asked: int = 60, database: str = "postgres") -> dict[str, Any]:
    """Return the figures: of each list p50 and p95 in ms, and the slowest list's p95."""
    return asyncio.run(_measure(tasks, asked, database))


async def _measure(tasks: int, asked: int, database: str) -> dict[str, Any]:
    async with _filled(tasks, database) as lists:
        load_before = os.getloadavg()[0]
        found: dict[str, dict[str, float]] = {}
        for name, ask in lists.asks().items():
            took, cpu = list[float](), list[float]()
            for number in range(WARM_UP + asked):
                began, began_cpu = perf_counter(), process_time()
                await ask()
                if number >= WARM_UP:
                    took.append((perf_counter() - began) * 1000)
                    cpu.append((process_time() - began_cpu) * 1000)
            of_all = {"p50": percentile(took, 50), "p95": percentile(took, 95), "cpu_p50": percentile(cpu, 50)}
            found[name] = {key: round(ms, 1) for key, ms in of_all.items()}
        return {
            "database": database,
            "task_runs": tasks,
            "clients": CLIENTS,
            "lists_ms": found,
            "one_client_ms_p95": max(each["p95"] for name, each in found.items() if "several" not in name),
            "several_clients_ms_p95": max(each["p95"] for name, each in found.items() if "several" in name),
            "cpu_ms_p50": max(each["cpu_p50"] for each in found.values()),
            "load_before": round(load_before, 2),
            "load_after": round(os.getloadavg()[0], 2),
        }


@dataclass(frozen=True)
class _Lists:
    """The lists that are asked for."""

    api: httpx2.AsyncClient
    database: Database
    runs: Runs
    several: Clients
    filling: Filling
    client: str

    def asks(self) -> dict[str, Ask]:
        """Return each list by name."""
        one, filling = f"/api/v1/clients/{self.client}", self.filling
        run = filling.run_of(self.client)
        lists = {
            "tasks of a step": f"{one}/runs/{run}/steps/{filling.step_of(run)}/tasks",
            "tasks": f"{one}/tasks",
            "runs": f"{one}/runs",
            "runs by status": f"{one}/runs?status=failed",
            "runs by two statuses": f"{one}/runs?status=completed&status=failed",
            "runs by a status that is rare": f"{one}/runs?status=pending",
            "runs by workflow": f"{one}/runs?workflow_id={filling.workflow}",
            "runs by phone": f"{one}/runs?phone_id={filling.phone_of(self.client)}",
            "runs by schedule": f"{one}/runs?schedule_id={filling.schedule}",
            "runs by phone and status": f"{one}/runs?phone_id={filling.phone_of(self.client)}&status=failed",
            "runs by workflow that has none": f"{one}/runs?workflow_id={'e' * 32}",
        }
        asks: dict[str, Ask] = {name: self._page(path) for name, path in lists.items()}
        asks["tasks, a deep page"] = self._deep(f"{one}/tasks")
        asks["runs, a deep page"] = self._deep(f"{one}/runs")
        asks["runs by status, a deep page"] = self._deep(f"{one}/runs?status=completed")
        asks["tasks of several clients"] = self._of_several(self.runs.all_tasks)
        asks["tasks of several clients, a deep page"] = self._of_several(
            lambda unit: self.runs.all_tasks(unit, after=(_OLD, "f"))
        )
        asks["runs of several clients"] = self._of_several(lambda unit: self.runs.list(unit, RunFilter()))
        asks["runs of several clients by phone"] = self._of_several(
            lambda unit: self.runs.list(unit, RunFilter(phone_id=filling.phone_of(self.client)))
        )
        return asks

    def _page(self, path: str) -> Ask:
        async def ask() -> object:
            answer = await self.api.get(path, params={"limit": "100"} | dict(httpx2.URL(path).params))
            return answer.raise_for_status()

        return ask

    def _deep(self, path: str) -> Ask:
        cursor = self.filling.cursor(_OLD)

        async def ask() -> object:
            params = {"limit": "100", "after": cursor} | dict(httpx2.URL(path).params)
            return (await self.api.get(path, params=params)).raise_for_status()

        return ask

    def _of_several(self, listed: Callable[[Unit], Awaitable[Sequence[object]]]) -> Ask:
        async def ask() -> object:
            async with self.database.reading(self.several) as unit:
                return await listed(unit)

        return ask


@asynccontextmanager
async def _filled(tasks: int, database: str) -> AsyncGenerator[_Lists]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'lists.sqlite'}"
        owner, role, superuser = url, None, ""
        if database == "postgres":
            server = stack.enter_context(private_postgres())
            url, owner = server.empty("lists")
            role, superuser = RUNTIME, server.postgres.url("lists", "postgres")
        await upgrade(owner, runtime_role=role)
        opened = await stack.enter_async_context(Database.open(url))
        hasher = Hasher(random_secret)
        stack.callback(hasher.close)
        content = BlobContent(MemoryBlobs())
        base = Foundation(opened, hasher, Trail(SystemClock(), random_id), content, {}, frozenset())
        people, fleet = people_of(base), fleet_of(base)
        plans = plans_of(base, people, fleet)
        first = await people.beginning.first_administrator()
        assert first is not None  # noqa: S101  the database is new
        token = (await people.local.issue("bench")).reveal()
        caller = await people.tokens.of(token, "")
        clients = [first.client, *await _more_clients(opened, people.clients, caller, CLIENTS - 1)]
        filling = Filling(first.organization, tuple(clients), tasks // TASKS_PER_RUN)
        began = perf_counter()
        await asyncio.to_thread(fill, filling, superuser or str(folder / "lists.sqlite"))
        print(f"  filled in {perf_counter() - began:.0f} s", flush=True)
        settling = Settling(Leases(base.trail), fleet.phones, Outbox(random_id), random_id)
        bus = BusPlays(MemoryBus())
        runs = Runs(opened, plans.definitions, bus, fleet.phones, settling, base.trail, lambda: None)
        app = create_app(Services(opened, people.login, people.tokens, Checks({}), (runs,)))
        headers = {"Authorization": f"Bearer {token}"}
        transport = httpx2.ASGITransport(app=app)
        api = await stack.enter_async_context(
            httpx2.AsyncClient(transport=transport, base_url="http://drover", headers=headers)
        )
        several = Clients(first.organization, frozenset(clients))
        yield _Lists(api, opened, runs, several, filling, first.client)


async def _more_clients(database: Database, clients: Any, caller: Caller, count: int) -> list[str]:  # noqa: ANN401
    made: list[str] = []
    for number in range(count):
        async with database.writing(Organization(caller.organization)) as unit:
            made.append((await clients.create(unit, caller, f"client {number}")).id)
    return made
