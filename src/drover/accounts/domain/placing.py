"""Where an account is: its names, its address, its slot, and how many of them a phone takes. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from drover.kernel.errors import DroverError, InvalidInput, Kind

MOST_OUTSIDE_SLOTS: Final = 4
"""Accounts of one app on one phone that are in no slot (spec/orchestration.md)."""
MOST_SLOTS: Final = 30
"""Slots of one app on one phone (spec/orchestration.md)."""

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")
_ADDRESS: Final = re.compile(rf"({_NAME.pattern})\.({_NAME.pattern})@(.{{1,128}})")


class BadName(InvalidInput):
    """A name of an app or account could not be written in a selector."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(
            f"{what} {name!r} is no name",
            hint="letters, digits, _ and -, at most 64, not beginning with -; neither `all` nor beginning with `all-`",
        )


class BadAddress(InvalidInput):
    """Something is no address of an account."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address!r} is no address of an account", hint="like plaza.account1@phone3")


class SlotUnknown(InvalidInput):
    """The app has no slot of that number."""

    def __init__(self, app: str, slot: int, slots: int) -> None:
        there = f"slots 1 to {slots}" if slots else "no slots"
        super().__init__(f"{app} has no slot {slot}", hint=f"it has {there} on each phone")


class SlotTaken(DroverError):
    """Another account is in the slot."""

    kind = Kind.CONFLICT

    def __init__(self, address: str, slot: int, holder: str) -> None:
        super().__init__(f"{address}: slot {slot} has {holder}", hint="name a free slot, or `next`")


class PhoneFull(DroverError):
    """The phone takes no more accounts of this app."""

    kind = Kind.CONFLICT

    def __init__(self, app: str, phone: str, what: str) -> None:
        super().__init__(f"{phone} takes no more accounts of {app}: {what}", hint="use another phone, or a slot")


@dataclass(frozen=True, slots=True)
class Address:
    """The names that say which account is meant: `plaza.account1@phone3`."""

    app: str
    name: str
    phone: str

    def __str__(self) -> str:
        """Return how it is written."""
        return f"{self.app}.{self.name}@{self.phone}"


def address_of(text: str) -> Address:
    """Return the address that `text` writes. Raises BadAddress."""
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise BadAddress(text)
    return Address(*match.groups())


def check_name(what: str, name: str) -> str:
    """Return a name that can be written in a selector. Raises BadName."""
    if _NAME.fullmatch(name) is None or name == "all" or name.startswith("all-"):
        raise BadName(what, name)
    return name


@dataclass(frozen=True, slots=True)
class Placed:
    """An account that is on a phone already; `slot` None: outside slots, or `invalid`, which takes no place."""

    name: str
    slot: int | None
    invalid: bool = False


NEXT_SLOT: Final = "next"
"""Asks for the lowest free slot."""


def place(address: Address, slots: int, wanted: int | str | None, there: Iterable[Placed]) -> int | None:
    """Return the slot that an account comes into, None outside slots.

    `slots` is how many the app has on a phone, `wanted` a number, NEXT_SLOT or None, `there` the other accounts of the
    app on that phone. Raises PhoneFull, SlotUnknown, SlotTaken.
    """
    others = list(there)
    if wanted is None:
        if sum(other.slot is None and not other.invalid for other in others) >= MOST_OUTSIDE_SLOTS:
            raise PhoneFull(address.app, address.phone, f"{MOST_OUTSIDE_SLOTS} are outside slots")
        return None
    holders = {other.slot: other.name for other in others if other.slot is not None}
    if not isinstance(wanted, str):
        return _named_slot(address, slots, wanted, holders)
    free = [slot for slot in range(1, slots + 1) if slot not in holders]
    if not free:
        raise PhoneFull(address.app, address.phone, f"none of its {slots} slots is free")
    return free[0]


def _named_slot(address: Address, slots: int, wanted: int, holders: dict[int, str]) -> int:
    if not 1 <= wanted <= slots:
        raise SlotUnknown(address.app, wanted, slots)
    if wanted in holders:
        raise SlotTaken(str(address), wanted, f"{address.app}.{holders[wanted]}")
    return wanted
