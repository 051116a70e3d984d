"""Kills at random moments while runs go on; at the end everything is waited for, and judged."""

import asyncio
import json
import os
import random
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

from bench.chaos.bases import KINDS, Base, base, kept
from bench.chaos.drover_up import DroverUp
from bench.chaos.flow import DEFINITIONS, PREPARING, WORKFLOW, said
from bench.chaos.phones import LOOK_S, Phones, phones
from bench.chaos.timing import now
from bench.chaos.verdict import NONE_OF, Asked, Ended, Kill, Records, judge, passed, percentile
from drover.kernel.randomness import stream
from drover.platform.ports import bound_socket

VICTIMS: Final[Mapping[str, Mapping[str, int]]] = {
    "sqlite": {"up": 4, "adb_server": 1},
    "postgresql": {"up": 5, "adb_server": 1, "postgres": 1, "postgres_connection": 1},
}
"""How often what is killed, by weight."""
STARTING: Final = "starting_up"
"""A `drover up` that is not ready yet: so often, the one that was started after a kill is killed again."""
AWAY: Final[Mapping[str, tuple[str, ...]]] = {
    "sqlite": ("up_frozen",),
    "postgresql": ("postgres_stopped", "postgres_frozen", "up_frozen"),
}
"""What is stopped or frozen for a while, once each, after the kills."""
TWICE: Final = 0.3
STARTING_S: Final = 4.0
MOVING_S: Final = 15.0
"""How long a kill waits for runs to go on after the one before."""
OVER: Final = ("completed", "failed", "cancelled")
ALL_OVER_S: Final = 240.0
"""How long runs may take to end when nothing is killed any more; what is not over then is lost."""
_LOOK_S: Final = 1.0
_AFTER_S: Final = 2.0
_LOG: Final = Path(__file__).parents[2] / "build" / "chaos-up.log"


@dataclass(frozen=True)
class Measure:
    """What is measured. A kill comes at most `pause_s` after runs went on after the one before; when exactly is drawn.

    Each phone has `ahead` runs before it while there are kills to come.
    """

    database: str
    kills: int
    phones: int
    seed: int
    pause_s: float = 5.0
    ahead: int = 2
    away_s: float = 15.0


@dataclass
class Chaos:
    """One measurement under way."""

    wanted: Measure
    up: DroverUp
    phones: Phones
    base: Base
    rng: random.Random
    say: Callable[[str], None]
    kills: list[Kill] = field(default_factory=list[Kill])
    asked: list[Asked] = field(default_factory=list[Asked])
    details: list[str] = field(default_factory=list[str])
    over: set[str] = field(default_factory=set[str])
    ids: dict[str, str] = field(default_factory=dict[str, str])
    enough: bool = False

    async def prepare(self) -> Mapping[str, str]:
        """Define what is played, and log in on all phones; return the phones' ids by serial."""
        for kind, name, body in DEFINITIONS:
            put = await self.up.ask("PUT", f"clients/{{client}}/definitions/{kind}/{name}", json={"body": body})
            self.ids[name] = str(put["id"])
        while len(listed := (await self.up.ask("GET", "clients/{client}/phones"))["items"]) < len(self.phones.serials):  # noqa: ASYNC110  HTTP tells if asked
            await asyncio.sleep(_LOOK_S)
        ids = {phone["serial"]: phone["id"] for phone in listed}
        preparing = [await self._begin(PREPARING, ids[serial], {}) for serial in self.phones.serials]
        await self.until_over(preparing)
        return ids

    async def feed(self, ids: Mapping[str, str]) -> None:
        """See that every phone has something to do, until there were kills enough; then wait for all of it."""
        began, numbers = now(), count(1)
        async with _beside(self._follow()):
            await asyncio.gather(*(self._feed(serial, ids[serial], numbers) for serial in self.phones.serials))
        self.say(f"{len(self.asked)} runs in {now() - began:.0f} s; waiting for the last of them")
        await self.until_over([one.run for one in self.asked])

    async def _feed(self, serial: str, phone: str, numbers: Iterator[int]) -> None:
        mine: set[str] = set()
        while not self.enough:
            if len(mine - self.over) < self.wanted.ahead:
                words = f"run {next(numbers)}"
                run = await self._begin(WORKFLOW, phone, {"words": words})
                self.asked.append(Asked(run, serial, said(words)))
                mine.add(run)
            else:
                await asyncio.sleep(_LOOK_S)

    async def _follow(self) -> None:
        while True:
            await self._look()
            await asyncio.sleep(_LOOK_S)

    async def until_over(self, runs: list[str]) -> None:
        """Wait until these runs are over, or have had time enough."""
        try:
            async with asyncio.timeout(ALL_OVER_S):
                while not self.over.issuperset(runs):
                    await asyncio.sleep(_LOOK_S)
                    await self._look()
        except TimeoutError:
            self.details.append(f"not over: {sorted(set(runs) - self.over)}")

    async def strike(self) -> None:
        """Kill until it is enough."""
        weights = VICTIMS[self.wanted.database]
        victim = ""
        while len(self.kills) < self.wanted.kills:
            if victim == "up" and self.rng.random() < TWICE:
                victim = STARTING
                await asyncio.sleep(self.rng.uniform(0, STARTING_S))
            else:
                (victim,) = self.rng.choices(list(weights), list(weights.values()))
                await self._due()
            at = now()
            await self._kill(victim)
            again = self.up.started_at if victim in ("up", STARTING) else now()
            self.kills.append(Kill(victim, at, again))
            done = sum(one.run in self.over for one in self.asked)
            self.say(f"kill {len(self.kills)}: {victim}, {done} of {len(self.asked)} runs over")
        for victim in AWAY[self.wanted.database]:
            await self._due()
            at = now()
            await self._take_away(victim)
            self.kills.append(Kill(victim, at, now(), killed=False))
            self.say(f"{victim} for {self.wanted.away_s:g} s")
        await self.up.ready()
        self.enough = True

    async def _due(self) -> None:
        await self.up.ready()
        await self._moving()
        await asyncio.sleep(self.rng.uniform(0, self.wanted.pause_s))

    async def _moving(self) -> None:
        """Wait until something goes on at the phones, or long enough for that."""
        since = max(self.up.started_at, self.kills[-1].again if self.kills else 0)
        with suppress(TimeoutError):
            async with asyncio.timeout(MOVING_S):
                while not any((seen.acts or seen.looks) and seen.until > since for seen in self.phones.seen[-100:]):  # noqa: ASYNC110  polled by itself
                    await asyncio.sleep(LOOK_S)

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

    async def _take_away(self, victim: str) -> None:
        match victim:
            case "postgres_stopped":
                await self.base.stop_server(self.wanted.away_s)
            case "postgres_frozen":
                await self.base.freeze_server(self.wanted.away_s)
            case _:
                await self.up.freeze(self.wanted.away_s)

    async def _begin(self, workflow: str, phone: str, parameters: Mapping[str, str]) -> str:
        wanted = {"workflow_id": self.ids[workflow], "phone_id": phone, "parameters": dict(parameters)}
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
    each = {kind: measure(Measure(kind, kills, phones, seed), say) for kind in kinds}
    together: dict[str, Any] = {name: sum(one[name] for one in each.values()) for name in ("kills", "runs", *NONE_OF)}
    together["resume_p95_s"] = max(one["resume_p95_s"] for one in each.values())
    return together | {"ok": all(map(passed, each.values())), "databases": each}


