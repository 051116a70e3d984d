"""Whether an organization, a client or a user is in use, and what follows from it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from drover.kernel.errors import DroverError, Kind
from drover.tenancy.domain.caller import Access
from drover.tenancy.domain.roles import Level, Role


class Status(Enum):
    """Inactive: no login and no new runs. Deleted: as if it were not there; its rows stay."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"


class DeletedStays(DroverError):
    """What was deleted is not changed any more."""

    kind = Kind.CONFLICT

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is deleted and stays so", hint="make a new one")


def next_status(what: str, now: Status, wanted: Status) -> Status:
    """Return `wanted`, which any status but deleted may become. Raises DeletedStays."""
    if now is Status.DELETED:
        raise DeletedStays(what)
    return wanted


@dataclass(frozen=True, slots=True)
class Halt:
    """A kill switch that is thrown: since when, by whom (a user's id) and why."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether runs of a client may start: its status and halt, and those of its organization."""

    organization: Status
    client: Status
    organization_halt: Halt | None
    client_halt: Halt | None

    @property
    def halt(self) -> Halt | None:
        """The kill switch that is thrown; the organization's goes before the client's."""
        return self.organization_halt or self.client_halt

    @property
    def hindrance(self) -> str:
        """Why no run may start, in words; empty where it may."""
        if self.halt is not None:
            scope = "organization" if self.organization_halt else "client"
            return f"the {scope} is halted: {self.halt.reason}"
        if self.organization is not Status.ACTIVE:
            return f"the organization is {self.organization.value}"
        if self.client is not Status.ACTIVE:
            return f"the client is {self.client.value}"
        return ""


@dataclass(frozen=True, slots=True)
class Grant:
    """An access as it was granted, with what its client is now."""

    client: str
    client_status: Status
    access: Access


_ADMINISTERING = frozenset({Role.SUPER_USER, Role.ADMIN})


def accesses(role: Role, grants: Iterable[Grant]) -> Mapping[str, Access]:
    """Return what the grants of a user come to, by client.

    A deleted client is not there. An inactive one is read by administrators alone.
    """
    held: dict[str, Access] = {}
    for grant in grants:
        if grant.client_status is Status.ACTIVE:
            held[grant.client] = grant.access
        elif grant.client_status is Status.INACTIVE and role in _ADMINISTERING:
            held[grant.client] = Access(Level.READ_ONLY, grant.access.racks, grant.access.apps)
    return held


def may_log_in(organization: Status, user: Status, role: Role, held: Mapping[str, Access]) -> bool:
    """Return whether the user is let in: all active, and one client at least for those who work in clients alone."""
    in_use = organization is Status.ACTIVE and user is Status.ACTIVE
    return in_use and (role in _ADMINISTERING or bool(held))
