"""The phones of a rack as values. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from drover.devices.ports import Link


class PhoneState(Enum):
    """What a phone's record shows. Maintenance and quarantine are set by people and come with the phone record."""

    ONLINE = "online"
    BUSY = "busy"
    OFFLINE = "offline"
    UNAUTHORIZED = "unauthorized"


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone at one moment: its state, since when, and why, where it is not online."""

    serial: str
    state: PhoneState
    since: datetime
    reason: str = ""

    @property
    def reachable(self) -> bool:
        """Whether commands get through to it."""
        return self.state in (PhoneState.ONLINE, PhoneState.BUSY)


def state_of(link: Link, *, fault: str, occupied: bool) -> PhoneState:
    """Return what to show for a phone that its source sees as `link`, whose heartbeat failed with `fault` if any."""
    if link is Link.UNAUTHORIZED:
        return PhoneState.UNAUTHORIZED
    if link is Link.OFFLINE or fault:
        return PhoneState.OFFLINE
    return PhoneState.BUSY if occupied else PhoneState.ONLINE
