"""The phones of a rack as values, what is done to bring one back, and when that is given up. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from drover.devices.ports import Link


class PhoneState(Enum):
    """What a phone's record shows."""

    ONLINE = "online"
    BUSY = "busy"
    OFFLINE = "offline"
    UNAUTHORIZED = "unauthorized"
    MAINTENANCE = "maintenance"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone at one moment: its state, since when, and why, where it is not online.

    `port` is where it is plugged in (`usb:1-4.2`), or its address; empty where its source does not tell.
    """

    serial: str
    state: PhoneState
    since: datetime
    reason: str = ""
    port: str = ""

    @property
    def reachable(self) -> bool:
        """Whether commands get through to it, and work may be given to it."""
        return self.state in (PhoneState.ONLINE, PhoneState.BUSY)


@dataclass(frozen=True, slots=True)
class Hold:
    """A phone that is given no work: in maintenance by a person's wish, quarantined by the monitor or a person."""

    serial: str
    state: PhoneState
    reason: str
    at: datetime


class Happening(Enum):
    """What the history of a phone tells."""

    STATE = "state"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a phone's history: it came into a state, or a repair was tried; `word` names which."""

    at: datetime
    serial: str
    port: str
    happening: Happening
    word: str
    detail: str = ""


class Rung(Enum):
    """The ladder of repairs, from the gentlest."""

    RECONNECT = "reconnect"
    RESTART = "restart_transport"
    POWER = "power_cycle"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Ladder:
    """How often each rung is tried before the next, the pauses between, and how many outages are too many.

    Pauses double from `first_pause_s` on: tight retries on one bad phone have brought down the adb server of a rack.
    """

    reconnects: int = 5
    restarts: int = 2
    power_cycles: int = 1
    first_pause_s: float = 0.5
    most_pause_s: float = 30.0
    outages: int = 12
    outages_within: timedelta = timedelta(minutes=10)

    def pause_s(self, tries: int) -> float:
        """Return how long to wait after so many tries in a row."""
        return min(self.most_pause_s, self.first_pause_s * 2 ** min(tries, 30))

    def rung(self, tries: int, *, listed: bool, powered: bool) -> Rung:
        """Return what to try after `tries` in vain.

        A phone that its source does not list is not plugged in: there is nothing to repair, only to look for.
        `powered` says whether its port can be switched off and on.
        """
        if not listed or tries < self.reconnects:
            return Rung.RECONNECT
        if tries < self.reconnects + self.restarts:
            return Rung.RESTART
        if powered and tries < self.reconnects + self.restarts + self.power_cycles:
            return Rung.POWER
        return Rung.QUARANTINE

    def flaps(self, outages: Sequence[datetime], now: datetime) -> bool:
        """Whether a phone went away so often lately that it is of no use."""
        return sum(now - at <= self.outages_within for at in outages) >= self.outages


def state_of(link: Link, *, fault: str, occupied: bool, hold: Hold | None = None) -> PhoneState:
    """Return what to show for a phone that its source sees as `link`, whose heartbeat failed with `fault` if any.

    A hold is shown before all else, and work that is still going on before it.
    """
    if hold is not None and not occupied:
        return hold.state
    if link is Link.UNAUTHORIZED:
        return PhoneState.UNAUTHORIZED
    if link is Link.OFFLINE or fault:
        return PhoneState.OFFLINE
    return PhoneState.BUSY if occupied else PhoneState.ONLINE
