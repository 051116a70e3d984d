"""A phone's parts that faults reach, and what its wire side has to heed of the faults in force."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drover.kernel.clock import Clock
from drover.simulator.adbd.authorization import Authorization
from drover.simulator.adbd.line import Line
from drover.simulator.handset import Handset, Scene
from drover.simulator.profiles import Delays
from drover.simulator.storage import Storage

BATTERY_PERCENT: Final = 87
"""How full the battery of a phone without faults is."""


@dataclass
class Condition:
    """The state of one phone that is neither its apps' nor its connections'.

    `display` returns the handset in use, `log` writes a line into the phone's log.
    """

    display: Callable[[], Handset]
    line: Line
    authorization: Authorization
    delays: Delays
    storage: Storage
    rng: random.Random
    log: Callable[[str], None]
    awake: bool = True
    quarter_turns: int = 0
    battery_percent: int = BATTERY_PERCENT
    charging: bool = True
    secure: bool = False
    garbage: bool = False
    injection_refused: bool = False
    frozen_scene: Scene | None = None
    last_scene: Scene | None = None
    """What was shown when a freeze that waits for its page was last waited for in vain."""
    touches_to_lose: int = 0
    touch_loss_probability: float = 0.0

    @property
    def handset(self) -> Handset:
        """The display and apps in use."""
        return self.display()

    @property
    def clock(self) -> Clock:
        """Where the phone's time comes from."""
        return self.delays.clock

    @property
    def dark(self) -> bool:
        """Whether captures are black."""
        return self.secure or not self.awake

    def turn(self, quarter_turns: int) -> None:
        """Turn the display, 0 to 3 quarter turns from how it is built."""
        self.quarter_turns = quarter_turns
        now = self.clock.monotonic()
        self.handset.rotate(quarter_turns, now)
        if self.frozen_scene is not None:  # a picture of the old shape would not fit the display any more
            self.frozen_scene = self.handset.scene(now)

    def loses_touch(self) -> bool:
        """Whether this touch is lost; counts it."""
        if self.touches_to_lose:
            self.touches_to_lose -= 1
            return True
        return self.touch_loss_probability > 0 and self.rng.random() < self.touch_loss_probability
