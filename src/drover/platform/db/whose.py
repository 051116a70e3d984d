"""In whose name a unit of work reads or writes."""

import re
from dataclasses import dataclass

_ID = re.compile(r"[0-9a-zA-Z_-]{1,32}")


def _checked(*ids: str) -> None:
    """Refuse what is no id: it would be taken for several, or for none, where the database compares."""
    for one in ids:
        if not _ID.fullmatch(one):
            raise ValueError(f"{one!r} is no id")


@dataclass(frozen=True)
class Reach:
    """Which part of a client is seen: racks by id and apps by name; None: all of them."""

    racks: frozenset[str] | None = None
    apps: frozenset[str] | None = None


@dataclass(frozen=True)
class OneClient:
    """One client: its rows, as far as `reach` goes, and those of its organization."""

    organization: str
    client: str
    reach: Reach = Reach()

    def __post_init__(self) -> None:
        _checked(self.organization, self.client)


@dataclass(frozen=True)
class Clients:
    """Several clients of one organization. For reading alone."""

    organization: str
    clients: frozenset[str]

    def __post_init__(self) -> None:
        _checked(self.organization, *self.clients)


@dataclass(frozen=True)
class Organization:
    """One organization: its own rows, such as users and agents, and no client's."""

    organization: str

    def __post_init__(self) -> None:
        _checked(self.organization)


@dataclass(frozen=True)
class Installation:
    """Every organization's own rows, as a login comes before one knows whose; no client's; and what is due in any."""


Whose = OneClient | Clients | Organization | Installation


def organization_of(whose: Whose) -> str | None:
    """Return the organization whose rows are seen; None: every organization's."""
    return None if isinstance(whose, Installation) else whose.organization


def clients_of(whose: Whose) -> frozenset[str]:
    """Return the clients whose rows are seen."""
    match whose:
        case OneClient():
            return frozenset({whose.client})
        case Clients():
            return whose.clients
        case Organization() | Installation():
            return frozenset()
