"""Use cases of clients. Units are in the name of the caller's organization."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from drover.kernel.clock import Clock
from drover.kernel.ids import NewId
from drover.platform.db.database import Unit
from drover.tenancy.domain.caller import Access, Caller, UnknownClient
from drover.tenancy.domain.records import Client, NameTaken, name_of
from drover.tenancy.domain.roles import Act, Level
from drover.tenancy.domain.standing import Standing, Status, next_status
from drover.tenancy.repository import organizations as repository
from drover.tenancy.repository import users
from drover.tenancy.service.notes import Notes

_ALL: Final = 100_000


@dataclass(frozen=True, slots=True)
class Clients:
    """Makes, shows and changes clients."""

    notes: Notes
    clock: Clock
    new_id: NewId

    async def page(self, unit: Unit, caller: Caller, *, after: tuple[str, str] | None, limit: int) -> Sequence[Client]:
        """Return the clients that the caller knows of, by name and id, behind `after`."""
        among = None if caller.may(Act.MANAGE_CLIENTS) else caller.clients.keys()
        return await repository.clients(unit, among=among, after=after, limit=limit)

    async def every(self, unit: Unit) -> Sequence[Client]:
        """Return the organization's clients, for what concerns all of them whoever asked."""
        return await repository.clients(unit, among=None, after=None, limit=_ALL)

    async def get(self, unit: Unit, caller: Caller, client_id: str) -> Client:
        """Return a client. Raises UnknownClient."""
        if client_id not in caller.clients and not caller.may(Act.MANAGE_CLIENTS):
            raise UnknownClient(client_id)
        return await repository.client(unit, client_id)

    async def create(self, unit: Unit, caller: Caller, name: str) -> Client:
        """Make a client, to which its maker has full access. Raises NotAllowed, NameTaken, InvalidInput."""
        caller.require(Act.MANAGE_CLIENTS)
        name = name_of(name, "client")
        await self._free(unit, name)
        made = Client(caller.organization, self.new_id(), name, Status.ACTIVE, None, self.clock.now())
        await repository.add_client(unit, made)
        await users.set_access(unit, caller.organization, caller.user, made.id, Access(Level.FULL))
        self.notes.note(unit, caller, "client.made", ("client", made.id), after=_facts(made), client=made.id)
        return made

    async def change(
        self,
        unit: Unit,
        caller: Caller,
        client_id: str,
        *,
        name: str | None = None,
        status: Status | None = None,
        reason: str = "",
    ) -> Client:
        """Rename a client or set its status; None leaves it. Raises NotAllowed, UnknownClient, NameTaken."""
        was = await self.get(unit, caller, client_id)
        caller.require(Act.MANAGE_CLIENTS)
        wanted = was.name if name is None else name_of(name, "client")
        if wanted != was.name:
            await self._free(unit, wanted)
        now = replace(was, name=wanted, status=next_status(f"client {was.name}", was.status, status or was.status))
        if now != was:
            await repository.change_client(unit, client_id, name=now.name, status=now.status)
            act, subject = "client.changed", ("client", client_id)
            self.notes.note(
                unit, caller, act, subject, before=_facts(was), after=_facts(now), reason=reason, client=client_id
            )
        return now

    async def standing(self, unit: Unit, client_id: str) -> Standing:
        """Return what decides whether the client's runs may start, in a unit of it or its organization."""
        organization = getattr(unit.whose, "organization", None)
        if organization is None:
            raise ValueError("a client's standing is asked in the name of it or its organization")
        return await repository.standing(unit, organization, client_id)

    async def _free(self, unit: Unit, name: str) -> None:
        if await repository.named(unit, name):
            raise NameTaken("client", name)


def _facts(client: Client) -> dict[str, object]:
    return {"name": client.name, "status": client.status.value}
