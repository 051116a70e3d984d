"""Passwords as argon2id hashes, made in threads, two at a time at most."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from drover.kernel.errors import DroverError, Kind, Retry
from drover.kernel.ids import NewSecret


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs; the usual is OWASP's recommendation for argon2id. A test has no time for it."""

    memory_kib: int = 19 * 1024
    passes: int = 2
    lanes: int = 1


USUAL: Final = Cost()
AT_ONCE: Final = 2  # each takes 19 MiB and a core; more would starve what else runs here
MOST_WAITING: Final = 64  # about two seconds of work; whoever comes then is told to come back

Answer = TypeVar("Answer")


class TooManyLogins(DroverError):
    """So many passwords wait to be checked that another would wait too long."""

    kind = Kind.UNAVAILABLE
    retry = Retry.WHEN_BACK

    def __init__(self) -> None:
        super().__init__("too many logins are waiting to be checked", hint="try again in a few seconds")
        self.retry_after_s = 3.0


class BadHash(DroverError):
    """What is kept as a password's hash is none: the table was changed by another hand."""

    def __init__(self) -> None:
        super().__init__("a kept password hash cannot be read", hint="give the user a new password")


class Hasher:
    """Makes and checks hashes of passwords; close it at the end. Passwords are given in their normal form."""

    def __init__(
        self, new_secret: NewSecret, *, cost: Cost = USUAL, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING
    ) -> None:
        self._argon = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="argon2")
        self._places = at_once + most_waiting
        self._under_way = 0
        # Verified where there is no user, so that it takes as long as where there is one.
        self._nobodys = self._argon.hash(new_secret())

    def close(self) -> None:
        """End the threads; what is under way is finished."""
        self._threads.shutdown()

    async def hash(self, password: str) -> str:
        """Return a new hash of `password`, with its salt and parameters. Raises TooManyLogins."""
        return await self._in_thread(lambda: self._argon.hash(password))

    async def matches(self, kept: str | None, password: str) -> bool:
        """Return whether `kept` is a hash of `password`; with None it works as long, and says no.

        Raises TooManyLogins, BadHash.
        """
        return await self._in_thread(lambda: self._verify(kept or self._nobodys, password)) and kept is not None

    def outdated(self, kept: str) -> bool:
        """Return whether `kept` was made with other parameters than those of today."""
        return self._argon.check_needs_rehash(kept)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._argon.verify(kept, password)
        except VerifyMismatchError:
            return False
        except (VerificationError, InvalidHashError) as error:
            raise BadHash from error

    async def _in_thread(self, work: Callable[[], Answer]) -> Answer:
        if self._under_way >= self._places:
            raise TooManyLogins
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._under_way -= 1
