"""A phone as the database knows it, and what an agent reports of it. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from drover.fleet.domain.agents import Agent, shown_state
from drover.fleet.domain.phones import PhoneState
from drover.kernel.errors import DroverError, InvalidInput, Kind

HOLDS: Final = frozenset({PhoneState.MAINTENANCE, PhoneState.QUARANTINED})
"""The states that are decided, not observed."""

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:-]{0,63}")
_PREFIXES: Final = ("all-", "client:", "tag:", "group:", "phone:", "account:")
_TAG: Final = re.compile(r"\w[\w.-]{0,63}")


class BadPhoneName(InvalidInput):
    """A phone's name could not be written in a selector."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} is no name of a phone",
            hint=f"letters, digits and ._:-, at most 64; neither `all` nor beginning with {', '.join(_PREFIXES)}",
        )


class BadTag(InvalidInput):
    """A tag could not be written in a selector."""

    def __init__(self, tag: str) -> None:
        super().__init__(f"{tag!r} is no tag", hint="letters, digits and ._-, at most 64, not beginning with . or -")


class BadHold(InvalidInput):
    """A phone is held in maintenance or quarantined, in no other state."""

    def __init__(self, state: PhoneState) -> None:
        super().__init__(f"a phone cannot be held {state.value}", hint="hold it in maintenance, or quarantined")


class PhoneUnknown(DroverError):
    """The client has no such phone."""

    kind = Kind.NOT_FOUND

    def __init__(self, phone: str) -> None:
        super().__init__(f"there is no phone {phone}", hint="list the phones to see their names")
        self.phone = phone


@dataclass(frozen=True, slots=True)
class Report:
    """What an agent says of one phone."""

    serial: str
    state: PhoneState
    reason: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class PhoneRecord:
    """A phone of a client. `state` is what its agent last reported, since `since`; `hold` what was decided of it.

    A phone that is not `active` is given no work and otherwise followed like the others.
    """

    id: str
    client_id: str
    serial: str
    name: str
    rack_id: str
    agent: Agent | None
    model: str
    state: PhoneState
    since: datetime
    reason: str
    hold: PhoneState | None
    hold_reason: str
    tags: frozenset[str]
    active: bool

    def shown(self, now: datetime) -> tuple[PhoneState, str]:
        """Return the state to show, and why."""
        if self.hold is not None:
            return self.hold, self.hold_reason
        return shown_state(self.state, self.reason, self.agent, now)

    def hindrance(self, now: datetime) -> str:
        """Return why it can be given no work, in words; empty where it can. Its lease is another matter."""
        if not self.active:
            return f"{self.name} is not active"
        if self.agent is not None and self.agent.reserved_client_id not in (None, self.client_id):
            return f"agent {self.agent.name} is reserved for another client"
        state, reason = self.shown(now)
        if state in (PhoneState.ONLINE, PhoneState.BUSY):
            return ""
        return f"{self.name} is {state.value}" + (f": {reason}" if reason else "")


def check_phone_name(name: str) -> str:
    """Return a name that can be written in a selector. Raises BadPhoneName."""
    if _NAME.fullmatch(name) is None or name == "all" or name.startswith(_PREFIXES):
        raise BadPhoneName(name)
    return name


def check_tags(tags: Collection[str]) -> frozenset[str]:
    """Return tags that can be written in a selector. Raises BadTag."""
    for tag in tags:
        if _TAG.fullmatch(tag) is None:
            raise BadTag(tag)
    return frozenset(tags)


def check_hold(state: PhoneState) -> PhoneState:
    """Return a state that a phone can be held in. Raises BadHold."""
    if state not in HOLDS:
        raise BadHold(state)
    return state


def next_name(taken: Collection[str]) -> str:
    """Return the first of phone1, phone2 ... that is not taken."""
    number = 1
    while f"phone{number}" in taken:
        number += 1
    return f"phone{number}"
