"""Profiles and accounts as they are kept. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from drover.accounts.domain.lifecycle import Standing
from drover.accounts.domain.placing import Address
from drover.kernel.errors import DroverError, InvalidInput, Kind

_MOST_NAME: Final = 100


class AppUnknown(DroverError):
    """The client has no such app."""

    kind = Kind.NOT_FOUND

    def __init__(self, app: str) -> None:
        super().__init__(f"there is no app {app}", hint="list the apps to see their names, or add it")


class ProfileUnknown(DroverError):
    """The client has no such profile."""

    kind = Kind.NOT_FOUND

    def __init__(self, profile: str) -> None:
        super().__init__(f"there is no profile {profile}", hint="list the profiles to see their names, or add it")


class AccountUnknown(DroverError):
    """The client has no such account."""

    kind = Kind.NOT_FOUND

    def __init__(self, account: str) -> None:
        super().__init__(f"there is no account {account}", hint="list the accounts to see their addresses")


class AccountExists(DroverError):
    """There is an account of that address."""

    kind = Kind.CONFLICT

    def __init__(self, address: Address) -> None:
        super().__init__(f"there is an account {address} already", hint="give this one another name")


class IllegalMove(DroverError):
    """An invalid account takes no place, so it cannot be moved."""

    kind = Kind.CONFLICT

    def __init__(self, address: Address) -> None:
        super().__init__(f"{address} is invalid and in no place", hint="return it, and name the slot it comes into")


class NotAuthorized(InvalidInput):
    """Nobody is named who authorised an account, or the moment is yet to come."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"authorisation: {reason}", hint="name who owns the account or allowed you to run it, and when they did"
        )


class BadProfile(InvalidInput):
    """A profile cannot be kept so."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The person or identity data that a form asks for, by field."""

    id: str
    name: str
    fields: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Authorization:
    """Who allowed Drover to run an account, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """A login of an app on a phone. `changed_*` tell of the last change of its lifecycle."""

    id: str
    client_id: str
    address: Address
    app_id: str
    phone_id: str
    slot: int | None
    standing: Standing
    changed_by: str
    changed_at: datetime
    change_reason: str
    warmup_started_at: datetime | None
    profile_id: str | None
    authorization: Authorization
    created_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Active:
    """Which account, in which slot, an app on a phone was last seen with."""

    phone_id: str
    app_id: str
    account_id: str
    slot: int | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Front:
    """Which app a phone last showed in front."""

    phone_id: str
    app_id: str
    seen_at: datetime


def check_authorization(authorization: Authorization, now: datetime) -> Authorization:
    """Return an authorisation that names somebody and is not in the future. Raises NotAuthorized."""
    if not authorization.by.strip():
        raise NotAuthorized("nobody is named")
    if authorization.at > now:
        raise NotAuthorized(f"{authorization.at.isoformat(timespec='seconds')} is yet to come")
    return authorization


def check_profile_name(name: str) -> str:
    """Return a name that a profile can have. Raises BadProfile."""
    if not name.strip() or len(name) > _MOST_NAME or not name.isprintable():
        raise BadProfile(f"{name!r} is no name of a profile", hint=f"some letters, at most {_MOST_NAME}")
    return name
