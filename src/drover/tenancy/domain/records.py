"""Organizations, clients and users as values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.tenancy.domain.caller import Access
from drover.tenancy.domain.roles import Role
from drover.tenancy.domain.standing import Halt, Status

LONGEST_NAME = 100


class UnknownUser(DroverError):
    """There is no such user, or none that the caller may know of."""

    kind = Kind.NOT_FOUND

    def __init__(self, user: str) -> None:
        super().__init__(f"there is no user {user}", hint="see the users of your clients")
        self.user = user


class UnknownToken(DroverError):
    """The caller has no such token."""

    kind = Kind.NOT_FOUND

    def __init__(self, token: str) -> None:
        super().__init__(f"there is no token {token}", hint="see your tokens")
        self.token = token


class UnknownOrganization(DroverError):
    """There is no such organization."""

    kind = Kind.NOT_FOUND

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no organization {name}", hint="list the organizations")


class NameTaken(DroverError):
    """Another one has that name."""

    kind = Kind.CONFLICT

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"there is a {what} named {name} already", hint="choose another name")
        self.name = name


class LastSuperUser(DroverError):
    """Without this user nobody could manage the organization."""

    kind = Kind.CONFLICT

    def __init__(self) -> None:
        super().__init__("this is the organization's last active super user", hint="make another one first")


class NobodyToStandFor(DroverError):
    """There is no active super user, in whose name commands of this computer could be let in."""

    kind = Kind.CONFLICT

    def __init__(self) -> None:
        super().__init__("there is no active super user", hint="log in, and give commands a token of your own")


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization."""

    id: str
    name: str
    status: Status
    halt: Halt | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Client:
    """A client of an organization."""

    organization: str
    id: str
    name: str
    status: Status
    halt: Halt | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class User:
    """A user, without their password."""

    organization: str
    id: str
    username: str
    role: Role
    status: Status
    created_at: datetime
    password_changed_at: datetime


@dataclass(frozen=True, slots=True)
class UserAccess:
    """A user with their access to clients, by id; also to those that are not active."""

    user: User
    clients: Mapping[str, Access]


def name_of(text: str, what: str) -> str:
    """Return a name as it is kept. Raises InvalidInput for an empty, long or unprintable one."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"the name of a {what} must have 1 to {LONGEST_NAME} printable characters", hint="change it")
    return name
