"""The organizations of an installation, for its operator: on PostgreSQL, which keeps them apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from drover.kernel.errors import DroverError, Kind
from drover.platform.db.address import Dialect
from drover.platform.db.database import Database
from drover.platform.db.whose import Installation
from drover.tenancy.domain.records import Organization, UnknownOrganization
from drover.tenancy.domain.standing import Status, next_status
from drover.tenancy.repository import organizations as repository
from drover.tenancy.service.notes import Notes


class OneOrganization(DroverError):
    """The database is one that holds a single organization."""

    kind = Kind.UNSUPPORTED

    def __init__(self) -> None:
        super().__init__("SQLite holds one organization", hint="use PostgreSQL, which keeps several apart")


@dataclass(frozen=True, slots=True)
class Operator:
    """Whoever works on the host, with the address of the database."""

    actor: str
    actor_kind: str = "operator"
    address: str = ""


def require_several(database: Database) -> None:
    """Let a database pass that keeps organizations apart. Raises OneOrganization."""
    if database.dialect is not Dialect.POSTGRESQL:
        raise OneOrganization


@dataclass(frozen=True, slots=True)
class Organizations:
    """Shows organizations, and puts them out and in again; `Beginning.organization` makes one."""

    database: Database
    notes: Notes

    async def every(self) -> Sequence[Organization]:
        """Return all organizations, by name."""
        async with self.database.reading(Installation()) as unit:
            return await repository.organizations(unit)

    async def suspend(self, name: str, by: Operator, reason: str) -> Organization:
        """Let nobody of it log in and none of its runs start, until it is resumed.

        Raises OneOrganization, UnknownOrganization, DeletedStays.
        """
        return await self._set(name, Status.INACTIVE, by, reason)

    async def resume(self, name: str, by: Operator, reason: str) -> Organization:
        """Let it work again. Raises what `suspend` does."""
        return await self._set(name, Status.ACTIVE, by, reason)

    async def _set(self, name: str, status: Status, by: Operator, reason: str) -> Organization:
        require_several(self.database)
        async with self.database.writing(Installation()) as unit:
            found = [one for one in await repository.organizations(unit) if name in {one.name, one.id}]
            if not found:
                raise UnknownOrganization(name)
            was = await repository.organization(unit, found[0].id, lock=True)
            now = next_status(f"organization {was.name}", was.status, status)
            if now is not was.status:
                await repository.set_organization_status(unit, was.id, now)
                self.notes.note(
                    unit,
                    by,
                    "organization.changed",
                    ("organization", was.id),
                    before={"status": was.status.value},
                    after={"status": now.value},
                    reason=reason,
                    organization=was.id,
                )
            return await repository.organization(unit, was.id)
