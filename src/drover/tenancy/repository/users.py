"""Queries of users and their access."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import delete, func, select, update

from drover.platform.db.database import Unit
from drover.tenancy.domain.caller import Access
from drover.tenancy.domain.records import UnknownUser, User, UserAccess
from drover.tenancy.domain.roles import Role
from drover.tenancy.domain.standing import Grant, Status
from drover.tenancy.models import ClientAccessRow, ClientRow, OrganizationRow, UserRow
from drover.tenancy.repository.mapping import access_of, user_of


async def any_user(unit: Unit) -> bool:
    """Return whether there is any user at all, also a deleted one."""
    return await unit.session.scalar(select(UserRow.id).limit(1)) is not None


async def taken(unit: Unit, username: str) -> bool:
    """Return whether a user of this organization has that name, also a deleted one: names in history mean one person.

    Another organization's is found only when it is written, by the index: Conflict.
    """
    return await unit.session.scalar(select(UserRow.id).where(UserRow.username == username)) is not None


async def add(unit: Unit, user: User, password_hash: str) -> None:
    """Keep a new user."""
    unit.session.add(
        UserRow(
            organization_id=user.organization,
            id=user.id,
            username=user.username,
            password_hash=password_hash,
            role=user.role.value,
            status=user.status.value,
            created_at=user.created_at,
            password_changed_at=user.password_changed_at,
        )
    )
    await unit.session.flush()


async def by_id(unit: Unit, user_id: str) -> UserAccess:
    """Return the user with their access. Raises UnknownUser, also for a deleted one."""
    row = await _row(unit, user_id)
    return UserAccess(user_of(row), (await _accesses(unit, [user_id])).get(user_id, {}))


async def page(
    unit: Unit, *, sharing: Collection[str] | None, own: str, after: tuple[str, str] | None, limit: int
) -> Sequence[UserAccess]:
    """Return the first users that are not deleted, by username and id, behind `after`.

    `sharing`: those with access to one of these clients or to none, and `own` itself; None: all.
    """
    query = select(UserRow).where(UserRow.status != Status.DELETED.value)
    if sharing is not None:
        shared = select(ClientAccessRow.user_id).where(ClientAccessRow.client_id.in_(sorted(sharing)))
        somewhere = select(ClientAccessRow.user_id)
        query = query.where((UserRow.id == own) | UserRow.id.in_(shared) | UserRow.id.not_in(somewhere))
    if after is not None:
        name, user_id = after
        query = query.where((UserRow.username > name) | ((UserRow.username == name) & (UserRow.id > user_id)))
    rows = list(await unit.session.scalars(query.order_by(UserRow.username, UserRow.id).limit(limit)))
    held = await _accesses(unit, [row.id for row in rows])
    return [UserAccess(user_of(row), held.get(row.id, {})) for row in rows]


async def change(unit: Unit, user_id: str, *, role: Role, status: Status) -> None:
    """Set role and status of a user."""
    row = await _row(unit, user_id)
    row.role, row.status = role.value, status.value
    await unit.session.flush()


async def set_password(unit: Unit, user_id: str, password_hash: str, at: datetime) -> None:
    """Keep another password's hash."""
    row = await _row(unit, user_id)
    row.password_hash, row.password_changed_at = password_hash, at
    await unit.session.flush()


async def rehash(unit: Unit, user_id: str, old: str, new: str) -> None:
    """Keep the same password's hash under newer parameters, unless the password was changed meanwhile."""
    same = (UserRow.id == user_id) & (UserRow.password_hash == old)
    await unit.session.execute(update(UserRow).where(same).values(password_hash=new))


async def super_users(unit: Unit) -> int:
    """Return how many active super users the organization has."""
    active = (UserRow.role == Role.SUPER_USER.value) & (UserRow.status == Status.ACTIVE.value)
    return int(await unit.session.scalar(select(func.count(UserRow.id)).where(active)) or 0)


async def first_super_user(unit: Unit) -> User | None:
    """Return the oldest active super user of an active organization, if there is one."""
    active = (UserRow.role == Role.SUPER_USER.value) & (UserRow.status == Status.ACTIVE.value)
    query = select(UserRow).join(OrganizationRow, OrganizationRow.id == UserRow.organization_id)
    query = query.where(active, OrganizationRow.status == Status.ACTIVE.value)
    row = await unit.session.scalar(query.order_by(UserRow.created_at, UserRow.id).limit(1))
    return None if row is None else user_of(row)


