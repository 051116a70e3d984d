"""Logging in and out, and the callers that sessions stand for.

Each method is a transaction, or a few, of its own: a failed login is kept although it fails, and no unit is open while
a password is hashed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError
from drover.kernel.ids import NewId, NewSecret
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import Installation, Organization
from drover.tenancy.domain.caller import Caller
from drover.tenancy.domain.credentials import CredentialRefused, SessionLife, digest, session_digest, touch_due
from drover.tenancy.domain.passwords import LoginRefused, WrongPassword, looked_for, normal
from drover.tenancy.domain.records import UnknownUser, User
from drover.tenancy.domain.roles import Scope
from drover.tenancy.domain.standing import accesses, may_log_in
from drover.tenancy.domain.throttling import LONGEST_WINDOW, Throttled, keys
from drover.tenancy.hashing import Hasher
from drover.tenancy.repository import credentials, users
from drover.tenancy.service.notes import Notes
from drover.tenancy.service.passwords import Passwords

TOKENS_KEPT: Final = timedelta(days=30)
"""How long a token that is revoked or over is kept: each start of `drover up` leaves one."""


@dataclass(frozen=True, slots=True, repr=False)
class LoggedIn:
    """A login that succeeded: the cookie's secret, shown once, and what changing requests must carry beside it."""

    secret: str
    csrf: str
    expires_at: datetime
    caller: Caller

    def __repr__(self) -> str:
        return f"LoggedIn(user={self.caller.user!r}, expires_at={self.expires_at.isoformat()})"


@dataclass(frozen=True, slots=True)
class Session:
    """Whom a session stands for, and its CSRF value."""

    caller: Caller
    csrf: str


@dataclass(frozen=True, slots=True)
class _Tried:
    """A try that is under way: it counts as failed until it has succeeded."""

    key: str
    ids: Sequence[str]
    user: User | None
    hash: str | None


