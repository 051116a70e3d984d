"""Kills at random moments while runs go on; at the end everything is waited for, and judged."""

import asyncio
import random
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.chaos.bases import KINDS, Base, base, kept
from bench.chaos.drover_up import DroverUp
from bench.chaos.flow import DEFINITIONS, PREPARING, WORKFLOW, said
from bench.chaos.phones import Phones, phones
from bench.chaos.timing import now
from bench.chaos.verdict import NONE_OF, Asked, Ended, Kill, Records, judge, passed
from drover.kernel.randomness import stream
from drover.platform.ports import bound_socket

VICTIMS: Final[Mapping[str, Mapping[str, int]]] = {
    "sqlite": {"up": 6, "starting_up": 2, "adb_server": 2},
    "postgresql": {"up": 5, "starting_up": 2, "adb_server": 1, "postgres": 1, "postgres_connection": 1},
}
"""How often what is killed, by weight; `starting_up` is a `drover up` that is not ready yet."""
LONGEST_S: Final = 5.0
"""A kill comes at most so long after the one before it was got over; when exactly is drawn."""
AHEAD: Final = 2
"""How many runs each phone has before it, while there are kills to come."""
OVER: Final = ("completed", "failed", "cancelled")
ALL_OVER_S: Final = 240.0
"""How long runs may take to end when nothing is killed any more; what is not over then is lost."""
_LOOK_S: Final = 1.0
_AFTER_S: Final = 2.0
_LOG: Final = Path(__file__).parents[2] / "build" / "chaos-up.log"


@dataclass
class Chaos:
    """One measurement."""

    up: DroverUp
    phones: Phones
    base: Base
    rng: random.Random
    say: Callable[[str], None]
    kills: list[Kill] = field(default_factory=list[Kill])
    asked: list[Asked] = field(default_factory=list[Asked])
    details: list[str] = field(default_factory=list[str])
    over: set[str] = field(default_factory=set[str])
    enough: bool = False

    async def prepare(self) -> Mapping[str, str]:
        """Define what is played, and log in on all phones; return the phones' ids by serial."""
        for kind, name, body in DEFINITIONS:
            await self.up.ask("PUT", f"clients/{{client}}/definitions/{kind}/{name}", json={"body": body})
        while len(listed := (await self.up.ask("GET", "clients/{client}/phones"))["items"]) < len(self.phones.serials):  # noqa: ASYNC110  HTTP tells if asked
            await asyncio.sleep(_LOOK_S)
        ids = {phone["serial"]: phone["id"] for phone in listed}
        preparing = [await self._begin(PREPARING, ids[serial], {}) for serial in self.phones.serials]
        await self.until_over(preparing)
        return ids

    async def feed(self, ids: Mapping[str, str]) -> None:
        """See that every phone has something to do, until there were kills enough; then wait for all of it."""
        began, number = now(), 0
        while not self.enough:
            await self._look()
            for serial in self.phones.serials:
                mine = [one for one in self.asked if one.phone == serial and one.run not in self.over]
                for _ in range(AHEAD - len(mine)):
                    number += 1
                    words = f"run {number}"
                    run = await self._begin(WORKFLOW, ids[serial], {"words": words})
                    self.asked.append(Asked(run, serial, said(words)))
            await asyncio.sleep(_LOOK_S)
        self.say(f"{len(self.asked)} runs in {now() - began:.0f} s; waiting for {len(self.asked) - len(self.over)}")
        await self.until_over([one.run for one in self.asked])

    async def until_over(self, runs: list[str]) -> None:
        """Wait until these runs are over, or have had time enough."""
        try:
            async with asyncio.timeout(ALL_OVER_S):
                while not self.over.issuperset(runs):
                    await asyncio.sleep(_LOOK_S)
                    await self._look()
        except TimeoutError:
            self.details.append(f"not over: {sorted(set(runs) - self.over)}")

    async def strike(self, kills: int) -> None:
        """Kill until it is enough."""
        weights = VICTIMS["postgresql" if self.base.server else "sqlite"]
        for _ in range(kills):
            (victim,) = self.rng.choices(list(weights), list(weights.values()))
            if victim != "starting_up":
                await self.up.ready()
            await asyncio.sleep(self.rng.uniform(0, LONGEST_S))
            at = now()
            await self._kill(victim)
            again = self.up.started_at if victim in ("up", "starting_up") else now()
            self.kills.append(Kill(victim, at, again))
            self.say(f"kill {len(self.kills)}: {victim}, {len(self.over)} of {len(self.asked)} runs over")
        await self.up.ready()
        self.enough = True

    async def _kill(self, victim: str) -> None:
        match victim:
            case "adb_server":
                self.phones.kill_server()
                await self.phones.plug_in()
            case "postgres":
                await self.base.kill_server()
            case "postgres_connection":
                await self.base.kill_one_connection(self.rng)
            case _:
                await self.up.kill()
                await self.up.start()

    async def _begin(self, workflow: str, phone: str, parameters: Mapping[str, str]) -> str:
        found = await self.up.ask("GET", f"clients/{{client}}/definitions/workflow/{workflow}")
        wanted = {"workflow_id": found["id"], "phone_id": phone, "parameters": dict(parameters)}
        headers = {"Idempotency-Key": f"{workflow}-{phone}-{parameters}".replace(" ", "-")}
        return str((await self.up.ask("POST", "clients/{client}/runs", json=wanted, headers=headers))["id"])

    async def _look(self) -> None:
        listed = await self.up.ask("GET", "clients/{client}/runs", params={"limit": 100, "status": list(OVER)})
        self.over |= {run["id"] for run in listed["items"]}


