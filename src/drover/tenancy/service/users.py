"""Use cases of users and their access. Units are in the name of the caller's organization."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drover.kernel.clock import Clock
from drover.kernel.ids import NewId
from drover.platform.db.database import Unit
from drover.tenancy.domain.administering import require_giving, require_granting, require_managed, require_seen
from drover.tenancy.domain.caller import Access, Caller
from drover.tenancy.domain.passwords import username_of
from drover.tenancy.domain.records import LastSuperUser, NameTaken, User, UserAccess
from drover.tenancy.domain.roles import Act, Role
from drover.tenancy.domain.standing import Status, next_status
from drover.tenancy.repository import credentials, organizations
from drover.tenancy.repository import users as repository
from drover.tenancy.service.notes import Notes
from drover.tenancy.service.passwords import Prepared


@dataclass(frozen=True, slots=True)
class Users:
    """Makes, shows and changes users, and grants and withdraws their access."""

    notes: Notes
    clock: Clock
    new_id: NewId

    async def page(
        self, unit: Unit, caller: Caller, *, after: tuple[str, str] | None, limit: int
    ) -> Sequence[UserAccess]:
        """Return the users that the caller knows of, by username and id, behind `after`. Raises NotAllowed."""
        caller.require(Act.MANAGE_USERS)
        sharing = None if caller.role is Role.SUPER_USER else caller.clients.keys()
        return await repository.page(unit, sharing=sharing, own=caller.user, after=after, limit=limit)

    async def get(self, unit: Unit, caller: Caller, user_id: str) -> UserAccess:
        """Return a user with their access. Raises UnknownUser."""
        found = await repository.by_id(unit, user_id)
        require_seen(caller, found)
        return found

    async def create(self, unit: Unit, caller: Caller, username: str, role: Role, password: Prepared) -> User:
        """Make a user without any access yet. Raises NotAllowed, BadUsername, NameTaken."""
        caller.require(Act.MANAGE_USERS)
        require_giving(caller, role)
        name = username_of(username)
        if await repository.taken(unit, name):
            raise NameTaken("user", name)
        now = self.clock.now()
        made = User(caller.organization, self.new_id(), name, role, Status.ACTIVE, now, now)
        await repository.add(unit, made, password.hash)
        self.notes.note(unit, caller, "user.made", ("user", made.id), after=_facts(made))
        return made

    async def change(
        self,
        unit: Unit,
        caller: Caller,
        user_id: str,
        *,
        role: Role | None = None,
        status: Status | None = None,
        reason: str = "",
    ) -> UserAccess:
        """Set role or status; None leaves it. Who is not active any more is logged out; a deleted one has no tokens.

        Raises UnknownUser, NotAllowed, LastSuperUser.
        """
        # Decided under the organization's lock, so that two super users do not take each other's place at once.
        await organizations.organization(unit, caller.organization, lock=True)
        found = await repository.by_id(unit, user_id)
        require_managed(caller, found)
        was = found.user
        now = replace(was, role=role or was.role, status=next_status(was.username, was.status, status or was.status))
        require_giving(caller, now.role)
        if now == was:
            return found
        await repository.change(unit, user_id, role=now.role, status=now.status)
        if was.role is Role.SUPER_USER and not await repository.super_users(unit):
            raise LastSuperUser
        if now.status is not Status.ACTIVE:
            await credentials.end_sessions(unit, user_id)
        if now.status is Status.DELETED:
            await credentials.revoke_tokens(unit, user_id, self.clock.now())
        before, after = _facts(was), _facts(now)
        self.notes.note(unit, caller, "user.changed", ("user", user_id), before=before, after=after, reason=reason)
        return replace(found, user=now)

    async def reset_password(self, unit: Unit, caller: Caller, user_id: str, password: Prepared, reason: str) -> None:
        """Give a user another password, and log them out everywhere. Raises UnknownUser, NotAllowed, LoginNeeded."""
        caller.require_login("setting a user's password")
        require_managed(caller, await repository.by_id(unit, user_id))
        await repository.set_password(unit, user_id, password.hash, self.clock.now())
        await credentials.end_sessions(unit, user_id)
        self.notes.note(unit, caller, "user.password_reset", ("user", user_id), reason=reason)

    async def grant(
        self, unit: Unit, caller: Caller, user_id: str, client_id: str, access: Access, reason: str = ""
    ) -> None:
        """Grant an access to a client, in place of the one before. Raises UnknownUser, UnknownClient, NotAllowed.

        A super user may grant one to themselves: it is how they cross into a client, and it is noted in its chain.
        """
        was = await self._access_to_change(unit, caller, user_id, client_id)
        require_granting(caller, client_id, access)
        if was is not None:
            require_granting(caller, client_id, was)
        await repository.set_access(unit, caller.organization, user_id, client_id, access)
        self._note_access(unit, caller, "access.granted", (user_id, client_id), (was, access), reason)

    async def withdraw(self, unit: Unit, caller: Caller, user_id: str, client_id: str, reason: str = "") -> None:
        """Withdraw the access to a client, if there is one. Raises UnknownUser, UnknownClient, NotAllowed."""
        was = await self._access_to_change(unit, caller, user_id, client_id)
        if was is None:
            return
        require_granting(caller, client_id, was)
        await repository.remove_access(unit, user_id, client_id)
        self._note_access(unit, caller, "access.withdrawn", (user_id, client_id), (was, None), reason)

    async def _access_to_change(self, unit: Unit, caller: Caller, user_id: str, client_id: str) -> Access | None:
        caller.require(Act.MANAGE_USERS)
        found = await self.get(unit, caller, user_id)
        require_giving(caller, found.user.role)
        if not caller.may(Act.MANAGE_CLIENTS):
            caller.require(Act.SEE, client_id)
        await organizations.client(unit, client_id, lock=True)
        return await repository.access(unit, user_id, client_id)

    def _note_access(
        self,
        unit: Unit,
        caller: Caller,
        act: str,
        place: tuple[str, str],
        change: tuple[Access | None, Access | None],
        reason: str,
    ) -> None:
        user_id, client_id = place
        before, after = (None if access is None else _access_facts(access) for access in change)
        self.notes.note(
            unit, caller, act, ("user", user_id), before=before, after=after, reason=reason, client=client_id
        )


def _facts(user: User) -> dict[str, object]:
    return {"username": user.username, "role": user.role.value, "status": user.status.value}


def _access_facts(access: Access) -> dict[str, object]:
    facts: dict[str, object] = {"level": access.level.word}
    limits = {"racks": access.racks, "apps": access.apps}
    return facts | {name: sorted(places) for name, places in limits.items() if places is not None}
