"""The lease of a phone in the database: its rules are `domain.leasing`, its time is the database's."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from drover.audit.domain import Actor
from drover.audit.service import Trail
from drover.fleet.domain import leasing
from drover.fleet.domain.leasing import LEASE_TTL_S, Holder, Lease, LeaseLost, Occupancy, Wish
from drover.fleet.repository import leases as repository
from drover.fleet.repository.overdue import OVERDUE_LEASES
from drover.platform.db.database import Due, Unit
from drover.platform.db.outbox import Outbox


class Leases:
    """Takes, renews and ends leases. Each call locks the phone's row until its unit of work ends.

    A unit that takes several phones takes them in the order of their ids, or two units can wait for each other.
    """

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._outbox = Outbox(trail.new_id)

    async def take(
        self,
        unit: Unit,
        phone_id: str,
        holder: Holder,
        *,
        ttl_s: float = LEASE_TTL_S,
        priority: int = 0,
        break_in: Actor | None = None,
    ) -> Lease:
        """Return the lease of a phone for `holder`, who gets the same one again while it is in force.

        With `break_in`, the person who asked for it, a lease of lower priority is ended for a person's control; that is
        audited. Raises PhoneTaken, PhoneUnknown, InvalidLease.
        """
        wish = Wish(holder, ttl_s, priority, break_in is not None)
        before, after, now = await self._change(unit, phone_id, lambda held, now: leasing.take(held, wish, now))
        held, lease = before.at(now), _held(after)
        if held is not None and held.token == lease.token:
            return lease
        if held is not None and break_in is not None:
            self._note_break(unit, held, break_in, f"{holder} broke in")
        if before.lease is not None:
            await self._tell(unit, "lease_broken" if held else "lease_expired", before.lease)
        await self._tell(unit, "lease_taken", lease)
        return lease

    async def renew(self, unit: Unit, phone_id: str, token: int, *, ttl_s: float = LEASE_TTL_S) -> Lease:
        """Return the lease prolonged to `ttl_s` from now. Raises LeaseLost, PhoneUnknown, InvalidLease."""
        _, after, _ = await self._change(unit, phone_id, lambda held, now: leasing.renew(held, token, ttl_s, now))
        return _held(after)

    async def check(self, unit: Unit, phone_id: str, token: int) -> Lease:
        """Return the lease in force under this token. Raises LeaseLost, PhoneUnknown."""
        lease = await self.of(unit, phone_id)
        if lease is None or lease.token != token:
            raise LeaseLost(phone_id, token)
        return lease

    async def release(self, unit: Unit, phone_id: str, token: int) -> bool:
        """End the lease of this token, and return whether it still was there; releasing twice does no harm.

        Raises PhoneUnknown.
        """
        before, after, _ = await self._change(unit, phone_id, lambda held, _: leasing.release(held, token))
        if before.lease is None or after == before:
            return False
        await self._tell(unit, "lease_released", before.lease)
        return True

    async def break_(self, unit: Unit, phone_id: str, by: Actor, reason: str) -> Lease:
        """End the lease in force, as an administrator, and return it; audited. Raises NotLeased, PhoneUnknown."""
        before, _, now = await self._change(unit, phone_id, leasing.free)
        lease = _held(before)
        self._note_break(unit, replace(lease, read_at=now), by, reason)
        await self._tell(unit, "lease_broken", lease)
        return lease

    async def of(self, unit: Unit, phone_id: str) -> Lease | None:
        """Return a phone's lease in force; None where it is free. Raises PhoneUnknown."""
        occupancy = await repository.occupancy(unit, phone_id)
        return occupancy.at(await unit.now())

    async def in_force(self, unit: Unit, phone_ids: Collection[str]) -> Mapping[str, Lease]:
        """Return the leases in force of those phones, by phone."""
        return await repository.in_force(unit, phone_ids, await unit.now())

    async def expired(self, unit: Unit) -> Sequence[Lease]:
        """Return the leases that are over and were neither ended nor taken by another, the longest over first."""
        return await repository.over(unit, await unit.now())

    async def overdue(self, unit: Unit, most: int = 100) -> Sequence[Due]:
        """Return which phones, of whatever client, have a lease that is over. In a unit of the Installation."""
        return await unit.due(OVERDUE_LEASES, moment=await unit.now(), most=most)

    async def expire(self, unit: Unit, phone_id: str) -> bool:
        """Take a lease that is over off its phone, and return whether there was one. Raises PhoneUnknown."""
        before, after, _ = await self._change(unit, phone_id, leasing.expire)
        if before.lease is None or after.lease is not None:
            return False
        await self._tell(unit, "lease_expired", before.lease)
        return True

    async def _change(
        self, unit: Unit, phone_id: str, rule: Callable[[Occupancy, datetime], Occupancy]
    ) -> tuple[Occupancy, Occupancy, datetime]:
        """Apply a rule to a locked phone; return what was before and after, and when."""
        before = await repository.occupancy(unit, phone_id, lock=True)
        now = await unit.now()  # only now, as it may have waited for the lock
        after = rule(before, now)
        if after != before:
            await repository.keep(unit, before, after)
        return before, after, now

    def _note_break(self, unit: Unit, lease: Lease, by: Actor, reason: str) -> None:
        held = {"holder": str(lease.holder), "token": lease.token, "by": lease.holder.by}
        subject = ("phone", lease.phone_id)
        self._trail.note(unit, by, "phone.lease_broken", subject, before=held, reason=reason, phone=lease.phone_id)

    async def _tell(self, unit: Unit, kind: str, lease: Lease) -> None:
        body = {
            "token": lease.token,
            "holder_kind": lease.holder.kind.value,
            "holder_id": lease.holder.id,
            "purpose": lease.holder.purpose,
        }
        await self._outbox.tell(unit, kind, ("phone", lease.phone_id), body)


def _held(occupancy: Occupancy) -> Lease:
    """Return the lease of an occupancy in which there is one."""
    lease = occupancy.lease
    assert lease is not None  # noqa: S101  the rule has just granted or found it
    return lease
