"""What phones were last seen with: the active account of each app, and the app in front."""

from sqlalchemy import delete, select

from drover.accounts.domain.records import Active, Front
from drover.accounts.models import ActiveAccountRow, FrontRow
from drover.platform.db.database import Unit


async def active(unit: Unit, phone_id: str, app_id: str) -> Active | None:
    """Return the account that an app on a phone was last seen with; None: it is not known."""
    row = await _active(unit, phone_id, app_id)
    return Active(row.phone_id, row.app_id, row.account_id, row.slot, row.seen_at) if row is not None else None


async def keep_active(unit: Unit, seen: Active) -> None:
    """Write which account is active."""
    row = await _active(unit, seen.phone_id, seen.app_id)
    row = row or ActiveAccountRow(phone_id=seen.phone_id, app_id=seen.app_id)
    row.account_id = seen.account_id
    row.slot = seen.slot
    row.seen_at = seen.seen_at
    unit.session.add(row)
    await unit.session.flush()


async def front(unit: Unit, phone_id: str) -> Front | None:
    """Return the app that a phone last showed in front; None: it is not known."""
    row = await _front(unit, phone_id)
    return Front(row.phone_id, row.app_id, row.seen_at) if row is not None else None


async def keep_front(unit: Unit, seen: Front) -> None:
    """Write which app is in front."""
    row = await _front(unit, seen.phone_id) or FrontRow(phone_id=seen.phone_id)
    row.app_id = seen.app_id
    row.seen_at = seen.seen_at
    unit.session.add(row)
    await unit.session.flush()


async def forget(unit: Unit, phone_id: str, app_id: str | None = None) -> None:
    """Forget what is active on a phone, or in one of its apps alone; with the first, also what is in front."""
    query = delete(ActiveAccountRow).where(ActiveAccountRow.phone_id == phone_id)
    if app_id is None:
        await unit.session.execute(delete(FrontRow).where(FrontRow.phone_id == phone_id))
    else:
        query = query.where(ActiveAccountRow.app_id == app_id)
    await unit.session.execute(query)


async def forget_account(unit: Unit, account_id: str) -> None:
    """Forget that an account was active."""
    await unit.session.execute(delete(ActiveAccountRow).where(ActiveAccountRow.account_id == account_id))


async def _active(unit: Unit, phone_id: str, app_id: str) -> ActiveAccountRow | None:
    query = select(ActiveAccountRow).where(ActiveAccountRow.phone_id == phone_id, ActiveAccountRow.app_id == app_id)
    return (await unit.session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def _front(unit: Unit, phone_id: str) -> FrontRow | None:
    query = select(FrontRow).where(FrontRow.phone_id == phone_id).execution_options(populate_existing=True)
    return (await unit.session.scalars(query)).one_or_none()
