"""Accounts in the database. Deleted ones are kept, and found by id alone."""

from collections.abc import Sequence

from sqlalchemy import Select, select, tuple_

from drover.accounts.domain.lifecycle import Lifecycle, Standing
from drover.accounts.domain.placing import Address, Placed
from drover.accounts.domain.records import Account, AccountUnknown, Authorization
from drover.accounts.models import AccountRow, AppRow
from drover.platform.db.database import Unit

AccountKey = tuple[str, str]
"""An account's place in lists: name and id."""

PhoneNames = dict[str, str]
"""Names of phones by id."""


def key_of(account: Account) -> AccountKey:
    """Return an account's place in lists."""
    return account.address.name, account.id


def _select() -> Select[AccountRow, str]:
    return select(AccountRow, AppRow.name).join(AppRow, AppRow.id == AccountRow.app_id)


def _live() -> Select[AccountRow, str]:
    return _select().where(AccountRow.deleted_at.is_(None))


async def page(unit: Unit, names: PhoneNames, after: AccountKey | None, limit: int) -> Sequence[Account]:
    """Return the accounts behind a place in the list, at most so many."""
    place = tuple_(AccountRow.name, AccountRow.id)
    query = _live().order_by(*place).limit(limit)
    return await _accounts(unit, names, query if after is None else query.where(place > after))


async def every(unit: Unit, names: PhoneNames) -> Sequence[Account]:
    """Return all accounts, in no particular order."""
    return await _accounts(unit, names, _live())


async def by_id(unit: Unit, names: PhoneNames, account_id: str, *, lock: bool = False) -> Account:
    """Return an account, a deleted one too; with `lock`, nobody else changes it meanwhile. Raises AccountUnknown."""
    query = _select().where(AccountRow.id == account_id)
    if lock:
        query = query.with_for_update(of=AccountRow, key_share=True).execution_options(populate_existing=True)
    return await _one(unit, names, query, account_id)


async def at(unit: Unit, names: PhoneNames, address: Address, phone_id: str) -> Account:
    """Return the account of an address. Raises AccountUnknown."""
    query = _live().where(AppRow.name == address.app, AccountRow.name == address.name, AccountRow.phone_id == phone_id)
    return await _one(unit, names, query, str(address))


async def placed(unit: Unit, app_id: str, phone_id: str) -> Sequence[Placed]:
    """Return where the accounts of an app are on a phone."""
    query = select(AccountRow.name, AccountRow.slot, AccountRow.lifecycle).where(
        AccountRow.app_id == app_id, AccountRow.phone_id == phone_id, AccountRow.deleted_at.is_(None)
    )
    invalid = Lifecycle.INVALID.value
    return [Placed(name, slot, life == invalid) for name, slot, life in await unit.session.execute(query)]


async def keep(unit: Unit, account: Account) -> None:
    """Write an account, known or new. Raises Conflict where its name or slot is another's."""
    query = select(AccountRow).where(AccountRow.id == account.id)
    row = (await unit.session.scalars(query)).one_or_none() or AccountRow(id=account.id)
    row.app_id = account.app_id
    row.phone_id = account.phone_id
    row.slot = account.slot
    row.name = account.address.name
    row.lifecycle = account.standing.lifecycle.value
    row.origin = account.standing.origin.value if account.standing.origin is not None else None
    row.changed_by = account.changed_by
    row.changed_at = account.changed_at
    row.change_reason = account.change_reason
    row.warmup_started_at = account.warmup_started_at
    row.profile_id = account.profile_id
    row.authorized_by = account.authorization.by
    row.authorized_at = account.authorization.at
    row.created_at = account.created_at
    row.deleted_at = account.deleted_at
    unit.session.add(row)
    await unit.session.flush()


async def _one(unit: Unit, names: PhoneNames, query: Select[AccountRow, str], named: str) -> Account:
    found = await _accounts(unit, names, query)
    if not found:
        raise AccountUnknown(named)
    return found[0]


async def _accounts(unit: Unit, names: PhoneNames, query: Select[AccountRow, str]) -> Sequence[Account]:
    return [_account(row, app, names) for row, app in await unit.session.execute(query)]


def _account(row: AccountRow, app: str, names: PhoneNames) -> Account:
    return Account(
        id=row.id,
        client_id=row.client_id,
        address=Address(app, row.name, names[row.phone_id]),
        app_id=row.app_id,
        phone_id=row.phone_id,
        slot=row.slot,
        standing=Standing(Lifecycle(row.lifecycle), Lifecycle(row.origin) if row.origin else None),
        changed_by=row.changed_by,
        changed_at=row.changed_at,
        change_reason=row.change_reason,
        warmup_started_at=row.warmup_started_at,
        profile_id=row.profile_id,
        authorization=Authorization(row.authorized_by, row.authorized_at),
        created_at=row.created_at,
        deleted_at=row.deleted_at,
    )
