"""The token that a process leaves for commands of its own user on the same computer, for as long as it runs.

Whoever can read it can read the database's file or address too: it opens nothing to anybody else.
"""

from dataclasses import dataclass
from typing import Final

from drover.kernel.clock import Clock
from drover.kernel.ids import NewId, NewSecret
from drover.platform.db.database import Database
from drover.platform.db.whose import Installation
from drover.tenancy.domain.credentials import Token, TokenText, digest
from drover.tenancy.domain.records import NobodyToStandFor
from drover.tenancy.domain.roles import Scope
from drover.tenancy.repository import credentials, users
from drover.tenancy.service.notes import FirstStart, Notes

_ACTOR: Final = FirstStart(actor="drover up")


@dataclass(frozen=True, slots=True)
class LocalAccess:
    """Makes and revokes the token of one process; `name` tells processes on one database apart."""

    database: Database
    notes: Notes
    clock: Clock
    new_id: NewId
    new_secret: NewSecret

    async def issue(self, name: str) -> TokenText:
        """Return a token of the oldest active super user; those of that name that a killed process left are revoked.

        Raises NobodyToStandFor.
        """
        text, now = TokenText(self.new_id(), self.new_secret()), self.clock.now()
        async with self.database.writing(Installation()) as unit:
            user = await users.first_super_user(unit)
            if user is None:
                raise NobodyToStandFor
            await credentials.revoke_tokens(unit, user.id, now, name=name)
            token = Token(text.id, user.id, name, digest(text.secret), frozenset(Scope), now, None, None, None)
            await credentials.add_token(unit, user.organization, token)
            subject = ("token", token.id)
            self.notes.note(unit, _ACTOR, "token.made", subject, after={"name": name}, organization=user.organization)
        return text

    async def withdraw(self, name: str) -> None:
        """Revoke the token of that name."""
        async with self.database.writing(Installation()) as unit:
            user = await users.first_super_user(unit)
            if user is not None:
                await credentials.revoke_tokens(unit, user.id, self.clock.now(), name=name)
