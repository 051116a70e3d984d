"""Sessions and tokens: how their secrets look, how they are kept, when they end. Pure."""

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.tenancy.domain.roles import Scope

TOUCH_EVERY: Final = timedelta(minutes=1)  # last use is written no more often than this

# A secret is 256 bits as 43 url-safe characters (kernel.ids.random_secret); an id is 32 hexadecimal digits.
_TOKEN: Final = re.compile(r"drv_([0-9a-f]{32})_([A-Za-z0-9_-]{43})", re.ASCII)
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class CredentialRefused(DroverError):
    """A session or token is unknown, ended or belongs to nobody who may log in: all told alike."""

    kind = Kind.LOGGED_OUT

    def __init__(self) -> None:
        super().__init__("the session or token is not valid", hint="log in again, or use another token")


def digest(secret: str) -> str:
    """Return the SHA-256 of a secret, which is what is kept: with 256 random bits it needs no slow hash."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def session_digest(secret: str) -> str:
    """Return what a cookie's secret is kept as. Raises CredentialRefused for what can be none."""
    if not _SECRET.fullmatch(secret):
        raise CredentialRefused
    return digest(secret)


@dataclass(frozen=True, slots=True)
class SessionLife:
    """How long a session lasts: unused, and at all. After OWASP's session management for a tool used daily."""

    idle: timedelta = timedelta(hours=12)
    longest: timedelta = timedelta(days=7)

    def over(self, now: datetime, *, seen_at: datetime, expires_at: datetime) -> bool:
        """Return whether a session last used at `seen_at` has ended."""
        return now >= expires_at or now >= seen_at + self.idle


@dataclass(frozen=True, slots=True, repr=False)
class TokenText:
    """A token as its holder keeps it: `drv_<id>_<secret>`. It prints without its secret."""

    id: str
    secret: str

    def __repr__(self) -> str:
        return f"TokenText(drv_{self.id}_***)"

    def reveal(self) -> str:
        """Return the whole text, to be shown once."""
        return f"drv_{self.id}_{self.secret}"


def parse_token(text: str) -> TokenText:
    """Return the token that `text` spells. Raises CredentialRefused where it is none."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        raise CredentialRefused
    return TokenText(found[1], found[2])


LONGEST_TOKEN_LIFE: Final = timedelta(days=366)


def expiry(now: datetime, days: int) -> datetime:
    """Return when a token ends that is to be good for `days`. Raises InvalidInput beyond a year."""
    if not 1 <= days <= LONGEST_TOKEN_LIFE.days:
        raise InvalidInput(f"a token is good for 1 to {LONGEST_TOKEN_LIFE.days} days", hint="make a new one in time")
    return now + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; `secret_digest` is not shown."""

    id: str
    user: str
    name: str
    secret_digest: str
    scopes: frozenset[Scope]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None

    def good(self, now: datetime) -> bool:
        """Return whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def touch_due(self, now: datetime) -> bool:
        """Return whether its last use is to be written again."""
        return touch_due(self.last_used_at, now)


def touch_due(last: datetime | None, now: datetime) -> bool:
    """Return whether a last use is old enough to be written again."""
    return last is None or now - last >= TOUCH_EVERY


def scopes_of(words: Iterable[str]) -> frozenset[Scope]:
    """Return the scopes that the words name. Raises InvalidInput for an unknown one, or none at all."""
    known = {scope.value: scope for scope in Scope}
    wanted = list(words)
    unknown = sorted(set(wanted) - known.keys())
    if unknown or not wanted:
        named = ", ".join(unknown) or "(none)"
        raise InvalidInput(f"unknown scopes: {named}", hint=f"choose of {', '.join(sorted(known))}")
    return frozenset(known[word] for word in wanted)


def words_of(scopes: Collection[Scope]) -> list[str]:
    """Return the scopes as tables keep them."""
    return sorted(scope.value for scope in scopes)
