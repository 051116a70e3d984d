"""The services of tenancy over a test's database, and people who work there."""

from dataclasses import dataclass, field

from drover.audit.service import Trail
from drover.kernel.clock import FakeClock
from drover.kernel.ids import random_id, random_secret
from drover.platform.db.database import Database
from drover.platform.db.whose import Organization
from drover.tenancy.domain.records import User
from drover.tenancy.hashing import Cost, Hasher
from drover.tenancy.service import (
    Access,
    Beginning,
    Caller,
    Clients,
    Halts,
    Level,
    LoggedIn,
    Login,
    Passwords,
    Role,
    Scope,
    Thrown,
    Tokens,
    Users,
)
from tests.databases import ORGANIZATION

PASSWORD = "seven green herons"  # noqa: S105  nobody has it
OFFICE = "192.0.2.7"
CHEAP = Cost(memory_kib=64, passes=1)
WHOSE = Organization(ORGANIZATION)


@dataclass
class House:
    """Everything, wired as a composition root would."""

    database: Database
    hasher: Hasher
    clock: FakeClock = field(default_factory=FakeClock)
    told: list[Thrown] = field(default_factory=list[Thrown])

    def __post_init__(self) -> None:
        self.notes = Trail(self.clock, random_id)
        self.passwords = Passwords(self.hasher, random_secret)
        self.users = Users(self.notes, self.clock, random_id)
        self.clients = Clients(self.notes, self.clock, random_id)
        self.tokens = Tokens(self.database, self.notes, self.clock, random_id, random_secret)
        self.halts = Halts(self.database, self.notes, self.clock, self._tell)
        self.beginning = Beginning(self.database, self.passwords, self.notes, self.clock, random_id)
        self.login = Login(self.database, self.hasher, self.passwords, self.notes, self.clock, random_id, random_secret)

    async def user(self, username: str, role: Role = Role.CLIENT_USER, **access: Access) -> User:
        """Make a user with PASSWORD and access to clients by id, as a super user of the organization would."""
        password = await self.passwords.prepare(username, PASSWORD)
        async with self.database.writing(WHOSE) as unit:
            made = await self.users.create(unit, boss(), username, role, password)
            for client, given in access.items():
                await self.users.grant(unit, boss(), made.id, client, given)
        return made

    async def log_in(self, username: str) -> LoggedIn:
        """Log a user in who has PASSWORD."""
        return await self.login.log_in(username, PASSWORD, OFFICE)

    async def caller(self, username: str) -> Caller:
        """Return the caller that the user is now."""
        return (await self.log_in(username)).caller

    async def acts(self, chain: str) -> list[str]:
        """Return the acts that were noted in a chain, the oldest first."""
        async with self.database.reading(WHOSE) as unit:
            found = await self.notes.newest(unit, chain, after=None, limit=100)
        return [entry.act for entry, _ in sorted(found, key=lambda one: (one[0].at, one[0].act))]

    async def _tell(self, thrown: Thrown) -> None:
        self.told.append(thrown)


def boss(organization: str = ORGANIZATION) -> Caller:
    """Return a super user who is in no table, for what a test needs to be there."""
    return Caller(organization, "b0" * 16, "boss", Role.SUPER_USER, {}, frozenset(Scope), OFFICE, "")


FULL = Access(Level.FULL)
LIMITED = Access(Level.LIMITED)
