"""The lease of a phone: who may drive it, until when, and under which token. Pure.

Whatever drives a phone holds its one lease. Every lease of a phone has a higher token than all before it, so whoever
drives the phone can tell a holder whose lease is over from the present one, whatever the clocks say. `now` is always
the database's time.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from drover.kernel.errors import DroverError, InvalidInput, Kind, Retry

LEASE_TTL_S: Final = 600.0
"""How long a lease lasts when it is not renewed; spec/orchestration.md: 10 minutes, renewed every 20 s."""


class HolderKind(Enum):
    """What holds a phone."""

    RUN = "run"
    CONTROL = "control"
    PHASE = "phase"
    INSTALL = "install"
    TAKEOVER = "takeover"


PERSONS: Final = frozenset({HolderKind.CONTROL, HolderKind.TAKEOVER})
"""The kinds behind which a person sits; only they may break in."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a lease belongs to: a run, a person's control and so on, never a process. `by` is who wished it.

    Kind and id tell holders apart; purpose and `by` are for those who read.
    """

    kind: HolderKind
    id: str
    purpose: str = ""
    by: str = ""

    def is_(self, other: "Holder") -> bool:
        """Whether both are the same holder."""
        return (self.kind, self.id) == (other.kind, other.id)

    def __str__(self) -> str:
        """Return how people are told of it."""
        return f"{self.kind.value} {self.id}" + (f" ({self.purpose})" if self.purpose else "")


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease as it was at `read_at`, the database's time."""

    phone_id: str
    token: int
    holder: Holder
    priority: int
    taken_at: datetime
    renewed_at: datetime
    expires_at: datetime
    read_at: datetime

    @property
    def remaining_s(self) -> float:
        """Return how many seconds it had left at `read_at`, 0 where it was over."""
        return max(0.0, (self.expires_at - self.read_at).total_seconds())

    @property
    def live(self) -> bool:
        """Whether it was in force at `read_at`; in the moment of its expiry it no longer is."""
        return self.read_at < self.expires_at


@dataclass(frozen=True, slots=True)
class Occupancy:
    """A phone's lease and the highest token that any lease of it had; `lease` may be over already."""

    phone_id: str
    token: int = 0
    lease: Lease | None = None

    def at(self, now: datetime) -> Lease | None:
        """Return the lease in force at `now`."""
        if self.lease is None or now >= self.lease.expires_at:
            return None
        return replace(self.lease, read_at=now)


@dataclass(frozen=True, slots=True)
class Wish:
    """A lease that somebody wants. With `break_in`, a person ends a lease of lower priority for it."""

    holder: Holder
    ttl_s: float = LEASE_TTL_S
    priority: int = 0
    break_in: bool = False


class PhoneTaken(DroverError):
    """Another holds the phone; `lease` says who, since when, for what and how long at most."""

    kind = Kind.CONFLICT
    retry = Retry.WHEN_BACK

    def __init__(self, lease: Lease) -> None:
        since = lease.taken_at.isoformat(timespec="seconds")
        super().__init__(
            f"phone {lease.phone_id} is taken by {lease.holder} since {since}",
            hint="wait until it is free; a person can break in with a higher priority, an administrator can break it",
        )
        self.lease = lease


class LeaseLost(DroverError):
    """The lease under this token is over: it expired, was released or broken, or another holds the phone now."""

    kind = Kind.CONFLICT

    def __init__(self, phone_id: str, token: int) -> None:
        super().__init__(
            f"phone {phone_id}: the lease with token {token} is over",
            hint="stop driving the phone; take its lease again to go on",
        )
        self.phone_id = phone_id
        self.token = token


class NotLeased(DroverError):
    """Nobody holds the phone."""

    kind = Kind.NOT_FOUND

    def __init__(self, phone_id: str) -> None:
        super().__init__(f"phone {phone_id} is not leased", hint="it may have been released meanwhile")
        self.phone_id = phone_id


class InvalidLease(InvalidInput):
    """A lease cannot be taken for so long."""


def take(occupancy: Occupancy, wish: Wish, now: datetime) -> Occupancy:
    """Return the occupancy once the wish is granted.

    A free phone, or one whose lease is over, is given under a new token. The holder of the lease in force gets the same
    lease again, prolonged under the same token: a run that goes on in another process must not lose what it plays.
    A person who asks to break in ends a lease of lower priority. Raises PhoneTaken, InvalidLease.
    """
    held = occupancy.at(now)
    if held is not None and held.holder.is_(wish.holder):
        return renew(occupancy, held.token, wish.ttl_s, now)
    expires_at = _expiry(wish.ttl_s, now)
    if held is not None and not breaks_in(wish, held):
        raise PhoneTaken(held)
    token = occupancy.token + 1
    lease = Lease(occupancy.phone_id, token, wish.holder, wish.priority, now, now, expires_at, now)
    return Occupancy(occupancy.phone_id, token, lease)


def breaks_in(wish: Wish, held: Lease) -> bool:
    """Whether a wish ends a lease in force: a person asked for it, with more priority than the holder has."""
    return wish.break_in and wish.holder.kind in PERSONS and wish.priority > held.priority


def renew(occupancy: Occupancy, token: int, ttl_s: float, now: datetime) -> Occupancy:
    """Return the occupancy with its lease prolonged to `ttl_s` from now. Raises LeaseLost, InvalidLease."""
    held = occupancy.at(now)
    if held is None or held.token != token:
        raise LeaseLost(occupancy.phone_id, token)
    lease = replace(held, renewed_at=now, expires_at=_expiry(ttl_s, now), read_at=now)
    return replace(occupancy, lease=lease)


def release(occupancy: Occupancy, token: int) -> Occupancy:
    """Return the occupancy without the lease of this token; unchanged where it is not there any more."""
    if occupancy.lease is None or occupancy.lease.token != token:
        return occupancy
    return replace(occupancy, lease=None)


def free(occupancy: Occupancy, now: datetime) -> Occupancy:
    """Return the occupancy after its lease in force was broken; the token rises, so that acts under it are stale.

    Raises NotLeased.
    """
    if occupancy.at(now) is None:
        raise NotLeased(occupancy.phone_id)
    return Occupancy(occupancy.phone_id, occupancy.token + 1)


def expire(occupancy: Occupancy, now: datetime) -> Occupancy:
    """Return the occupancy without a lease that is over; unchanged where it is in force or there is none."""
    return occupancy if occupancy.at(now) is not None else replace(occupancy, lease=None)


def _expiry(ttl_s: float, now: datetime) -> datetime:
    if not 0 < ttl_s <= LEASE_TTL_S:
        raise InvalidLease(f"a lease of {ttl_s} s: it lasts more than 0 and at most {LEASE_TTL_S:.0f} s")
    return now + timedelta(seconds=ttl_s)
