"""Requests that came with a key of their own: which was begun first, and what it was answered."""

from datetime import timedelta
from typing import Final

from drover.platform.db.database import Unit
from drover.tenancy.repository import requests as repository
from drover.tenancy.repository.requests import KeptRequest

KEPT: Final = timedelta(days=1)
"""How long an answer is repeated."""

ABANDONED: Final = timedelta(minutes=1)
"""A request without an answer for so long was given up by a process that died: none takes longer than its deadline."""


class Requests:
    """The requests of an organization's users, each user's keys for themselves."""

    async def claim(self, unit: Unit, user: str, key: str, digest: str) -> KeptRequest | None:
        """Return what is kept under a key; None where this request is now the first of it.

        Raises Conflict where another was first in that moment: ask again in another unit.
        """
        kept = await repository.request(unit, user, key)
        now = await unit.now()
        if kept is not None and now - kept.at < (ABANDONED if kept.status is None else KEPT):
            return kept
        begin = repository.begin if kept is None else repository.begin_again
        await begin(unit, user, key, digest, now)
        return None

    async def answered(self, unit: Unit, user: str, key: str, status: int, body: str) -> None:
        """Keep an answer."""
        await repository.finish(unit, user, key, status, body)

    async def give_up(self, unit: Unit, user: str, key: str) -> None:
        """Let the key be used again."""
        await repository.forget(unit, user, key)

    async def sweep(self, unit: Unit) -> None:
        """Forget what need not be kept any longer. In a unit of the Installation."""
        await repository.forget_before(unit, await unit.now() - KEPT)
