"""The databases of the chaos: a file, or a PostgreSQL that is killed too, and what is in them at the end."""

import asyncio
import json
import os
import random
import shutil
import signal
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from bench.chaos.verdict import Ended, Held
from drover.fleet.models import LeaseRow, PhoneRow
from drover.platform.db.database import Database, Unit
from drover.platform.db.outbox import OutboxEventRow
from drover.platform.db.whose import OneClient
from drover.workflows.models.runs import WorkflowRunRow
from tests.databases import OWNER, RUNTIME, Postgres, programs_of_postgres

KINDS: Final = ("sqlite", "postgresql")
_NAME: Final = "drover"
_ENDS: Final = ("lease_released", "lease_expired", "lease_broken")
_TRIES: Final = 100
_AGAIN_S: Final = 0.1


class CannotMeasure(Exception):
    """What is measured against is not there."""


@dataclass
class Base:
    """A database by its address, and its server where it has one."""

    url: str
    options: tuple[str, ...] = ()
    server: Postgres | None = None

    async def kill_server(self) -> None:
        """Kill the server's first process, and start it again as soon as the others have gone too."""
        server, _ = self._running()
        server.stop(signal.SIGKILL)
        await asyncio.to_thread(_start_again, server)

    async def kill_one_connection(self, rng: random.Random) -> None:
        """Kill one of the server's other processes; it ends them all then, and recovers by itself."""
        _, pid = self._running()
        os.kill(rng.choice(_children(pid)), signal.SIGKILL)

    async def stop_server(self, seconds: float) -> None:
        """Stop the server, and start it again so much later."""
        server, _ = self._running()
        await asyncio.to_thread(server.stop, signal.SIGINT)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(_start_again, server)

    async def freeze_server(self, seconds: float) -> None:
        """Let all processes of the server do nothing for so long: it accepts connections, and answers none."""
        _, pid = self._running()
        frozen = [pid, *_children(pid)]
        for each in frozen:
            os.kill(each, signal.SIGSTOP)
        await asyncio.sleep(seconds)
        for each in frozen:
            os.kill(each, signal.SIGCONT)

    def _running(self) -> tuple[Postgres, int]:
        if self.server is None or self.server.server is None:
            raise CannotMeasure("there is no server to kill")
        return self.server, self.server.server.pid


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _start_again(server: Postgres) -> None:
    for _ in range(_TRIES):
        try:
            server.start()
        except AssertionError:  # the processes of the one that was killed still hold its memory
            server.server = None
        else:
            return
    raise CannotMeasure("PostgreSQL does not start again")


@asynccontextmanager
async def base(kind: str, folder: Path) -> AsyncGenerator[Base]:
    """Give an empty database while the block lasts."""
    if kind == "sqlite":
        yield Base(f"sqlite:///{folder}/data/drover.sqlite")
        return
    programs = programs_of_postgres()
    if programs is None:
        raise CannotMeasure("PostgreSQL is not installed: tools/prepare_tests.sh")
    server = Postgres(Path(tempfile.mkdtemp(prefix="drover-pg-")), programs, forgetful=False)
    try:
        await asyncio.to_thread(server.make)
        await asyncio.to_thread(server.start)
        for role in (OWNER, RUNTIME):
            server.run("CREATE ROLE {} LOGIN", role)
        server.run("CREATE DATABASE {} OWNER {}", _NAME, OWNER)
        url, owner = server.url(_NAME), server.url(_NAME, OWNER)
        yield Base(url, ("--database", url, "--owner", owner), server)
    finally:
        server.stop()
        shutil.rmtree(server.folder)


@dataclass(frozen=True)
class Kept:
    """What a database knows at the end."""

    ended: Mapping[str, Ended]
    held: Sequence[Held]
    leases_left: int


async def kept(url: str, data_dir: Path) -> Kept:
    """Read what is known of runs and leases."""
    own = json.loads((data_dir / "agent.json").read_text())
    async with Database.open(url) as database, database.reading(OneClient(own["organization"], own["client"])) as unit:
        rows = await unit.session.scalars(select(WorkflowRunRow))
        ended = {row.id: Ended(row.status, row.result or "", row.reason) for row in rows}
        left = await unit.session.scalar(select(func.count()).select_from(LeaseRow)) or 0
        return Kept(ended, await _held(unit), left)


async def _held(unit: Unit) -> Sequence[Held]:
    serials = {phone.id: phone.serial for phone in await unit.session.scalars(select(PhoneRow))}
    query = select(OutboxEventRow).where(OutboxEventRow.kind.in_(("lease_taken", *_ENDS)))
    events = list(await unit.session.scalars(query))
    ends = {_of(event): event.at for event in events if event.kind in _ENDS}
    return [
        Held(
            serials[event.subject_id],
            event.body["token"],
            event.body["holder_id"],
            event.at.timestamp(),
            *([ends[_of(event)].timestamp()] if _of(event) in ends else []),
        )
        for event in events
        if event.kind == "lease_taken"
    ]


def _of(event: OutboxEventRow) -> tuple[str, int]:
    return event.subject_id, event.body["token"]