def measure(wanted: Measure, say: Callable[[str], None]) -> dict[str, Any]:
    """Return the figures of so many kills on one kind of database."""
    return asyncio.run(_measure(wanted, say))


async def _measure(wanted: Measure, say: Callable[[str], None]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="drover-chaos-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        async with (
            base(wanted.database, folder) as bases,
            phones(wanted.phones, wanted.seed) as rack,
            _running(DroverUp(folder, _free_port(), rack.server, bases.options)) as up,
        ):
            rng = stream(wanted.seed, "chaos", wanted.database)
            chaos = Chaos(wanted, up, rack, bases, rng, lambda line: say(f"{wanted.database}: {line}"))
            ids = await chaos.prepare()
            chaos.say("prepared")
            async with _beside(rack.watch()), _beside(rack.stay_plugged()):
                await asyncio.gather(chaos.feed(ids), chaos.strike())
                await asyncio.sleep(_AFTER_S)
            figures = await _judged(chaos)
            chaos.say(json.dumps(figures))
            return figures


async def _judged(chaos: Chaos) -> dict[str, Any]:
    known = await kept(chaos.base.url, chaos.up.data_dir)
    runs = {one.run for one in chaos.asked}
    ended: Mapping[str, Ended] = {run: ended for run, ended in known.ended.items() if run in runs}
    by_itself = [f"drover up ended by itself: {code}" for code in chaos.up.ended_by_itself]
    details = [*chaos.details, *by_itself]
    records = Records(chaos.kills, chaos.asked, ended, chaos.phones.seen, known.held, known.leases_left, details)
    return judge(records) | {
        "starts": chaos.up.starts,
        "ended_by_itself": len(by_itself),
        "away_s": {kill.victim: round(kill.again - kill.at, 1) for kill in chaos.kills if not kill.killed},
        "ready_p50_s": round(percentile(chaos.up.ready_s, 50), 2),
        "ready_p95_s": round(percentile(chaos.up.ready_s, 95), 2),
        "load": os.getloadavg()[0],
    }


@asynccontextmanager
async def _running(up: DroverUp) -> AsyncGenerator[DroverUp]:
    await up.start()
    try:
        async with _beside(up.keep()):
            yield up
    finally:
        await up.end()
        _LOG.parent.mkdir(parents=True, exist_ok=True)
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