@dataclass(frozen=True, slots=True)
class Login:
    """Logs users in and out."""

    database: Database
    hasher: Hasher
    passwords: Passwords
    notes: Notes
    clock: Clock
    new_id: NewId
    new_secret: NewSecret
    life: SessionLife = field(default_factory=SessionLife)

    async def log_in(self, username: str, password: str, address: str) -> LoggedIn:
        """Begin a session. Raises LoginRefused, Throttled, TooManyLogins.

        The same is done and said whether there is such a user or not.
        """
        name, plain = looked_for(username), normal(password)
        tried = await self._try(username, name, address)
        user = await self._proved(tried, plain)
        if user is None or tried.hash is None:
            raise LoginRefused
        newer = await self.hasher.hash(plain) if self.hasher.outdated(tried.hash) else None
        async with self.database.writing(Organization(user.organization)) as unit:
            # Between the proof and now the password may have been changed, or the user put out.
            unchanged = await self._kept_hash(unit, user.id) == tried.hash
            caller = await caller_for(unit, user.organization, user.id, address)
            if caller is None or not unchanged:
                raise LoginRefused
            if newer is not None:
                await users.rehash(unit, user.id, tried.hash, newer)
            await credentials.forget_failures(unit, key=tried.key, ids=tried.ids)
            return await self._begin(unit, caller)

    async def session_of(self, secret: str, address: str) -> Session:
        """Return whom the session stands for. Raises CredentialRefused."""
        key, now = session_digest(secret), self.clock.now()
        async with self.database.reading(Installation()) as unit:
            kept = await credentials.session(unit, key)
            if kept is None or self.life.over(now, seen_at=kept.seen_at, expires_at=kept.expires_at):
                raise CredentialRefused
            caller = await caller_for(unit, kept.organization, kept.user, address, credential=key)
        if caller is None:
            raise CredentialRefused
        if touch_due(kept.seen_at, now):
            async with self.database.writing(Organization(kept.organization)) as unit:
                await credentials.touch_session(unit, key, now)
        return Session(caller, kept.csrf)

    async def log_out(self, caller: Caller) -> None:
        """End the session by which the caller came. Raises LoginNeeded."""
        caller.require_login("logging out")
        async with self.database.writing(Organization(caller.organization)) as unit:
            await credentials.end_session(unit, caller.credential)
            self.notes.note(unit, caller, "user.logged_out", ("user", caller.user))

    async def log_out_everywhere(self, caller: Caller) -> None:
        """End all sessions of the caller, this one too. Raises LoginNeeded."""
        caller.require_login("logging out everywhere")
        async with self.database.writing(Organization(caller.organization)) as unit:
            await credentials.end_sessions(unit, caller.user)
            self.notes.note(unit, caller, "user.logged_out_everywhere", ("user", caller.user))

    async def change_password(self, caller: Caller, present: str, wanted: str) -> None:
        """Set another password, and end the caller's other sessions.

        Raises LoginNeeded, WeakPassword, WrongPassword, Throttled, TooManyLogins.
        """
        caller.require_login("changing the password")
        prepared = await self.passwords.prepare(caller.username, wanted)
        tried = await self._try(caller.username, caller.username, caller.address)
        if await self._proved(tried, normal(present)) is None:
            raise WrongPassword
        async with self.database.writing(Organization(caller.organization)) as unit:
            if await users.password_hash(unit, caller.user) != tried.hash:
                raise WrongPassword
            await users.set_password(unit, caller.user, prepared.hash, self.clock.now())
            await credentials.end_sessions(unit, caller.user, but=caller.credential)
            await credentials.forget_failures(unit, key=tried.key, ids=tried.ids)
            self.notes.note(unit, caller, "user.password_changed", ("user", caller.user))

    async def sweep(self) -> None:
        """Forget sessions that are over, failures that no longer count, and tokens that were over long ago."""
        now = self.clock.now()
        async with self.database.writing(Installation()) as unit:
            await credentials.forget_sessions(unit, expired=now, unused_since=now - self.life.idle)
            await credentials.forget_failures_before(unit, now - LONGEST_WINDOW)
            await credentials.forget_tokens_over_before(unit, now - TOKENS_KEPT)

    async def _try(self, given: str, name: str, address: str) -> _Tried:
        """Count a try as failed before it is looked at, so that many at once get no more tries. Raises Throttled."""
        now = self.clock.now()
        limits = keys(given, address)
        async with self.database.writing(Installation()) as unit:
            await unit.alone(*(key for key, _ in limits))
            for key, limit in limits:
                wait = limit.wait(await credentials.failures(unit, key, now - limit.window), now)
                if wait:
                    raise Throttled(wait)
            ids = await credentials.add_failures(unit, [key for key, _ in limits], now, self.new_id)
            user, kept = await users.credentials(unit, name) or (None, None)
        return _Tried(limits[0][0], ids, user, kept)

    async def _proved(self, tried: _Tried, plain: str) -> User | None:
        """Return the user whose password it is, if it is."""
        try:
            matches = await self.hasher.matches(tried.hash, plain)
        except DroverError:
            # Nobody looked at the password, so that nothing has failed.
            async with self.database.writing(Installation()) as unit:
                await credentials.forget_failures(unit, key="", ids=tried.ids)
            raise
        return tried.user if matches else None

    async def _kept_hash(self, unit: Unit, user_id: str) -> str:
        try:
            return await users.password_hash(unit, user_id)
        except UnknownUser:
            raise LoginRefused from None

    async def _begin(self, unit: Unit, caller: Caller) -> LoggedIn:
        now, secret, csrf = self.clock.now(), self.new_secret(), self.new_secret()
        ends = now + self.life.longest
        key = digest(secret)
        kept = credentials.KeptSession(key, caller.organization, caller.user, csrf, now, now, ends, caller.address)
        await credentials.add_session(unit, kept)
        self.notes.note(unit, caller, "user.logged_in", ("user", caller.user))
        return LoggedIn(secret, csrf, ends, replace(caller, credential=key))


async def caller_for(
    unit: Unit,
    organization_id: str,
    user_id: str,
    address: str,
    *,
    credential: str = "",
    token_scopes: frozenset[Scope] | None = None,
) -> Caller | None:
    """Return the caller that a user is now, or None for one who is not let in; with scopes, by a token of theirs."""
    user, organization_status, grants = await users.with_grants(unit, organization_id, user_id)
    held = accesses(user.role, grants)
    if not may_log_in(organization_status, user.status, user.role, held):
        return None
    return Caller(
        organization=organization_id,
        user=user_id,
        username=user.username,
        role=user.role,
        clients=held,
        scopes=frozenset(Scope) if token_scopes is None else token_scopes,
        address=address,
        credential=credential,
        by_token=token_scopes is not None,
    )
