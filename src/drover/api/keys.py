"""Idempotency keys in the database, so that a request is not done twice by two processes either."""

from drover.platform.db.database import Database
from drover.platform.db.errors import Conflict
from drover.platform.db.whose import Organization
from drover.platform.web.callers import Who
from drover.platform.web.idempotency import Answer, Kept
from drover.tenancy.service.requests import Requests


class DatabaseKeys:
    """Each user's keys, in short units of work of their own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._requests = Requests()

    async def claim(self, who: Who, key: str, request_hash: str) -> Kept | None:
        """Take the key for this request and return None; return what is kept where it is taken."""
        try:
            return await self._claim(who, key, request_hash)
        except Conflict:
            return await self._claim(who, key, request_hash)  # another was faster, and is seen now

    async def keep(self, who: Who, key: str, answer: Answer) -> None:
        """Keep the answer for whoever sends the request again."""
        async with self._database.writing(Organization(who.organization)) as unit:
            await self._requests.answered(unit, who.user, key, answer.status, answer.body.decode())

    async def free(self, who: Who, key: str) -> None:
        """Give the key up: its request has changed nothing."""
        async with self._database.writing(Organization(who.organization)) as unit:
            await self._requests.give_up(unit, who.user, key)

    async def _claim(self, who: Who, key: str, request_hash: str) -> Kept | None:
        async with self._database.writing(Organization(who.organization)) as unit:
            kept = await self._requests.claim(unit, who.user, key, request_hash)
        if kept is None:
            return None
        answer = None if kept.status is None else Answer(kept.status, kept.body.encode())
        return Kept(kept.digest, answer)
