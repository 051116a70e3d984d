"""Kills `drover play` at random moments, goes on with --resume, and asks the simulator what was done twice."""

import asyncio
import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.flows import saves, saving_flow
from drover.kernel.clock import SystemClock
from drover.kernel.randomness import stream
from drover.sequences.journal import Journal, LastRun
from tests.rack.stand import PLAZA, Stand, stand

POLL_S = 0.1
ASKS = ("nothing tells whether it happened", "nothing tells where to go on")
NAME = "Edit the profile"


@dataclass(frozen=True)
class Ran:
    """What a command that ended by itself left."""

    code: int
    last_line: Mapping[str, Any]
    err: str


@dataclass(frozen=True)
class Outcome:
    """What one kill led to. `kind`: completed, asked, wrong; `step` is the one that was cut off."""

    kind: str
    step: int
    doubled: bool
    detail: str = ""


def run(*, kills: int = 200, workers: int = 4, profile: str = "none", seed: int = 1) -> dict[str, Any]:
    """Return the figures of so many kills, on `workers` phones at once."""
    return asyncio.run(_measure(kills, workers, profile, seed))


async def _measure(kills: int, workers: int, profile: str, seed: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "flow.json").write_text(json.dumps(saving_flow(timeout_s=15)))
        async with stand(folder, workers, profile=profile) as rack:
            commands = [Command(rack, serial) for serial in rack.rack.names]
            longest_s = max(await asyncio.gather(*(command.whole() for command in commands)))
            shares = [kills // workers + (number < kills % workers) for number in range(workers)]
            works = [
                _worker(command, share, longest_s, stream(seed, "kills", number))
                for number, (command, share) in enumerate(zip(commands, shares, strict=True))
            ]
            outcomes = [outcome for worker in await asyncio.gather(*works) for outcome in worker]
    return figures(outcomes)


def figures(outcomes: list[Outcome]) -> dict[str, Any]:
    """Return the figures of what the kills led to."""
    kinds = Counter(outcome.kind for outcome in outcomes)
    steps = Counter(outcome.step for outcome in outcomes)
    return {
        "kills": len(outcomes),
        "completed": kinds["completed"],
        "asked": kinds["asked"],
        "wrong": kinds["wrong"],
        "once_acts_doubled": sum(outcome.doubled for outcome in outcomes),
        "steps_cut_off": {str(step): steps[step] for step in sorted(steps)},
        "details": [outcome.detail for outcome in outcomes if outcome.kind == "wrong"],
    }


async def _worker(command: "Command", kills: int, longest_s: float, rng: random.Random) -> list[Outcome]:
    outcomes: list[Outcome] = []
    while len(outcomes) < kills:
        outcome = await command.kill_and_resume(rng.uniform(0, longest_s))
        if outcome is not None:
            outcomes.append(outcome)
            print(f"{command.serial}: cut off in step {outcome.step}, {outcome.kind}", flush=True)
    return outcomes


class Command:
    """`drover play` on one phone of a rack."""

    def __init__(self, rack: Stand, serial: str) -> None:
        self.serial = serial
        self._rack = rack
        self._phone = rack.rack.names[serial]

    async def whole(self) -> float:
        """Play without a kill, and return how many seconds the play took."""
        ran = await self._run("--from-step", "1")
        if ran.code != 0:
            raise RuntimeError(ran.err)
        return float(ran.last_line["wall_s"])

    async def kill_and_resume(self, after_s: float) -> Outcome | None:
        """Kill a play so many seconds after its first entry in the journal, and go on with it; None where it ended."""
        await self._rack.renew(self._phone)
        before = await self._last()
        process = await self._start("--from-step", "1")
        ended = asyncio.ensure_future(process.communicate())
        while not ended.done() and _same(before, await self._last()):  # noqa: ASYNC110  another process writes it
            await asyncio.sleep(POLL_S)
        if (await asyncio.wait((ended,), timeout=after_s))[0]:
            return None
        process.kill()
        await ended
        last = await self._last()
        if last is None:
            return None
        return await self._judge(len(last.marks), await self._run("--resume"))

    async def _judge(self, marks: int, ran: Ran) -> Outcome:
        saved = await saves(self._rack, self._phone)
        failure = str(ran.last_line.get("failures", {}).get(self.serial, ""))
        rest = self._rack.steps - marks
        if ran.code == 0 and saved == 1 and ran.last_line["verified"] == rest:
            kind = "completed"
        elif ran.code == 1 and saved <= 1 and any(words in failure for words in ASKS):
            kind = "asked"
        else:
            kind = "wrong"
        detail = f"after {marks} steps: code {ran.code}, saved {saved}, {ran.last_line}, {ran.err}"
        return Outcome(kind, marks + 1, saved > 1, detail)

    async def _last(self) -> LastRun | None:
        """Return what the journal says of the last run."""
        async with Journal(self._rack.settings.data_dir / "journal.sqlite", SystemClock()) as journal:
            return await journal.last_run(NAME, self.serial)

    async def _run(self, *words: str) -> Ran:
        process = await self._start(*words)
        out, err = await process.communicate()
        lines = out.decode().splitlines()
        return Ran(process.returncode or 0, json.loads(lines[-1]) if lines else {}, err.decode()[-2000:])

    async def _start(self, *words: str) -> asyncio.subprocess.Process:
        settings = self._rack.settings
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "drover.cli", "play", str(self._rack.folder / "flow.json"), "--json"),
            *("--registry", str(PLAZA / "registry"), "--phones", f"phone:{self.serial}"),
            *("--adb-server", str(self._rack.rack.server), "--report", str(self._rack.folder / f"{self._phone}.html")),
            *words,
            env=os.environ | {"DROVER_DATA_DIR": str(settings.data_dir), "DROVER_TASK_RETRY_PAUSE_S": "0.2"},
            cwd=self._rack.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )


def _same(one: LastRun | None, other: LastRun | None) -> bool:
    return (one.run if one is not None else "") == (other.run if other is not None else "")
