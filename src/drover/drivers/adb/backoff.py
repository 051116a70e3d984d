"""How long a phone that went away is left alone. Pure."""

import math
from dataclasses import dataclass


@dataclass
class Backoff:
    """Pauses that double with each failure in a row; a success ends them.

    Tight retries on one bad phone have brought down the adb server of a whole rack.
    """

    first_s: float = 0.5
    most_s: float = 30.0
    failures: int = 0
    until: float = 0.0
    heard_at: float = -math.inf
    """When the phone last answered, by the same clock."""

    def remaining_s(self, now: float) -> float:
        """Return how many seconds of the pause are left at `now`; 0 where there is none."""
        return max(0.0, self.until - now) if self.failures else 0.0

    def failed(self, now: float) -> None:
        """Note a failure: the next pause is twice as long."""
        pause = min(self.most_s, self.first_s * 2 ** min(self.failures, 30))
        self.failures += 1
        self.until = now + pause

    def succeeded(self, now: float) -> None:
        """Note an answer."""
        self.heard_at = now
        self.failures = 0
        self.until = 0.0