async def credentials(unit: Unit, username: str) -> tuple[User, str] | None:
    """Return the user of that name and the password's hash, or None."""
    row = await unit.session.scalar(select(UserRow).where(UserRow.username == username))
    return None if row is None else (user_of(row), row.password_hash)


async def password_hash(unit: Unit, user_id: str) -> str:
    """Return the hash of the user's password, which nobody changes before the unit ends. Raises UnknownUser."""
    undeleted = UserRow.status != Status.DELETED.value
    query = select(UserRow.password_hash).where(UserRow.id == user_id, undeleted)
    kept = await unit.session.scalar(query.with_for_update())
    if kept is None:
        raise UnknownUser(user_id)
    return kept


async def access(unit: Unit, user_id: str, client_id: str) -> Access | None:
    """Return the access that was granted, if any."""
    row = await _access(unit, user_id, client_id)
    return None if row is None else access_of(row)


async def set_access(unit: Unit, organization_id: str, user_id: str, client_id: str, access: Access) -> None:
    """Grant an access, in place of the one that was granted before."""
    row = await _access(unit, user_id, client_id)
    if row is None:
        row = ClientAccessRow(organization_id=organization_id, user_id=user_id, client_id=client_id)
        unit.session.add(row)
    row.level = access.level.word
    row.racks = None if access.racks is None else sorted(access.racks)
    row.apps = None if access.apps is None else sorted(access.apps)
    await unit.session.flush()


async def remove_access(unit: Unit, user_id: str, client_id: str) -> None:
    """Withdraw an access."""
    chosen = (ClientAccessRow.user_id == user_id) & (ClientAccessRow.client_id == client_id)
    await unit.session.execute(delete(ClientAccessRow).where(chosen))


async def with_grants(unit: Unit, organization_id: str, user_id: str) -> tuple[User, Status, Sequence[Grant]]:
    """Return a user, also a deleted one, their organization's status, and their access with each client's status.

    Raises UnknownUser.
    """
    own = organization_id
    query = (
        select(UserRow, OrganizationRow.status, ClientAccessRow, ClientRow.status)
        .join(OrganizationRow, OrganizationRow.id == UserRow.organization_id)
        .outerjoin(ClientAccessRow, (ClientAccessRow.organization_id == own) & (ClientAccessRow.user_id == UserRow.id))
        .outerjoin(ClientRow, (ClientRow.organization_id == own) & (ClientRow.id == ClientAccessRow.client_id))
        .where(UserRow.organization_id == own, UserRow.id == user_id)
    )
    # An outer join: without any access, its columns are None.
    found = cast(
        "Sequence[tuple[UserRow, str, ClientAccessRow | None, str]]", (await unit.session.execute(query)).all()
    )
    if not found:
        raise UnknownUser(user_id)
    user, organization, _, _ = found[0]
    grants = [Grant(row.client_id, Status(status), access_of(row)) for _, _, row, status in found if row is not None]
    return user_of(user), Status(organization), grants


async def _row(unit: Unit, user_id: str) -> UserRow:
    undeleted = UserRow.status != Status.DELETED.value
    row = await unit.session.scalar(select(UserRow).where(UserRow.id == user_id, undeleted))
    if row is None:
        raise UnknownUser(user_id)
    return row


async def _access(unit: Unit, user_id: str, client_id: str) -> ClientAccessRow | None:
    chosen = (ClientAccessRow.user_id == user_id) & (ClientAccessRow.client_id == client_id)
    return await unit.session.scalar(select(ClientAccessRow).where(chosen))


async def _accesses(unit: Unit, user_ids: Collection[str]) -> Mapping[str, Mapping[str, Access]]:
    """Return the access of these users to clients that are not deleted."""
    query = (
        select(ClientAccessRow)
        .join(ClientRow, ClientRow.id == ClientAccessRow.client_id)
        .where(ClientAccessRow.user_id.in_(user_ids), ClientRow.status != Status.DELETED.value)
    )
    held: dict[str, dict[str, Access]] = {}
    for row in await unit.session.scalars(query):
        held.setdefault(row.user_id, {})[row.client_id] = access_of(row)
    return held
