"""Runs in rounds on the simulated phones of one `drover up`, in this process; and how large its files have become."""

import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import httpx2

from bench.flows import saving_flow
from drover.audit.domain import System
from drover.bootstrap.up import Up, UpRequest, up
from drover.kernel.clock import SystemClock
from drover.platform.settings import Settings
from drover.simulator.rack import RackOptions
from drover.workflows.domain.definitions import DefinitionKind
from drover.workflows.domain.runs import RunStatus
from drover.workflows.service.following import Following, RunOver
from tests.rack.stand import PACKAGE, PLAZA

if TYPE_CHECKING:
    from drover.simulator.profiles import ProfileName

BY: Final = System("bench")
NAME: Final = "Save"
LOOK_S: Final = 1.0
WORKFLOW: Final = {
    "schema": 1,
    "name": NAME,
    "app": "plaza",
    "steps": [{"id": "save", "sequence": NAME, "parameters": {"name": "Ada Lovelace"}}],
}


@dataclass
class Counts:
    """What came of runs, and why some failed."""

    runs: Counter[str] = field(default_factory=Counter[str])
    failures: Counter[str] = field(default_factory=Counter[str])


@dataclass(frozen=True)
class UpStand:
    """A `drover up` with phones, and a workflow that saves a profile once."""

    ready: Up
    data_dir: Path
    workflow: str
    phones: Mapping[str, str]

    async def renew(self) -> None:
        """Bring all phones to their first state, without faults."""
        async with httpx2.AsyncClient(base_url=self.ready.control, timeout=60, trust_env=False) as client:
            for name in self.ready.phones:
                (await client.delete(f"/phones/{name}/faults")).raise_for_status()
                (await client.post(f"/phones/{name}/reset")).raise_for_status()

    async def give(self, phone: str, fault: str, **fields: object) -> None:
        """Give a phone a fault."""
        async with httpx2.AsyncClient(base_url=self.ready.control, timeout=60, trust_env=False) as client:
            (await client.post(f"/phones/{phone}/faults", json={"fault": fault, **fields})).raise_for_status()

    async def saves(self, phone: str) -> int:
        """Return how often a phone's profile was saved since it was renewed, told by the simulator."""
        async with httpx2.AsyncClient(base_url=self.ready.control, timeout=60, trust_env=False) as client:
            answer = (await client.get(f"/phones/{phone}")).raise_for_status()
        return int(answer.json()["apps"][PACKAGE]["saves"])

    async def round(self, counts: Counts, *, most: int = 1_000_000) -> None:
        """Run the workflow on all phones, or on so many, and count what comes of it."""
        names = list(self.phones)[:most]
        started = [
            (await self.ready.working.runs.start_now(self.ready.whose, BY, self.workflow, self.phones[name])).id
            for name in names
        ]
        following = Following(self.ready.database, SystemClock(), look_s=LOOK_S)
        async for happening in following.follow(self.ready.whose, started):
            if not isinstance(happening, RunOver):
                continue
            counts.runs["runs"] += 1
            counts.runs["completed"] += happening.run.status is RunStatus.COMPLETED
            if happening.run.status is not RunStatus.COMPLETED:
                counts.failures[happening.run.reason.partition(" (")[0]] += 1
        counts.runs["doubled"] += sum([await self.saves(name) > 1 for name in names])

    def sizes(self) -> dict[str, int]:
        """Return the bytes of each database file, with what is written ahead, and of all content."""
        files = {path.relative_to(self.data_dir).as_posix(): path.stat().st_size for path in _databases(self.data_dir)}
        blobs = sum(path.stat().st_size for path in (self.data_dir / "blobs").rglob("*") if path.is_file())
        return {**files, "blobs": blobs}

    def rows(self) -> dict[str, int]:
        """Return how many rows each table has, as file/table."""
        found: dict[str, int] = {}
        for path in _databases(self.data_dir):
            if path.suffix != ".sqlite":
                continue
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
                tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                for table in tables:
                    ((count,),) = database.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  named by itself
                    found[f"{path.stem}/{table}"] = count
        return found

    async def clean_up(self) -> None:
        """Do at once what is done every few minutes: forget what the engine keeps of bodies that are over."""
        await self.ready.working.engine.sweep(SystemClock().now())


def _databases(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.sqlite*") if path.is_file())


@asynccontextmanager
async def up_stand(
    folder: Path, phones: int, profile: str, *, timeout_s: float, task_retries: int, away_s: float = 600.0
) -> AsyncGenerator[UpStand]:
    """Run one `drover up` with simulated phones in this process while the block lasts."""
    chosen = Settings(
        data_dir=folder / "data", u2_jar="none", task_retry_pause_s=0.2, task_retries=task_retries, away_s=away_s
    )
    rack = RackOptions(phones=phones, seed=4, profile=cast("ProfileName", profile), width=720)
    request = UpRequest(rack, example=PLAZA)
    async with up(request, chosen) as ready:
        async with ready.database.writing(ready.whose) as unit:
            put = ready.plans.definitions.put
            await put(unit, BY, DefinitionKind.SEQUENCE, NAME, saving_flow(timeout_s=timeout_s))
            workflow = await put(unit, BY, DefinitionKind.WORKFLOW, NAME, WORKFLOW)
            known = await ready.fleet.phones.every(unit)
        names = {phone.name: phone.id for phone in known if phone.name in ready.phones}
        yield UpStand(ready, chosen.data_dir, workflow.id, names)
