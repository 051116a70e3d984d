"""What tenancy needs of the audit trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from drover.platform.db.database import Unit


class Actor(Protocol):
    """Whoever does what is noted, as the trail knows them."""

    @property
    def actor(self) -> str:
        """The id."""
        ...

    @property
    def actor_kind(self) -> str:
        """What it is the id of."""
        ...

    @property
    def address(self) -> str:
        """Where the request came from."""
        ...


@dataclass(frozen=True, slots=True)
class FirstStart:
    """Drover itself, at its first start."""

    actor: str = "first start"
    actor_kind: str = "system"
    address: str = ""


class Notes(Protocol):
    """Notes acts in the unit that does them."""

    def note(
        self,
        unit: Unit,
        actor: Actor,
        act: str,
        subject: tuple[str, str],
        *,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
        reason: str = "",
        client: str | None = None,
        organization: str | None = None,
    ) -> None:
        """Note `act` on `subject` (kind, id); in the chain of `client` where one is named."""
        ...
