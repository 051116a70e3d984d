"""API tokens of users: made, used, revoked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from drover.kernel.clock import Clock
from drover.kernel.ids import NewId, NewSecret
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import Installation, Organization
from drover.tenancy.domain.caller import Caller
from drover.tenancy.domain.credentials import (
    CredentialRefused,
    Token,
    TokenText,
    digest,
    expiry,
    parse_token,
    words_of,
)
from drover.tenancy.domain.records import name_of
from drover.tenancy.domain.roles import Scope
from drover.tenancy.repository import credentials as repository
from drover.tenancy.service.logins import caller_for
from drover.tenancy.service.notes import Notes


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes tokens, knows callers by them, and revokes them. Units are in the name of the caller's organization."""

    database: Database
    notes: Notes
    clock: Clock
    new_id: NewId
    new_secret: NewSecret

    async def create(
        self, unit: Unit, caller: Caller, name: str, scopes: frozenset[Scope], days: int
    ) -> tuple[Token, TokenText]:
        """Make a token of the caller, good for `days`; its text is shown once. Raises LoginNeeded, InvalidInput."""
        caller.require_login("making a token")
        now, text = self.clock.now(), TokenText(self.new_id(), self.new_secret())
        token = Token(
            id=text.id,
            user=caller.user,
            name=name_of(name, "token"),
            secret_digest=digest(text.secret),
            scopes=scopes,
            created_at=now,
            last_used_at=None,
            expires_at=expiry(now, days),
            revoked_at=None,
        )
        await repository.add_token(unit, caller.organization, token)
        self.notes.note(unit, caller, "token.made", ("token", token.id), after=_facts(token))
        return token, text

    async def page(
        self, unit: Unit, caller: Caller, *, after: tuple[datetime, str] | None, limit: int
    ) -> Sequence[Token]:
        """Return the caller's tokens that are not revoked, newest first, behind (created_at, id) `after`."""
        return await repository.tokens(unit, caller.user, after=after, limit=limit)

    async def revoke(self, unit: Unit, caller: Caller, token_id: str) -> None:
        """Make a token of the caller useless; a token may revoke itself. Raises UnknownToken, LoginNeeded."""
        if token_id != caller.credential:
            caller.require_login("revoking another token")
        was = await repository.revoke_token(unit, token_id, caller.user, self.clock.now())
        self.notes.note(unit, caller, "token.revoked", ("token", token_id), before=_facts(was))

    async def of(self, text: str, address: str) -> Caller:
        """Return whom the token stands for. Raises CredentialRefused."""
        given, now = parse_token(text), self.clock.now()
        async with self.database.reading(Installation()) as unit:
            found = await repository.token(unit, given.id, digest(given.secret))
            if found is None or not found[1].good(now):
                raise CredentialRefused
            organization, token = found
            caller = await caller_for(
                unit, organization, token.user, address, credential=token.id, token_scopes=token.scopes
            )
        if caller is None:
            raise CredentialRefused
        if token.touch_due(now):
            async with self.database.writing(Organization(organization)) as unit:
                await repository.touch_token(unit, token.id, now)
        return caller


def _facts(token: Token) -> dict[str, object]:
    ends = None if token.expires_at is None else token.expires_at.isoformat()
    return {"name": token.name, "scopes": words_of(token.scopes), "expires_at": ends}
