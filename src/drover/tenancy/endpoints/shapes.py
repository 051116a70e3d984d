"""What tenancy's routes take and answer."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from drover.tenancy.domain.passwords import LONGEST
from drover.tenancy.service import Access, Client, Halt, Level, Role, Status, User, UserAccess

Reason = Annotated[str, Field(max_length=500, description="Why; it stays in the audit trail.")]
Password = Annotated[SecretStr, Field(min_length=1, max_length=4 * LONGEST)]
LevelWord = Literal["full", "limited", "read_only"]
RoleWord = Literal["super_user", "admin", "client_user", "viewer"]
StatusWord = Literal["active", "inactive", "deleted"]
ScopeWord = Literal["read", "run", "halt", "define", "secrets", "manage"]
Places = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=500)]


class Given(BaseModel):
    """A request's body; fields that are not known are refused."""

    model_config = ConfigDict(extra="forbid")


class AccessShape(Given):
    """An access to a client; `racks` and `apps` limit it to those, null: to none in particular."""

    level: LevelWord
    racks: Places | None = None
    apps: Places | None = None

    def value(self) -> Access:
        """Return the access that is meant."""
        return Access(Level.of(self.level), _places(self.racks), _places(self.apps))


class UserShape(BaseModel):
    """A user."""

    id: str
    username: str
    role: RoleWord
    status: StatusWord
    created_at: datetime
    password_changed_at: datetime


class UserAccessShape(UserShape):
    """A user with their access, by client."""

    clients: dict[str, AccessShape]


class HaltShape(BaseModel):
    """A kill switch that is thrown."""

    at: datetime
    by: str
    reason: str


class ClientShape(BaseModel):
    """A client; `halt`: its own kill switch, where it is thrown."""

    id: str
    name: str
    status: StatusWord
    halt: HaltShape | None
    created_at: datetime


def access_shape(access: Access) -> AccessShape:
    """Return the access as it is answered."""
    words: dict[Level, LevelWord] = {Level.FULL: "full", Level.LIMITED: "limited", Level.READ_ONLY: "read_only"}
    return AccessShape(level=words[access.level], racks=_words(access.racks), apps=_words(access.apps))


def user_shape(user: User) -> UserShape:
    """Return the user as they are answered."""
    return UserShape.model_validate(_user(user))


def user_access_shape(found: UserAccess) -> UserAccessShape:
    """Return the user and their access as they are answered."""
    clients = {client: access_shape(access) for client, access in found.clients.items()}
    return UserAccessShape.model_validate(_user(found.user) | {"clients": clients})


def client_shape(client: Client) -> ClientShape:
    """Return the client as it is answered."""
    fields = {"id": client.id, "name": client.name, "status": client.status.value, "created_at": client.created_at}
    return ClientShape.model_validate(fields | {"halt": halt_shape(client.halt)})


def halt_shape(halt: Halt | None) -> HaltShape | None:
    """Return the kill switch as it is answered."""
    return None if halt is None else HaltShape(at=halt.at, by=halt.by, reason=halt.reason)


def role_of(word: RoleWord | None) -> Role | None:
    """Return the role that is meant, if any."""
    return None if word is None else Role(word)


def status_of(word: StatusWord | None) -> Status | None:
    """Return the status that is meant, if any."""
    return None if word is None else Status(word)


def _user(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "username": user.username,
        "role": user.role.value,
        "status": user.status.value,
        "created_at": user.created_at,
        "password_changed_at": user.password_changed_at,
    }


def _places(words: list[str] | None) -> frozenset[str] | None:
    return None if words is None else frozenset(words)


def _words(places: frozenset[str] | None) -> list[str] | None:
    return None if places is None else sorted(places)
