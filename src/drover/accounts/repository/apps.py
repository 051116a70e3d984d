"""Apps and profiles in the database."""

from collections.abc import Sequence

from sqlalchemy import select

from drover.accounts.domain.apps import App, policy_of
from drover.accounts.domain.records import AppUnknown, Profile, ProfileUnknown
from drover.accounts.models import AppRow, ProfileRow
from drover.platform.db.database import Unit


async def apps(unit: Unit) -> Sequence[App]:
    """Return the apps by name."""
    return [_app(row) for row in await unit.session.scalars(select(AppRow).order_by(AppRow.name))]


async def app(unit: Unit, app_id: str) -> App:
    """Return an app. Raises AppUnknown."""
    row = (await unit.session.scalars(select(AppRow).where(AppRow.id == app_id))).one_or_none()
    if row is None:
        raise AppUnknown(app_id)
    return _app(row)


async def app_named(unit: Unit, name: str, *, lock: bool = False) -> App:
    """Return the app of that name; with `lock`, whoever else locks it waits until this unit ends. Raises AppUnknown."""
    query = select(AppRow).where(AppRow.name == name)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    row = (await unit.session.scalars(query)).one_or_none()
    if row is None:
        raise AppUnknown(name)
    return _app(row)


async def keep_app(unit: Unit, app: App) -> None:
    """Write an app, known or new."""
    row = (await unit.session.scalars(select(AppRow).where(AppRow.id == app.id))).one_or_none() or AppRow(id=app.id)
    row.name = app.name
    row.package = app.package
    row.slots = app.slots
    row.switch_sequence = app.switch_sequence
    row.policy = app.policy.document()
    unit.session.add(row)
    await unit.session.flush()


async def profiles(unit: Unit, after: tuple[str, str] | None, limit: int) -> Sequence[Profile]:
    """Return the profiles behind (name, id) in the order of their names, at most so many."""
    query = select(ProfileRow).order_by(ProfileRow.name, ProfileRow.id).limit(limit)
    if after is not None:
        name, profile_id = after
        later = (ProfileRow.name > name) | ((ProfileRow.name == name) & (ProfileRow.id > profile_id))
        query = query.where(later)
    return [_profile(row) for row in await unit.session.scalars(query)]


async def profile(unit: Unit, profile_id: str) -> Profile:
    """Return a profile. Raises ProfileUnknown."""
    row = (await unit.session.scalars(select(ProfileRow).where(ProfileRow.id == profile_id))).one_or_none()
    if row is None:
        raise ProfileUnknown(profile_id)
    return _profile(row)


async def keep_profile(unit: Unit, profile: Profile) -> None:
    """Write a profile, known or new."""
    query = select(ProfileRow).where(ProfileRow.id == profile.id)
    row = (await unit.session.scalars(query)).one_or_none() or ProfileRow(id=profile.id)
    row.name = profile.name
    row.fields = dict(profile.fields)
    unit.session.add(row)
    await unit.session.flush()


def _app(row: AppRow) -> App:
    return App(row.id, row.name, row.package, row.slots, row.switch_sequence, policy_of(row.policy))


def _profile(row: ProfileRow) -> Profile:
    return Profile(row.id, row.name, row.fields)
