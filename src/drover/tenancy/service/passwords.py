"""Passwords that are about to be kept: chosen or drawn, checked, and hashed before any unit is entered."""

from dataclasses import dataclass

from drover.kernel.ids import NewSecret
from drover.tenancy.domain.passwords import checked
from drover.tenancy.hashing import Hasher

_DRAWN_CHARACTERS = 24
"""144 bits of a random secret: nobody guesses it, and it can still be typed."""


@dataclass(frozen=True, slots=True, repr=False)
class Prepared:
    """A password and its hash; `drawn`: nobody chose it, so it is shown once. It does not print."""

    plain: str
    hash: str
    drawn: bool

    def __repr__(self) -> str:
        return "Prepared(***)"


@dataclass(frozen=True, slots=True)
class Passwords:
    """Makes passwords ready."""

    hasher: Hasher
    new_secret: NewSecret

    async def prepare(self, username: str, chosen: str | None = None) -> Prepared:
        """Return `chosen`, or a random password, with its hash. Raises WeakPassword, TooManyLogins."""
        plain = self.new_secret()[:_DRAWN_CHARACTERS] if chosen is None else checked(chosen, username)
        return Prepared(plain, await self.hasher.hash(plain), drawn=chosen is None)
