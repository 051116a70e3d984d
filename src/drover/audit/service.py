"""The audit trail's door: noting an act in the unit that does it, sealing what was noted, and checking the chains."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from drover.audit import repository
from drover.audit.domain import Actor, Break, Entry, Facts, Head, Subject, seal_all, verification
from drover.kernel.clock import Clock
from drover.kernel.ids import NewId
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import Clients, Installation, OneClient, Organization

EVERY_S = 1.0
"""How often the sealer goes over the chains."""

_SEALED_AT_ONCE = 500
_READ_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Report:
    """What a check of a chain found. `head` may be kept elsewhere, and given to a later check as its anchor."""

    head: Head
    breaks: Sequence[Break]

    @property
    def whole(self) -> bool:
        """Whether no row was changed, removed or moved."""
        return not self.breaks


@dataclass(frozen=True, slots=True)
class Trail:
    """Where acts are noted."""

    clock: Clock
    new_id: NewId

    def note(
        self,
        unit: Unit,
        actor: Actor,
        act: str,
        subject: tuple[str, str],
        *,
        before: Facts | None = None,
        after: Facts | None = None,
        reason: str = "",
        client: str | None = None,
        organization: str | None = None,
        phone: str | None = None,
        frame: str | None = None,
    ) -> None:
        """Note an act such as `schedule.paused` on `subject` (its kind and id) in the unit that does it.

        It is kept if, and only if, the unit commits. `before` and `after` are JSON without secrets. `client` is the
        unit's own unless given, `organization` likewise; a unit of the installation must give it.
        """
        whose = unit.whose
        if isinstance(whose, OneClient):
            client = client or whose.client
        if organization is None:
            if isinstance(whose, Installation):
                raise ValueError("an act noted in the name of the installation must name its organization")
            organization = whose.organization
        entry = Entry(
            id=self.new_id(),
            organization=organization,
            client=client,
            at=self.clock.now(),
            actor=actor.actor,
            actor_kind=actor.actor_kind,
            address=actor.address,
            act=act,
            subject=Subject(*subject),
            before=before,
            after=after,
            reason=reason,
            phone=phone,
            frame=frame,
        )
        repository.add(unit, entry)

    async def newest(
        self, unit: Unit, chain: str, *, after: tuple[datetime, str] | None, limit: int
    ) -> Sequence[tuple[Entry, int | None]]:
        """Return the newest entries of a client's chain, or of the organization's own (""), behind (at, id) `after`.

        With each its position in the chain, None while it is not sealed.
        """
        return await repository.newest(unit, chain, after=after, limit=limit)

    async def verify_chain(self, unit: Unit, chain: str, *, anchor: Head | None = None) -> Report:
        """Go along a client's chain, or the organization's own (""), and return what does not hold.

        In one reading unit, so that the sealer's work does not look like a break. `anchor`: a head that an earlier
        report told and that was kept elsewhere; it finds also a chain that was forged anew as a whole.
        """
        if isinstance(unit.whose, Installation | Clients):
            raise ValueError("a chain is checked in the name of its organization or client")  # noqa: TRY004  a matter of state
        organization = unit.whose.organization
        check = verification(organization, chain, anchor)
        end = await repository.head(unit, organization, chain)
        while rows := await repository.sealed(unit, chain, after=check.head.position, limit=_READ_AT_ONCE):
            check.follow(rows)
        check.end(end)
        return Report(end, tuple(check.breaks))


class Sealer:
    """Chains what was noted, each client's in order. Any number may run at once; one at a time seals a chain."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def turn(self) -> int:
        """Seal what is not sealed yet, and return how many rows that were. Raises DatabaseUnavailable, DatabaseBusy."""
        async with self._database.reading(Installation()) as unit:
            chains = await repository.chains_to_seal(unit)
        return sum([await self._seal(organization, chain) for organization, chain in chains])

    async def _seal(self, organization: str, chain: str) -> int:
        count = 0
        while some := await self._seal_some(organization, chain):
            count += some
            if some < _SEALED_AT_ONCE:
                break
        return count

    async def _seal_some(self, organization: str, chain: str) -> int:
        async with self._database.writing(Organization(organization)) as unit:
            head, rows = await repository.seal_next(unit, organization, chain, limit=_SEALED_AT_ONCE)
            at = self._clock.now()
            for row, sealed in zip(rows, seal_all(head, (row.entry for row in rows), at), strict=True):
                row.set(sealed.seal)
                head = Head(sealed.seal.position, sealed.seal.hash)
            if rows:
                await repository.set_head(unit, organization, chain, head, at)
        return len(rows)
