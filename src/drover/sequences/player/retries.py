"""The tiers of retry: what is done about a failure, by its class and by what was tried already. Pure."""

from dataclasses import dataclass
from enum import Enum

from drover.devices.errors import DeviceError
from drover.kernel.errors import DroverError, Retry


class Tier(Enum):
    """What is done about a failed try."""

    AT_ONCE = "at once"
    CONNECTION = "when the phone answers again"
    PRESENCE = "is the phone still there?"
    NONE = "nothing"


@dataclass
class Spent:
    """The tries that a task has had, by tier."""

    at_once: int = 0
    connection: int = 0
    pauses: int = 0

    def renew(self) -> None:
        """Give all tries again, to a phone that was away for long."""
        self.at_once = self.connection = 0
        self.pauses += 1


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how long each tier tries.

    Tier 1: `tries` more, each `pause_s` after the failure. Tier 2, for a phone that did not answer: `connection_tries`
    more, each as soon as it answers again, or after `connection_pause_s` at the latest. Tier 3: a phone that is gone is
    waited for, `away_s` at most and `pauses` times at most within one task.
    """

    tries: int = 2
    pause_s: float = 2.0
    connection_tries: int = 2
    connection_pause_s: float = 10.0
    away_s: float = 600.0
    pauses: int = 3

    def tier(self, error: DroverError, spent: Spent) -> Tier:
        """Return what is to be done about `error`."""
        if error.retry is Retry.NEVER:
            return Tier.NONE
        if error.retry is Retry.AT_ONCE and spent.at_once < self.tries:
            return Tier.AT_ONCE
        if not isinstance(error, DeviceError):
            return Tier.NONE
        if spent.connection < self.connection_tries:
            return Tier.CONNECTION
        return Tier.PRESENCE

    def may_pause(self, spent: Spent) -> bool:
        """Whether a phone that is gone may be waited for, once more."""
        return self.away_s > 0 and spent.pauses < self.pauses
