"""The life of an account: one table says what may become what. Pure."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from drover.kernel.errors import DroverError, Kind


class Lifecycle(Enum):
    """Where an account is in its life."""

    IMPORTED = "imported"
    READY = "ready"
    WARMUP = "warmup"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    INVALID = "invalid"


class Change(Enum):
    """What happens to an account."""

    PREPARE = "prepare"
    START_WARMUP = "start_warmup"
    COMPLETE_WARMUP = "complete_warmup"
    SUSPEND = "suspend"
    INVALIDATE = "invalidate"
    RETURN = "return"


STEPS: Final = {
    (Lifecycle.IMPORTED, Change.PREPARE): Lifecycle.READY,
    (Lifecycle.READY, Change.START_WARMUP): Lifecycle.WARMUP,
    (Lifecycle.WARMUP, Change.COMPLETE_WARMUP): Lifecycle.ACTIVE,
}
"""The way of an account; `changed` adds what leads off it, and back."""

_USABLE: Final = frozenset({Lifecycle.IMPORTED, Lifecycle.READY, Lifecycle.WARMUP, Lifecycle.ACTIVE})


class IllegalChange(DroverError):
    """An account cannot change so from where it is."""

    kind = Kind.CONFLICT

    def __init__(self, lifecycle: Lifecycle, change: Change) -> None:
        super().__init__(
            f"{change.value} is not possible for an account that is {lifecycle.value}",
            hint="the way is imported, ready, warmup, active; suspended and invalid ones are returned by a person",
        )
        self.lifecycle = lifecycle
        self.change = change


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an account is, and where a person's `return` brings it: only a suspended or invalid one has `origin`."""

    lifecycle: Lifecycle
    origin: Lifecycle | None = None

    @property
    def works(self) -> bool:
        """Whether work may start with it."""
        return self.lifecycle in _USABLE


def changed(standing: Standing, change: Change) -> Standing:
    """Return the standing after a change. Raises IllegalChange.

    Any account can be suspended, at a challenge or ban notice, or become invalid; both keep where it was, and a person
    returns it there. A suspended one that becomes invalid keeps where it was before it was suspended.
    """
    lifecycle, origin = standing.lifecycle, standing.origin
    if change is Change.RETURN and origin is not None:
        return Standing(origin)
    if change is Change.SUSPEND and lifecycle in _USABLE:
        return Standing(Lifecycle.SUSPENDED, lifecycle)
    if change is Change.INVALIDATE and lifecycle is not Lifecycle.INVALID:
        return Standing(Lifecycle.INVALID, origin or lifecycle)
    try:
        return Standing(STEPS[lifecycle, change])
    except KeyError:
        raise IllegalChange(lifecycle, change) from None
