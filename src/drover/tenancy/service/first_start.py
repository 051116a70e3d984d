"""The first start: one organization, one client, one administrator with a password that is shown once."""

from dataclasses import dataclass

from drover.kernel.clock import Clock
from drover.kernel.ids import NewId
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import Installation
from drover.tenancy.domain.caller import Access
from drover.tenancy.domain.passwords import username_of
from drover.tenancy.domain.records import Client, NameTaken, Organization, User, name_of
from drover.tenancy.domain.roles import Level, Role
from drover.tenancy.domain.standing import Status
from drover.tenancy.repository import organizations, users
from drover.tenancy.service.notes import FirstStart, Notes
from drover.tenancy.service.organizations import require_several
from drover.tenancy.service.passwords import Passwords, Prepared

USERNAME = "admin"
ORGANIZATION_NAME = "Drover"
CLIENT_NAME = "Default"


@dataclass(frozen=True, slots=True, repr=False)
class FirstAdministrator:
    """Who can log in now, and what was made for them. It prints without the password."""

    organization: str
    client: str
    username: str
    password: str

    def __repr__(self) -> str:
        return f"FirstAdministrator(username={self.username!r}, client={self.client!r})"


@dataclass(frozen=True, slots=True)
class Beginning:
    """Makes the first administrator."""

    database: Database
    passwords: Passwords
    notes: Notes
    clock: Clock
    new_id: NewId

    async def first_administrator(self) -> FirstAdministrator | None:
        """Make an organization, a client and a super user of it, or return None where there is any user already.

        Of several processes that start at once, one makes it. Nobody can read the password later.
        """
        async with self.database.reading(Installation()) as unit:
            if await users.any_user(unit):
                return None
        password = await self.passwords.prepare(USERNAME)
        async with self.database.writing(Installation()) as unit:
            await unit.alone("first administrator")
            if await users.any_user(unit):
                return None
            return await self._make(unit, password)

    async def organization(self, name: str, username: str) -> FirstAdministrator:
        """Make another organization, with a client and its first administrator: on PostgreSQL alone.

        Raises OneOrganization, NameTaken, InvalidInput, BadUsername.
        """
        require_several(self.database)
        name, username = name_of(name, "organization"), username_of(username)
        password = await self.passwords.prepare(username)
        async with self.database.writing(Installation()) as unit:
            if any(one.name == name for one in await organizations.organizations(unit)):
                raise NameTaken("organization", name)
            if await users.taken(unit, username):
                raise NameTaken("user", username)
            return await self._make(unit, password, name, username)

    async def _make(
        self, unit: Unit, password: Prepared, name: str = ORGANIZATION_NAME, username: str = USERNAME
    ) -> FirstAdministrator:
        now = self.clock.now()
        organization = Organization(self.new_id(), name, Status.ACTIVE, None, now)
        client = Client(organization.id, self.new_id(), CLIENT_NAME, Status.ACTIVE, None, now)
        user = User(organization.id, self.new_id(), username, Role.SUPER_USER, Status.ACTIVE, now, now)
        await organizations.add_organization(unit, organization)
        await organizations.add_client(unit, client)
        await users.add(unit, user, password.hash)
        await users.set_access(unit, organization.id, user.id, client.id, Access(Level.FULL))
        after = {"username": user.username, "role": user.role.value}
        self.notes.note(unit, FirstStart(), "user.made", ("user", user.id), after=after, organization=organization.id)
        return FirstAdministrator(organization.id, client.id, user.username, password.plain)
