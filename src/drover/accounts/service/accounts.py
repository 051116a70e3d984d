"""Accounts of a client: where they are, who authorised them, and their life."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drover.accounts.domain.lifecycle import Change, Lifecycle, Standing, changed
from drover.accounts.domain.placing import Address, address_of, check_name, place
from drover.accounts.domain.records import (
    Account,
    AccountExists,
    AccountUnknown,
    Authorization,
    IllegalMove,
    check_authorization,
)
from drover.accounts.repository import accounts as repository
from drover.accounts.repository import apps, seen
from drover.accounts.repository.accounts import AccountKey, key_of
from drover.audit.domain import Actor
from drover.audit.service import Trail
from drover.fleet.service import Phones
from drover.platform.db.database import Unit
from drover.platform.db.outbox import Outbox

__all__ = ["AccountKey", "AccountWish", "Accounts", "key_of"]


@dataclass(frozen=True, slots=True)
class AccountWish:
    """An account that is to be added. `slot` is a number, NEXT_SLOT, or None for outside slots."""

    address: Address
    authorization: Authorization
    slot: int | str | None = None
    profile_id: str | None = None
    lifecycle: Lifecycle = Lifecycle.IMPORTED


class Accounts:
    """The accounts of a client."""

    def __init__(self, trail: Trail, phones: Phones) -> None:
        self._trail = trail
        self._phones = phones
        self._outbox = Outbox(trail.new_id)

    async def create(self, unit: Unit, wish: AccountWish, by: Actor) -> Account:
        """Return a new account; audited.

        Raises NotAuthorized, BadName, AppUnknown, PhoneUnknown, AccountExists, PhoneFull, SlotUnknown, SlotTaken,
        ReferenceBroken for a profile that is not there.
        """
        now = await unit.now()
        address = wish.address
        check_name("account", address.name)
        app = await apps.app_named(unit, address.app, lock=True)  # of two that want the last place, one waits
        phone = await self._phones.named(unit, address.phone)
        there = await repository.placed(unit, app.id, phone.id)
        if any(other.name == address.name for other in there):
            raise AccountExists(address)
        account = Account(
            id=self._trail.new_id(),
            client_id=phone.client_id,
            address=address,
            app_id=app.id,
            phone_id=phone.id,
            slot=place(address, app.slots, wish.slot, there),
            standing=Standing(wish.lifecycle),
            changed_by=by.actor,
            changed_at=now,
            change_reason="added",
            warmup_started_at=None,
            profile_id=wish.profile_id,
            authorization=check_authorization(wish.authorization, now),
            created_at=now,
        )
        await repository.keep(unit, account)
        await self._note(unit, by, "account.created", account, after=_facts(account))
        return account

    async def change(
        self, unit: Unit, account_id: str, change: Change, by: Actor, reason: str, *, slot: int | str | None = None
    ) -> Account:
        """Return the account after a change of its lifecycle; audited.

        One that becomes invalid leaves its slot, and comes back into `slot` when it is returned. Raises AccountUnknown,
        IllegalChange; and what `move` raises, when an invalid one is returned.
        """
        before = await self._live(unit, account_id)
        now = await unit.now()
        standing = changed(before.standing, change)
        if before.standing.lifecycle is Lifecycle.INVALID:
            kept_slot = await self._place(unit, before, slot)
        else:
            kept_slot = None if standing.lifecycle is Lifecycle.INVALID else before.slot
        after = replace(
            before,
            standing=standing,
            changed_by=by.actor,
            changed_at=now,
            change_reason=reason,
            slot=kept_slot,
            warmup_started_at=now if change is Change.START_WARMUP else before.warmup_started_at,
        )
        return await self._keep(unit, by, f"account.{change.value}", before, after, reason)

    async def move(self, unit: Unit, account_id: str, slot: int | str | None, by: Actor) -> Account:
        """Return the account in another slot of its phone, or outside slots; audited.

        Raises AccountUnknown, PhoneFull, SlotUnknown, SlotTaken; IllegalMove for an invalid one, which takes no place.
        """
        before = await self._live(unit, account_id)
        if before.standing.lifecycle is Lifecycle.INVALID:
            raise IllegalMove(before.address)
        after = replace(before, slot=await self._place(unit, before, slot))
        return await self._keep(unit, by, "account.moved", before, after, "")

    async def edit(
        self, unit: Unit, account_id: str, by: Actor, *, profile_id: str | None, authorization: Authorization
    ) -> Account:
        """Return the account with another profile and authorisation; audited.

        Raises AccountUnknown, NotAuthorized, ReferenceBroken for a profile that is not there.
        """
        before = await self._live(unit, account_id)
        checked = check_authorization(authorization, await unit.now())
        after = replace(before, profile_id=profile_id, authorization=checked)
        return await self._keep(unit, by, "account.edited", before, after, "")

    async def delete(self, unit: Unit, account_id: str, by: Actor, reason: str) -> None:
        """Take an account away; its row stays, its name and slot are free; audited. Raises AccountUnknown."""
        before = await self._live(unit, account_id)
        after = replace(before, deleted_at=await unit.now(), slot=None)
        await seen.forget_account(unit, account_id)
        await self._keep(unit, by, "account.deleted", before, after, reason)

    async def list(self, unit: Unit, *, after: AccountKey | None = None, limit: int = 100) -> Sequence[Account]:
        """Return accounts by (name, id), those behind `after`, at most `limit`."""
        return await repository.page(unit, await self._phones.names(unit), after, limit)

    async def every(self, unit: Unit) -> Sequence[Account]:
        """Return all accounts by app, name and phone."""
        accounts = await repository.every(unit, await self._phones.names(unit))
        return sorted(accounts, key=_place)

    async def get(self, unit: Unit, account_id: str) -> Account:
        """Return an account, a deleted one too: runs name it for ever. Raises AccountUnknown."""
        return await repository.by_id(unit, await self._phones.names(unit), account_id)

    async def at(self, unit: Unit, address: str) -> Account:
        """Return the account of an address such as plaza.account1@phone3.

        Raises BadAddress, PhoneUnknown, AccountUnknown.
        """
        parsed = address_of(address)
        phone = await self._phones.named(unit, parsed.phone)
        return await repository.at(unit, {phone.id: phone.name}, parsed, phone.id)

    async def _place(self, unit: Unit, account: Account, slot: int | str | None) -> int | None:
        app = await apps.app_named(unit, account.address.app, lock=True)
        there = await repository.placed(unit, account.app_id, account.phone_id)
        others = [other for other in there if other.name != account.address.name]
        return place(account.address, app.slots, slot, others)

    async def _live(self, unit: Unit, account_id: str) -> Account:
        account = await repository.by_id(unit, await self._phones.names(unit), account_id, lock=True)
        if account.deleted_at is not None:
            raise AccountUnknown(account_id)
        return account

    async def _keep(self, unit: Unit, by: Actor, act: str, before: Account, after: Account, reason: str) -> Account:
        if after != before:
            await repository.keep(unit, after)
            await self._note(unit, by, act, after, before=_facts(before), after=_facts(after), reason=reason)
        return after

    async def _note(
        self,
        unit: Unit,
        by: Actor,
        act: str,
        account: Account,
        *,
        after: dict[str, object],
        before: dict[str, object] | None = None,
        reason: str = "",
    ) -> None:
        subject = ("account", account.id)
        self._trail.note(unit, by, act, subject, before=before, after=after, reason=reason, phone=account.phone_id)
        await self._outbox.tell(unit, act, subject, {"before": before, "after": after, "reason": reason})


def _place(account: Account) -> tuple[str, str, int, str]:
    address = account.address
    return address.app, address.name, len(address.phone), address.phone


def _facts(account: Account) -> dict[str, object]:
    return {
        "address": str(account.address),
        "slot": account.slot,
        "lifecycle": account.standing.lifecycle.value,
        "profile": account.profile_id,
        "authorized_by": account.authorization.by,
        "authorized_at": account.authorization.at.isoformat(),
    }
