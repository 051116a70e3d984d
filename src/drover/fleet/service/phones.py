"""Phones of a client in the database: registered by agents, followed by their reports, held and named by people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from drover.audit.domain import Actor
from drover.audit.service import Trail
from drover.fleet.domain.agents import Agent
from drover.fleet.domain.phones import PhoneState
from drover.fleet.domain.records import (
    PhoneRecord,
    Report,
    check_hold,
    check_phone_name,
    check_tags,
    next_name,
)
from drover.fleet.repository import phones as repository
from drover.fleet.repository.overdue import PHONES_OF_AGENT
from drover.fleet.repository.phones import PhoneKey, key_of
from drover.platform.db.database import Due, Unit
from drover.platform.db.outbox import Outbox

__all__ = ["PhoneEdit", "PhoneKey", "Phones", "key_of"]


@dataclass(frozen=True, slots=True)
class PhoneEdit:
    """What a person changes of a phone; None: stays as it is."""

    name: str | None = None
    tags: Collection[str] | None = None
    active: bool | None = None


class Phones:
    """The phones of a client, or in lists of several."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._outbox = Outbox(trail.new_id)

    async def register(self, unit: Unit, agent: Agent, reports: Sequence[Report]) -> Sequence[PhoneRecord]:
        """Return the phones that an agent reports, in that order; those not known yet become the client's.

        A known one that was at another rack has moved to this one. New ones are called phone1, phone2 and so on.
        """
        now = await unit.now()
        known = await repository.by_serial(unit, [report.serial for report in reports])
        taken = set((await repository.names(unit)).values())
        kept: list[PhoneRecord] = []
        for report in reports:
            before = known.get(report.serial)
            phone = self._new_phone(report, agent, next_name(taken), now) if before is None else before
            phone = replace(_reported(phone, report, now), agent=agent, rack_id=agent.rack_id)
            taken.add(phone.name)
            kept.append(phone)
            if before is None:
                await self._tell(unit, "phone_registered", phone, name=phone.name, serial=phone.serial)
        await repository.keep(unit, kept)
        return [await repository.by_id(unit, phone.id) for phone in kept]

    async def seen(self, unit: Unit, agent: Agent, reports: Sequence[Report]) -> Sequence[PhoneRecord]:
        """Take in what an agent reports of its phones, and return those that changed.

        Reports of phones that are not this client's, or not this agent's, are left alone.
        """
        now = await unit.now()
        known = await repository.by_serial(unit, [report.serial for report in reports], agent_id=agent.id)
        changed: list[PhoneRecord] = []
        for report in reports:
            before = known.get(report.serial)
            after = before and _reported(before, report, now)
            if before is None or after is None or after == before:
                continue
            changed.append(after)
            if after.state is not before.state:
                words = {"before": before.state.value, "after": after.state.value, "reason": after.reason}
                await self._tell(unit, "phone_state", after, **words)
        if changed:
            await repository.keep(unit, changed)
        return changed

    async def of_agent(self, unit: Unit, agent_id: str) -> Sequence[Due]:
        """Return where an agent's phones are: organization, client, phone. In a unit of the Installation."""
        return await unit.due(PHONES_OF_AGENT, agent=agent_id)

    async def list(self, unit: Unit, *, after: PhoneKey | None = None, limit: int = 100) -> Sequence[PhoneRecord]:
        """Return phones by length of name and name, those behind `after`, at most `limit`."""
        return await repository.page(unit, after, limit)

    async def every(self, unit: Unit) -> Sequence[PhoneRecord]:
        """Return all phones in the list's order."""
        return await repository.every(unit)

    async def among(self, unit: Unit, phone_ids: Collection[str]) -> Mapping[str, PhoneRecord]:
        """Return those of these phones that there are, by id."""
        return await repository.among(unit, phone_ids)

    async def names(self, unit: Unit) -> dict[str, str]:
        """Return the names of all phones by id."""
        return await repository.names(unit)

    async def get(self, unit: Unit, phone_id: str) -> PhoneRecord:
        """Return a phone. Raises PhoneUnknown."""
        return await repository.by_id(unit, phone_id)

    async def named(self, unit: Unit, name: str) -> PhoneRecord:
        """Return the phone of that name. Raises PhoneUnknown."""
        return await repository.by_name(unit, name)

    async def edit(self, unit: Unit, phone_id: str, edit: PhoneEdit, by: Actor) -> PhoneRecord:
        """Return the phone, changed; audited. Raises PhoneUnknown, BadPhoneName, BadTag, Conflict for a taken name."""
        before = await repository.by_id(unit, phone_id)
        after = replace(
            before,
            name=before.name if edit.name is None else check_phone_name(edit.name),
            tags=before.tags if edit.tags is None else check_tags(edit.tags),
            active=before.active if edit.active is None else edit.active,
        )
        return await self._decide(unit, "phone.edited", before, after, by, "")

    async def hold(self, unit: Unit, phone_id: str, state: PhoneState, reason: str, by: Actor) -> PhoneRecord:
        """Give a phone no work until it is let go: in maintenance, or quarantined; audited.

        Raises PhoneUnknown, BadHold.
        """
        before = await repository.by_id(unit, phone_id)
        after = replace(before, hold=check_hold(state), hold_reason=reason)
        return await self._decide(unit, "phone.held", before, after, by, reason)

    async def let_go(self, unit: Unit, phone_id: str, by: Actor) -> PhoneRecord:
        """End a hold; audited where there was one. Raises PhoneUnknown."""
        before = await repository.by_id(unit, phone_id)
        return await self._decide(unit, "phone.let_go", before, replace(before, hold=None, hold_reason=""), by, "")

    async def _decide(
        self, unit: Unit, act: str, before: PhoneRecord, after: PhoneRecord, by: Actor, reason: str
    ) -> PhoneRecord:
        if after == before:
            return before
        await repository.keep(unit, [after])
        subject = ("phone", after.id)
        self._trail.note(unit, by, act, subject, before=_facts(before), after=_facts(after), reason=reason)
        await self._tell(unit, "phone_changed", after, **_facts(after))
        return after

    def _new_phone(self, report: Report, agent: Agent, name: str, now: datetime) -> PhoneRecord:
        return PhoneRecord(
            id=self._trail.new_id(),
            client_id="",  # whoever writes it owns it
            serial=report.serial,
            name=name,
            rack_id=agent.rack_id,
            agent=agent,
            model=report.model,
            state=report.state,
            since=now,
            reason=report.reason,
            hold=None,
            hold_reason="",
            tags=frozenset(),
            active=True,
        )

    async def _tell(self, unit: Unit, kind: str, phone: PhoneRecord, **body: object) -> None:
        await self._outbox.tell(unit, kind, ("phone", phone.id), body)


def _reported(phone: PhoneRecord, report: Report, now: datetime) -> PhoneRecord:
    since = phone.since if phone.state is report.state else now
    model = report.model or phone.model
    return replace(phone, state=report.state, reason=report.reason, model=model, since=since)


def _facts(phone: PhoneRecord) -> dict[str, object]:
    return {
        "name": phone.name,
        "tags": sorted(phone.tags),
        "active": phone.active,
        "hold": phone.hold.value if phone.hold is not None else None,
    }
