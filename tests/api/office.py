"""What tenancy needs to let people in, over a database of a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from drover.api.doorkeeper import TenancyDoorkeeper
from drover.audit.service import Trail
from drover.kernel.clock import FakeClock
from drover.kernel.ids import random_id, random_secret
from drover.platform.db.database import Database
from drover.tenancy.hashing import Hasher
from drover.tenancy.service import Beginning, LocalAccess, Login, Passwords, Tokens


@dataclass
class Office:
    beginning: Beginning
    login: Login
    tokens: Tokens
    local: LocalAccess
    clock: FakeClock
    trail: Trail

    @property
    def doorkeeper(self) -> TenancyDoorkeeper:
        return TenancyDoorkeeper(self.login, self.tokens)


@contextmanager
def office(database: Database) -> Iterator[Office]:
    clock = FakeClock()
    hasher = Hasher(random_secret)
    trail = Trail(clock, random_id)
    passwords = Passwords(hasher, random_secret)
    try:
        yield Office(
            Beginning(database, passwords, trail, clock, random_id),
            Login(database, hasher, passwords, trail, clock, random_id, random_secret),
            Tokens(database, trail, clock, random_id, random_secret),
            LocalAccess(database, trail, clock, random_id, random_secret),
            clock,
            trail,
        )
    finally:
        hasher.close()
