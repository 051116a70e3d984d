"""How long a simulated phone takes: one table of delay profiles, in milliseconds, drawn from what real phones need."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from drover.kernel.clock import Clock


class Act(Enum):
    """What takes a phone time."""

    CAPTURE = "capture"
    INPUT = "input"
    CHARACTER = "character"
    UI_DUMP = "ui_dump"
    APP_START = "app_start"
    APP_STOP = "app_stop"
    SHELL = "shell"
    FILE = "file"


ProfileName = Literal["none", "typical", "slow"]

_TYPICAL: Final[Mapping[Act, float]] = {
    Act.CAPTURE: 250,
    Act.INPUT: 30,
    Act.CHARACTER: 2,
    Act.UI_DUMP: 350,
    Act.APP_START: 300,
    Act.APP_STOP: 40,
    Act.SHELL: 15,
    Act.FILE: 5,
}
PROFILES: Final[Mapping[str, Mapping[Act, float]]] = {
    "none": dict.fromkeys(Act, 0.0),
    "typical": _TYPICAL,
    "slow": {act: 3 * milliseconds for act, milliseconds in _TYPICAL.items()},
}
"""Milliseconds per act, by profile. `character` comes on top of `input` for each character typed."""

JITTER: Final = 0.1
"""Every delay is drawn from its value +- this share."""


@dataclass(frozen=True, slots=True)
class Delays:
    """Takes a phone's time. Every drawn delay comes from `rng`, so that a seed repeats them."""

    profile: ProfileName
    clock: Clock
    rng: random.Random

    def draw_s(self, act: Act, count: int = 1) -> float:
        """Return how long `count` such acts take this time, in seconds."""
        milliseconds = PROFILES[self.profile][act] * count
        return milliseconds / 1000 * self.rng.uniform(1 - JITTER, 1 + JITTER)

    async def take(self, act: Act) -> None:
        """Let the time of one `act` pass."""
        await self.sleep(self.draw_s(act))

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass; none at all is no pause."""
        if seconds > 0:
            await self.clock.sleep(seconds)