def run(
    *, kills: int = 100, database: str = "both", phones: int = 12, seed: int = 1, quiet: bool = False
) -> dict[str, Any]:
    """Return the figures of so many kills on each database: of both together, and of each."""
    say = _silent if quiet else _say
    kinds = KINDS if database == "both" else (database,)
    each = {kind: measure(kind, kills=kills, count=phones, seed=seed, say=say) for kind in kinds}
    together: dict[str, Any] = {name: sum(one[name] for one in each.values()) for name in ("kills", "runs", *NONE_OF)}
    together["resume_p95_s"] = max(one["resume_p95_s"] for one in each.values())
    return together | {"ok": all(map(passed, each.values())), "databases": each}


def measure(kind: str, *, kills: int, count: int, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Return the figures of so many kills on one kind of database."""
    return asyncio.run(_measure(kind, kills, count, seed, say))


async def _measure(kind: str, kills: int, count: int, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="drover-chaos-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        async with (
            base(kind, folder) as bases,
            phones(count, seed) as rack,
            _running(DroverUp(folder, _free_port(), rack.server, bases.options)) as up,
        ):
            chaos = Chaos(up, rack, bases, stream(seed, "chaos", kind), lambda line: say(f"{kind}: {line}"))
            ids = await chaos.prepare()
            chaos.say("prepared")
            async with _beside(rack.watch()):
                await asyncio.gather(chaos.feed(ids), chaos.strike(kills))
                await asyncio.sleep(_AFTER_S)
            return await _judged(chaos)


async def _judged(chaos: Chaos) -> dict[str, Any]:
    known = await kept(chaos.base.url, chaos.up.data_dir)
    runs = {one.run for one in chaos.asked}
    ended: Mapping[str, Ended] = {run: ended for run, ended in known.ended.items() if run in runs}
    by_itself = [f"drover up ended by itself: {code}" for code in chaos.up.ended_by_itself]
    details = [*chaos.details, *by_itself]
    records = Records(chaos.kills, chaos.asked, ended, chaos.phones.seen, known.held, known.leases_left, details)
    return judge(records) | {"starts": chaos.up.starts, "ended_by_itself": len(by_itself)}


@asynccontextmanager
async def _running(up: DroverUp) -> AsyncGenerator[DroverUp]:
    await up.start()
    try:
        async with _beside(up.keep()):
            yield up
    finally:
        await up.end()
        shutil.copyfile(up.log, _LOG)


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Do work beside the block; where it fails, so does the block when it ends."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(ended, Exception):
            raise ended


def _say(line: str) -> None:
    print(line, flush=True)


def _silent(_line: str) -> None:
    """Say nothing."""


def _free_port() -> int:
    with bound_socket(0) as sock:
        return int(sock.getsockname()[1])
