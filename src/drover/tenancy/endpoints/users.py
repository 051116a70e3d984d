"""Users and their access to clients."""

from typing import Annotated, cast

from fastapi import Depends, Request
from pydantic import Field

from drover.platform.db.database import Database
from drover.platform.db.whose import Organization
from drover.platform.web.idempotency import answers_a_secret
from drover.platform.web.pages import Page, PageWanted, page_of
from drover.platform.web.provision import provided
from drover.platform.web.routes import capability_router
from drover.tenancy.endpoints.shapes import (
    AccessShape,
    Given,
    Password,
    Reason,
    RoleWord,
    StatusWord,
    UserAccessShape,
    UserShape,
    role_of,
    status_of,
    user_access_shape,
    user_shape,
)
from drover.tenancy.entering import Known, allowed
from drover.tenancy.service import Act, Caller, Passwords, Prepared, Role, Users

router = capability_router("users")
Opened = Annotated[Database, Depends(provided(Database))]
UserService = Annotated[Users, Depends(provided(Users))]
PasswordService = Annotated[Passwords, Depends(provided(Passwords))]
Administrator = Annotated[Caller, Depends(allowed(Act.MANAGE_USERS))]


class UserWanted(Given):
    """A user to be made; without a password, a random one is drawn and shown once."""

    username: Annotated[str, Field(max_length=200)]
    role: RoleWord
    password: Password | None = None


class NewUser(UserShape):
    """A user that was just made. `password`: the one that was drawn, shown this once."""

    password: str | None


class UserChange(Given):
    """What is to be another; what is left out stays."""

    role: RoleWord | None = None
    status: StatusWord | None = None
    reason: Reason = ""


class PasswordReset(Given):
    """A password for somebody who lost theirs; without one, a random one is drawn."""

    password: Password | None = None
    reason: Reason = ""


class NewPassword(Given):
    """The password that was drawn, shown this once; null where it was given."""

    password: str | None


class AccessWanted(AccessShape):
    """An access to be granted."""

    reason: Reason = ""


@router.get("/users", summary="The users of my clients, by name")
async def index(
    caller: Administrator, users: UserService, database: Opened, wanted: Annotated[PageWanted, Depends()]
) -> Page[UserAccessShape]:
    """List the users that the caller administers or shares a client with."""
    after = cast("tuple[str, str] | None", wanted.position(str, str))
    async with database.reading(Organization(caller.organization)) as unit:
        rows = await users.page(unit, caller, after=after, limit=wanted.rows)
    return page_of(rows, wanted, lambda one: (one.user.username, one.user.id), user_access_shape)


@router.post("/users", summary="Make a user", status_code=201)
async def make(
    given: UserWanted,
    caller: Administrator,
    users: UserService,
    passwords: PasswordService,
    database: Opened,
    request: Request,
) -> NewUser:
    """Make a user, who has no access to any client yet."""
    answers_a_secret(request)
    prepared = await passwords.prepare(given.username.strip().lower(), _plain(given.password))
    async with database.writing(Organization(caller.organization)) as unit:
        made = await users.create(unit, caller, given.username, Role(given.role), prepared)
    return NewUser(**user_shape(made).model_dump(), password=_shown(prepared))


@router.get("/users/{user_id}", summary="A user")
async def show(user_id: str, caller: Known, users: UserService, database: Opened) -> UserAccessShape:
    """Show a user and their access."""
    async with database.reading(Organization(caller.organization)) as unit:
        return user_access_shape(await users.get(unit, caller, user_id))


@router.patch("/users/{user_id}", summary="Change a user's role or status")
async def change(
    user_id: str, given: UserChange, caller: Administrator, users: UserService, database: Opened
) -> UserAccessShape:
    """Whoever is not active any more is logged out at once; a deleted one stays deleted."""
    role, status = role_of(given.role), status_of(given.status)
    async with database.writing(Organization(caller.organization)) as unit:
        changed = await users.change(unit, caller, user_id, role=role, status=status, reason=given.reason)
    return user_access_shape(changed)


@router.post("/users/{user_id}/password", summary="Give a user another password")
async def reset_password(
    user_id: str,
    given: PasswordReset,
    caller: Administrator,
    users: UserService,
    passwords: PasswordService,
    database: Opened,
    request: Request,
) -> NewPassword:
    """Set a password, and log the user out everywhere; a session is needed."""
    answers_a_secret(request)
    async with database.reading(Organization(caller.organization)) as unit:
        username = (await users.get(unit, caller, user_id)).user.username
    prepared = await passwords.prepare(username, _plain(given.password))
    async with database.writing(Organization(caller.organization)) as unit:
        await users.reset_password(unit, caller, user_id, prepared, given.reason)
    return NewPassword(password=_shown(prepared))


@router.put("/users/{user_id}/access/{client_id}", summary="Grant access to a client", status_code=204)
async def grant(
    user_id: str, client_id: str, given: AccessWanted, caller: Administrator, users: UserService, database: Opened
) -> None:
    """Grant an access in place of the one before; it is noted in the client's audit trail."""
    async with database.writing(Organization(caller.organization)) as unit:
        await users.grant(unit, caller, user_id, client_id, given.value(), given.reason)


@router.delete("/users/{user_id}/access/{client_id}", summary="Withdraw access to a client", status_code=204)
async def withdraw(
    user_id: str, client_id: str, caller: Administrator, users: UserService, database: Opened, reason: Reason = ""
) -> None:
    """Withdraw it at once; where there is none, nothing changes."""
    async with database.writing(Organization(caller.organization)) as unit:
        await users.withdraw(unit, caller, user_id, client_id, reason)


def _plain(password: Password | None) -> str | None:
    return None if password is None else password.get_secret_value()


def _shown(prepared: Prepared) -> str | None:
    return prepared.plain if prepared.drawn else None
