"""How long a simulated phone takes: one table of delay profiles, in milliseconds, drawn from what real phones need."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal

from drover.kernel.clock import Clock


class Act(Enum):
    """What takes a phone time."""

    CAPTURE = "capture"
    FAST_CAPTURE = "fast_capture"
    INPUT = "input"
    FAST_INPUT = "fast_input"
    CHARACTER = "character"
    UI_DUMP = "ui_dump"
    FAST_UI_DUMP = "fast_ui_dump"
    APP_START = "app_start"
    APP_STOP = "app_stop"
    SHELL = "shell"
    FILE = "file"
    SWITCH_USER = "switch_user"
    BOOT = "boot"


ProfileName = Literal["none", "typical", "slow"]

_TYPICAL: Final[Mapping[Act, float]] = {
    Act.CAPTURE: 250,
    Act.FAST_CAPTURE: 150,
    Act.INPUT: 30,
    Act.FAST_INPUT: 10,
    Act.CHARACTER: 2,
    Act.UI_DUMP: 350,
    Act.FAST_UI_DUMP: 120,
    Act.APP_START: 300,
    Act.APP_STOP: 40,
    Act.SHELL: 15,
    Act.FILE: 5,
    Act.SWITCH_USER: 1500,
    Act.BOOT: 15_000,
}
PROFILES: Final[Mapping[str, Mapping[Act, float]]] = {
    "none": dict.fromkeys(Act, 0.0),
    "typical": _TYPICAL,
    "slow": {act: 3 * milliseconds for act, milliseconds in _TYPICAL.items()},
}
"""Milliseconds per act, by profile. `character` comes on top of `input` for each character typed; the
`fast_` ones are those of uiautomator2's service, which need not start a program for each call."""

JITTER: Final = 0.1
"""Every delay is drawn from its value +- this share."""


@dataclass(frozen=True, slots=True)
class Slowdown:
    """Another profile, and by what its acts (`Act.value`) are multiplied besides."""

    profile: ProfileName
    factors: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(slots=True)
class Delays:
    """Takes a phone's time. Every drawn delay comes from `rng`, so that a seed repeats them.

    While `slowed` is set, its profile and factors hold instead of `profile`.
    """

    profile: ProfileName
    clock: Clock
    rng: random.Random
    slowed: Slowdown | None = None

    def draw_s(self, act: Act, count: int = 1) -> float:
        """Return how long `count` such acts take this time, in seconds."""
        slowed = self.slowed or Slowdown(self.profile)
        milliseconds = PROFILES[slowed.profile][act] * slowed.factors.get(act.value, 1.0) * count
        return milliseconds / 1000 * self.rng.uniform(1 - JITTER, 1 + JITTER)

    async def take(self, act: Act) -> None:
        """Let the time of one `act` pass."""
        await self.sleep(self.draw_s(act))

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass; none at all is no pause."""
        if seconds > 0:
            await self.clock.sleep(seconds)
