"""Lets callers in by what tenancy knows of sessions and tokens."""

from dataclasses import dataclass

from drover.platform.web.callers import Admitted
from drover.tenancy.service import Login, Tokens


@dataclass(frozen=True, slots=True)
class TenancyDoorkeeper:
    """Knows users by their sessions and tokens. Raises CredentialRefused for what is neither, which is a 401."""

    login: Login
    tokens: Tokens

    async def by_session(self, secret: str, address: str) -> Admitted:
        """Return whose session it is, with its CSRF token."""
        session = await self.login.session_of(secret, address)
        return Admitted(session.caller, session.csrf)

    async def by_token(self, secret: str, address: str) -> Admitted:
        """Return whose token it is."""
        return Admitted(await self.tokens.of(secret, address))
