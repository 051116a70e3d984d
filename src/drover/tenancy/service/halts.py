"""The kill switch: of one client, or of the whole organization. It is committed first, then told to the agents."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from drover.kernel.clock import Clock
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import Organization
from drover.tenancy.domain.caller import Caller
from drover.tenancy.domain.roles import Act
from drover.tenancy.domain.standing import Halt
from drover.tenancy.repository import organizations as repository
from drover.tenancy.service.notes import Notes


@dataclass(frozen=True, slots=True)
class Thrown:
    """A kill switch that is thrown: of a client, or of all of them (None)."""

    organization: str
    client: str | None
    halt: Halt


Announce = Callable[[Thrown], Awaitable[None]]
"""Tells the agents at once. It may fail to reach one: leases and the gate hold there."""


@dataclass(frozen=True, slots=True)
class Halts:
    """Throws kill switches and takes them back."""

    database: Database
    notes: Notes
    clock: Clock
    announce: Announce

    async def halt(self, caller: Caller, client_id: str, reason: str) -> Thrown:
        """Stop whatever runs for the client; thrown twice, the first stays. Raises UnknownClient, NotAllowed."""
        _require(caller, Act.HALT, client_id)
        async with self.database.writing(Organization(caller.organization)) as unit:
            client = await repository.client(unit, client_id, lock=True)
            halt = client.halt or Halt(self.clock.now(), caller.user, reason)
            if client.halt is None:
                await repository.set_client_halt(unit, client_id, halt)
                self._note(unit, caller, "client.halted", ("client", client_id), None, halt, reason, client_id)
        return await self._tell(Thrown(caller.organization, client_id, halt))

    async def unhalt(self, caller: Caller, client_id: str, reason: str) -> None:
        """Let the client's runs go on. Raises UnknownClient, NotAllowed."""
        _require(caller, Act.UNHALT, client_id)
        async with self.database.writing(Organization(caller.organization)) as unit:
            client = await repository.client(unit, client_id, lock=True)
            if client.halt is not None:
                await repository.set_client_halt(unit, client_id, None)
                subject = ("client", client_id)
                self._note(unit, caller, "client.unhalted", subject, client.halt, None, reason, client_id)

    async def halt_all(self, caller: Caller, reason: str) -> Thrown:
        """Stop whatever runs for any client of the organization; thrown twice, the first stays. Raises NotAllowed."""
        caller.require(Act.HALT_ALL)
        own = caller.organization
        async with self.database.writing(Organization(own)) as unit:
            organization = await repository.organization(unit, own, lock=True)
            halt = organization.halt or Halt(self.clock.now(), caller.user, reason)
            if organization.halt is None:
                await repository.set_organization_halt(unit, own, halt)
                self._note(unit, caller, "organization.halted", ("organization", own), None, halt, reason)
        return await self._tell(Thrown(own, None, halt))

    async def unhalt_all(self, caller: Caller, reason: str) -> None:
        """Let runs go on, but those of clients that are halted by themselves. Raises NotAllowed."""
        caller.require(Act.UNHALT_ALL)
        own = caller.organization
        async with self.database.writing(Organization(own)) as unit:
            organization = await repository.organization(unit, own, lock=True)
            if organization.halt is not None:
                await repository.set_organization_halt(unit, own, None)
                subject = ("organization", own)
                self._note(unit, caller, "organization.unhalted", subject, organization.halt, None, reason)

    async def thrown(self, unit: Unit) -> Sequence[Thrown]:
        """Return every kill switch that is thrown, in a unit of the organization or the installation."""
        return [Thrown(*found) for found in await repository.halted(unit)]

    async def _tell(self, thrown: Thrown) -> Thrown:
        await self.announce(thrown)
        return thrown

    def _note(
        self,
        unit: Unit,
        caller: Caller,
        act: str,
        subject: tuple[str, str],
        before: Halt | None,
        after: Halt | None,
        reason: str,
        client: str | None = None,
    ) -> None:
        self.notes.note(
            unit, caller, act, subject, before=_facts(before), after=_facts(after), reason=reason, client=client
        )


def _require(caller: Caller, act: Act, client_id: str) -> None:
    """Let who manages all clients pass also without access to this one: a halt must not wait for it."""
    if not caller.may(Act.HALT_ALL):
        caller.require(act, client_id)


def _facts(halt: Halt | None) -> dict[str, object]:
    if halt is None:
        return {"halted": False}
    return {"halted": True, "at": halt.at.isoformat(), "by": halt.by, "reason": halt.reason}
