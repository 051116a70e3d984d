"""Plays under faults: lost touches, popups, phones that are gone for a while, slow phones; and what was done twice."""

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.flows import saves, saving_flow
from drover.kernel.randomness import stream
from drover.sequences.record import PhoneRecord, Status
from tests.rack.stand import Stand, stand

LOST = 0.05
"""The part of touches that are lost."""
POPUPS = 0.5
"""The part of plays in which a popup comes on the way."""
GONE = 0.1
GONE_S = 5.0
POPUP_PAGES = ("plaza.feed", "plaza.profile", "plaza.edit_profile")
KNOWN_POPUPS = ("update", "permission")
PATIENT: Mapping[str, Any] = {"task_retries": 2, "away_s": 120.0}


@dataclass
class Tally:
    """What came of all plays so far."""

    plays: int = 0
    completed: int = 0
    doubled: int = 0
    missing: int = 0
    paused: int = 0
    retried: int = 0
    unexplained: int = 0
    failures: Counter[str] = field(default_factory=Counter[str])

    def add(self, record: PhoneRecord, saved: int) -> None:
        """Count one phone's play; `saved` is how often the simulator saw the profile being saved."""
        done = record.status is Status.COMPLETED
        self.plays += 1
        self.completed += done
        self.doubled += saved > 1
        self.missing += done and saved != 1
        self.paused += bool(record.pauses)
        self.retried += any(task.attempts > 1 for task in record.tasks)
        if not done:
            self.failures[f"{record.error.partition(' (')[0]}"] += 1
            self.unexplained += not _says_what_was_seen(record)

    def figures(self) -> dict[str, Any]:
        """Return the figures."""
        return {
            "plays": self.plays,
            "completed_percent": round(100 * self.completed / self.plays, 2),
            "once_acts_doubled": self.doubled,
            "completed_without_its_act": self.missing,
            "plays_with_retries": self.retried,
            "plays_that_paused": self.paused,
            "failures_without_what_was_seen": self.unexplained,
            "failures": dict(self.failures.most_common()),
        }


def run(
    *, plays: int = 500, phones: int = 20, profile: str = "slow", width: int = 720, seed: int = 1
) -> dict[str, Any]:
    """Return the figures of at least `plays` plays, `phones` of them at once."""
    return asyncio.run(_measure(plays, phones, profile, width, seed))


async def _measure(plays: int, phones: int, profile: str, width: int, seed: int) -> dict[str, Any]:
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        async with stand(Path(folder), min(phones, plays), patience=PATIENT, profile=profile, width=width) as rack:
            number = 0
            while tally.plays < plays:
                for record, saved in await one_round(rack, stream(seed, "faults", number)):
                    tally.add(record, saved)
                number += 1
                print(f"{tally.plays} plays, {tally.completed} completed, {tally.doubled} doubled", flush=True)
    return tally.figures() | {"profile": profile, "phones_at_once": min(phones, plays)}


async def one_round(rack: Stand, rng: random.Random, *, timeout_s: float = 20) -> Sequence[tuple[PhoneRecord, int]]:
    """Play once on every phone, with faults drawn from `rng`; return each record, and how often was saved."""
    await rack.clear()
    for phone in rack.rack.names.values():
        await rack.give(phone, "lost_touch", probability=LOST)
        if rng.random() < POPUPS:
            page = rng.choice(POPUP_PAGES)
            await rack.give(phone, "popup", name=rng.choice(KNOWN_POPUPS), on_page=page)
        if rng.random() < GONE:
            await rack.give(phone, "disconnect", seconds=GONE_S, after_s=round(rng.uniform(2, 60), 1))
    request = rack.request_of(saving_flow(timeout_s=timeout_s), from_step=1)
    records = await rack.play(request)
    return [(record, await saves(rack, name)) for name, record in records.items()]


def _says_what_was_seen(record: PhoneRecord) -> bool:
    sights = [sight for task in record.tasks[-1:] for sight in (task.before, task.after) if sight is not None]
    return bool(record.error) and any(sight.frame is not None for sight in sights)
